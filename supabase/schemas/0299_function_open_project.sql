-- → queued, or what follows from it at once

create or replace function private.open_project(p_job jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_digest text := private.job_digest(p_job);
  -- A job that was tried out first is not the same one when it is meant.
  v_key text := coalesce(
    p_job ->> 'idempotency_key',
    case when p_job ->> 'execution_mode' = 'test' then 'test:' else '' end || 'body:' || v_digest
  );
  v_user_id text := p_job ->> 'user_id';
  v_project public.projects;
begin
  -- Versions of one video are counted under a lock of its own: no row exists yet that could be locked.
  perform pg_advisory_xact_lock(hashtextextended('version:' || v_user_id || ':' || (p_job ->> 'video_id'), 0));

  v_project := private.insert_project(p_job, v_key);

  if v_project.project_id is null then
    select projects.*
    into strict v_project
    from public.projects
    where projects.user_id = v_user_id
      and projects.idempotency_key = v_key;

    return private.job_answer(v_project.project_id, (
      select case when job_requests.body_digest = v_digest then 'duplicate' else 'conflict' end
      from private.job_requests
      where job_requests.project_id = v_project.project_id
    ));
  end if;

  insert into private.job_requests (project_id, via, body_digest, events, webhook_headers, is_notified, providers)
  values (
    v_project.project_id,
    p_job ->> 'via',
    v_digest,
    case when jsonb_typeof(p_job -> 'events') = 'array'
      then array(select jsonb_array_elements_text(p_job -> 'events')) end,
    coalesce(nullif(p_job -> 'webhook_headers', 'null'), '{}'),
    coalesce((p_job ->> 'notify')::boolean, false),
    nullif(p_job -> 'providers', 'null')
  );

  if p_job ->> 'storyboard' = 'model' then
    perform private.begin_storyboard(v_project, p_job -> 'scenes', nullif(p_job -> 'wishes', 'null'));
  else
    perform private.insert_scenes(v_project, p_job -> 'scenes');
    if v_project.revision_of is not null then
      perform private.reuse_scenes(v_project);
    end if;
    perform private.refuse_over_budget(v_project.project_id);

    -- Most jobs: nothing to approve, nothing made before, no image to reframe
    if num_nonnulls(v_project.stop_at, v_project.max_cost_usd, v_project.revision_of) = 0
      and not jsonb_path_exists(p_job, '$.scenes[*].reframe_to ? (@ != null)')
    then
      perform private.begin_project(v_project);
    else
      perform private.prepare_film(v_project.project_id);
    end if;
  end if;

  return private.job_answer(v_project.project_id, 'created');
end;
$$;

comment on function private.open_project(jsonb) is
'→ queued; idempotent by key. Raises RL402, with the answer as its detail, where the film does not fit into max_cost_usd.';

revoke execute on function private.open_project(jsonb) from public, anon, authenticated, service_role;
