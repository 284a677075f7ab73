-- As insert_project, but for many at once, and with an estimate that is known beforehand.

create or replace function private.insert_projects(p_jobs jsonb, p_taken boolean[], p_usd numeric[])
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- Planned for a thousand times as many rows as there are, a hash table is megabytes of zeroes.
set enable_hashjoin = off
set enable_hashagg = off
as $$
declare
  v_now timestamptz := private.clock();
  -- As new_id makes ids, but the time is told once.
  v_born text := lpad(to_hex((date_part('epoch', clock_timestamp()) * 1000)::bigint), 12, '0');
  v_ids text[];
begin
  with
  given as materialized (
    select
      item.n,
      item.job,
      asked.request,
      private.request_digest(asked.request) as digest,
      'proj_' || v_born || overlay(gen_random_uuid()::text placing '' from 9 for 16) as project_id
    from jsonb_array_elements(p_jobs) with ordinality as item (job, n)
    cross join lateral private.job_request(item.job) as asked (request)
    where p_taken[item.n]
  ),

  inserted as (
    insert into public.projects (
      project_id, video_id, chat_id, user_id, user_email, user_name, source, prompt, image_url, model, aspect_ratio,
      version, total_scenes, callback_url, idempotency_key, execution_mode, metadata, created_at, updated_at,
      storyboard, estimated_cost_usd, film_options
    )
    select
      given.project_id,
      given.job ->> 'video_id',
      given.job ->> 'chat_id',
      given.job ->> 'user_id',
      given.job ->> 'user_email',
      given.job ->> 'user_name',
      given.job ->> 'source',
      given.job ->> 'prompt',
      given.job ->> 'image_url',
      given.job ->> 'model',
      given.job ->> 'aspect_ratio',
      coalesce(latest.version, 0) + 1,
      jsonb_array_length(given.job -> 'scenes'),
      given.job ->> 'callback_url',
      private.job_key(given.job, given.digest),
      given.job ->> 'execution_mode',
      (
        select coalesce(jsonb_object_agg(kept.key, coalesce(given.request -> kept.key, kept.value)), '{}')
        from jsonb_each(given.job -> 'metadata') as kept
        where kept.value <> 'null'
      ),
      v_now,
      v_now,
      case when given.job ->> 'storyboard' = 'splitter'
        then jsonb_build_object('by', 'splitter', 'scenes', jsonb_array_length(given.job -> 'scenes')) end,
      p_usd[given.n],
      coalesce(jsonb_strip_nulls(nullif(given.job -> 'film_options', 'null')), '{}')
    from given
    left join lateral (
      select projects.version
      from public.projects
      where projects.user_id = given.job ->> 'user_id'
        and projects.video_id = given.job ->> 'video_id'
      order by projects.version desc
      limit 1
    ) as latest on true
    -- Two calls with the same keys wait for each other's rows in one order.
    order by given.job ->> 'user_id', private.job_key(given.job, given.digest), given.n
    on conflict (user_id, idempotency_key) do nothing
    returning projects.project_id
  ),

  requested as (
    insert into private.job_requests (project_id, via, body_digest, events, webhook_headers, is_notified, providers)
    select
      given.project_id,
      given.job ->> 'via',
      given.digest,
      case when jsonb_typeof(given.job -> 'events') = 'array'
        then array(select jsonb_array_elements_text(given.job -> 'events')) end,
      coalesce(nullif(given.job -> 'webhook_headers', 'null'), '{}'),
      coalesce((given.job ->> 'notify')::boolean, false),
      nullif(given.job -> 'providers', 'null')
    from given
    join inserted using (project_id)
  )

  select array_agg(inserted.project_id order by each.n)
  into v_ids
  from generate_series(1, jsonb_array_length(p_jobs)) as each (n)
  left join given using (n)
  left join inserted using (project_id);

  return v_ids;
end;
$$;

comment on function private.insert_projects(jsonb, boolean[], numeric[]) is
'Inserts a project for each job that is taken, and what it asked for; their ids in the order of the jobs, null where the idempotency key was there already. The caller holds the locks of the version counts.';

revoke execute on function private.insert_projects(jsonb, boolean[], numeric[]) from public, anon, authenticated, service_role;
