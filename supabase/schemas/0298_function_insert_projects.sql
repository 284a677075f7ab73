-- As insert_project, but for many at once, and with an estimate that is known beforehand. Requests and keys are those of
-- job_request and job_key, which would take longer to be called for each job than they take.

create or replace function private.insert_projects(
  p_jobs jsonb[],
  p_taken boolean[],
  p_usd numeric[],
  p_providers jsonb
)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now timestamptz := private.clock();
  v_count integer := cardinality(p_jobs);
  v_ids text[] := private.new_ids('proj', v_count);
  v_requests jsonb[];
  v_digests text[];
  v_inserted text[];
begin
  v_requests := array(
    select case when p_taken[each.n] then case jsonb_typeof(p_jobs[each.n] -> 'request')
      when 'string' then (p_jobs[each.n] ->> 'request')::jsonb
      else p_jobs[each.n] -> 'request'
    end end
    from generate_series(1, v_count) as each (n)
  );
  v_digests := private.request_digests(p_jobs, v_requests);

  with
  -- The jobs that are taken, with their keys
  given as materialized (
    select taken.n, taken.user_id, taken.key
    from (
      select
        each.n,
        p_jobs[each.n] ->> 'user_id' as user_id,
        coalesce(
          p_jobs[each.n] ->> 'idempotency_key',
          case when p_jobs[each.n] ->> 'execution_mode' = 'test' then 'test:' else '' end || 'body:' || v_digests[each.n]
        ) as key
      from generate_series(1, v_count) as each (n)
      where p_taken[each.n]
    ) as taken
    -- Two calls with the same keys wait for each other's rows in one order
    order by taken.user_id, taken.key, taken.n
  ),

  -- Their projects, but where the key has one already
  inserted as (
    insert into public.projects (
      project_id, video_id, chat_id, user_id, user_email, user_name, source, prompt, image_url, model, aspect_ratio,
      version, total_scenes, callback_url, idempotency_key, execution_mode, metadata, created_at, updated_at,
      storyboard, estimated_cost_usd, film_options
    )
    select
      v_ids[given.n],
      p_jobs[given.n] ->> 'video_id',
      p_jobs[given.n] ->> 'chat_id',
      given.user_id,
      p_jobs[given.n] ->> 'user_email',
      p_jobs[given.n] ->> 'user_name',
      p_jobs[given.n] ->> 'source',
      p_jobs[given.n] ->> 'prompt',
      p_jobs[given.n] ->> 'image_url',
      p_jobs[given.n] ->> 'model',
      p_jobs[given.n] ->> 'aspect_ratio',
      coalesce((
        select projects.version
        from public.projects
        where projects.user_id = given.user_id
          and projects.video_id = p_jobs[given.n] ->> 'video_id'
        order by projects.version desc
        limit 1
      ), 0) + 1,
      jsonb_array_length(p_jobs[given.n] -> 'scenes'),
      p_jobs[given.n] ->> 'callback_url',
      given.key,
      p_jobs[given.n] ->> 'execution_mode',
      (
        select coalesce(jsonb_object_agg(kept.key, coalesce(v_requests[given.n] -> kept.key, kept.value)), '{}')
        from jsonb_each(p_jobs[given.n] -> 'metadata') as kept
        where kept.value <> 'null'
      ),
      v_now,
      v_now,
      case when p_jobs[given.n] ->> 'storyboard' = 'splitter'
        then jsonb_build_object('by', 'splitter', 'scenes', jsonb_array_length(p_jobs[given.n] -> 'scenes')) end,
      p_usd[given.n],
      coalesce(jsonb_strip_nulls(nullif(p_jobs[given.n] -> 'film_options', 'null')), '{}')
    from given
    on conflict (user_id, idempotency_key) do nothing
    returning projects.project_id
  )

  select array_agg(inserted.project_id) into v_inserted from inserted;

  if cardinality(v_inserted) is distinct from v_count then
    v_ids := array(
      select case when v_ids[each.n] = any (v_inserted) then v_ids[each.n] end
      from generate_series(1, v_count) as each (n)
    );
  end if;

  perform private.insert_job_requests(p_jobs, v_ids, v_digests, p_providers);
  return v_ids;
end;
$$;

comment on function private.insert_projects(jsonb[], boolean[], numeric[], jsonb) is
'Inserts a project for each job that is taken, and what it asked for; their ids in the order of the jobs, null where the idempotency key was there already. The caller holds the locks of the version counts.';

revoke execute on function private.insert_projects(jsonb[], boolean[], numeric[], jsonb)
from public, anon, authenticated, service_role;
