create or replace function private.insert_project(p_job jsonb, p_key text)
returns public.projects
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_project public.projects;
begin
  insert into public.projects (
    video_id, chat_id, user_id, user_email, user_name, source, prompt, image_url, model, aspect_ratio,
    version, revision_of, total_scenes, callback_url, idempotency_key, execution_mode, metadata,
    created_at, updated_at, storyboard, stop_at, max_cost_usd, film_options
  )
  select
    p_job ->> 'video_id',
    p_job ->> 'chat_id',
    p_job ->> 'user_id',
    p_job ->> 'user_email',
    p_job ->> 'user_name',
    p_job ->> 'source',
    p_job ->> 'prompt',
    p_job ->> 'image_url',
    p_job ->> 'model',
    p_job ->> 'aspect_ratio',
    coalesce(latest.version, 0) + 1,
    case when (p_job ->> 'is_revision')::boolean then revised.project_id end,
    jsonb_array_length(p_job -> 'scenes'),
    p_job ->> 'callback_url',
    p_key,
    p_job ->> 'execution_mode',
    private.job_metadata(p_job),
    v_now,
    v_now,
    case when p_job ->> 'storyboard' = 'splitter'
      then jsonb_build_object('by', 'splitter', 'scenes', jsonb_array_length(p_job -> 'scenes')) end,
    p_job ->> 'stop_at',
    (p_job ->> 'max_cost_usd')::numeric,
    coalesce(jsonb_strip_nulls(nullif(p_job -> 'film_options', 'null')), '{}')
  from (values (1)) as one_row
  left join lateral (
    select projects.version
    from public.projects
    where projects.user_id = p_job ->> 'user_id'
      and projects.video_id = p_job ->> 'video_id'
    order by projects.version desc
    limit 1
  ) as latest on true
  -- A test's clips are no film: what is meant in earnest revises the last version that was.
  left join lateral (
    select projects.project_id
    from public.projects
    where projects.user_id = p_job ->> 'user_id'
      and projects.video_id = p_job ->> 'video_id'
      and (p_job ->> 'execution_mode' = 'test' or projects.execution_mode is distinct from 'test')
    order by projects.version desc
    limit 1
  ) as revised on true
  on conflict (user_id, idempotency_key) do nothing
  returning projects.* into v_project;

  return v_project;
end;
$$;

comment on function private.insert_project(jsonb, text) is
'Inserts the project with the next version of its video; null when the idempotency key is taken. The caller holds the lock of the version count.';

revoke execute on function private.insert_project(jsonb, text) from public, anon, authenticated, service_role;
