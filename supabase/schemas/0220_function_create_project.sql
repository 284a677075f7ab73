-- → queued
--
-- Takes a parsed job. The same job again (same key, same body) gets the first project back.

create or replace function public.create_project(p_job jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_digest text := private.job_digest(p_job);
  v_key text := coalesce(p_job ->> 'idempotency_key', 'body:' || v_digest);
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

    return jsonb_build_object(
      'outcome', (
        select case when job_requests.body_digest = v_digest then 'duplicate' else 'conflict' end
        from private.job_requests
        where job_requests.project_id = v_project.project_id
      ),
      'project_id', v_project.project_id,
      'status', v_project.status,
      'task_token', private.sign('task', v_project.project_id)
    );
  end if;

  insert into private.job_requests (project_id, via, body_digest, events, webhook_headers, is_notified)
  values (
    v_project.project_id,
    p_job ->> 'via',
    v_digest,
    case when jsonb_typeof(p_job -> 'events') = 'array'
      then array(select jsonb_array_elements_text(p_job -> 'events')) end,
    coalesce(nullif(p_job -> 'webhook_headers', 'null'), '{}'),
    coalesce((p_job ->> 'notify')::boolean, false)
  );
  perform private.insert_scenes(v_project, p_job -> 'scenes');
  if v_project.revision_of is null then
    perform private.begin_project(v_project);
  else
    perform private.reuse_scenes(v_project);
    perform private.continue_project(v_project.project_id);
  end if;

  return jsonb_build_object(
    'outcome', 'created',
    'project_id', v_project.project_id,
    'status', v_project.status,
    'task_token', private.sign('task', v_project.project_id)
  );
end;
$$;

comment on function public.create_project(jsonb) is
'→ queued; idempotent by key. Outcome created, duplicate, or conflict (same key, other body). Called by webhook.';

revoke execute on function public.create_project(jsonb) from public, anon, authenticated;
grant execute on function public.create_project(jsonb) to service_role;
