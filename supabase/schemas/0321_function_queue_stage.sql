-- → pending
--
-- A job's callback_url hears of stages only where the job asked for them; endpoints choose for themselves.

create or replace function private.queue_stage(p_project_id text, p_type text, p_scene public.scenes)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_project public.projects;
  v_body text;
  v_is_asked boolean;
begin
  -- Asked first, because most films have nobody who would listen.
  if not exists (
    select 1
    from public.projects
    where projects.project_id = p_project_id
      and (
        projects.callback_url is not null
        or exists (select 1 from private.endpoints where endpoints.user_id = projects.user_id)
      )
  ) then
    return;
  end if;

  select projects.* into v_project from public.projects where projects.project_id = p_project_id;
  v_is_asked := v_project.callback_url is not null and exists (
    select 1
    from private.job_requests
    where job_requests.project_id = p_project_id
      and p_type = any (job_requests.events)
  );
  if not v_is_asked and not exists (select 1 from private.endpoints where endpoints.user_id = v_project.user_id) then
    return;
  end if;

  v_body := private.stage_body(v_project, p_type, p_scene);
  if v_is_asked then
    perform private.queue_delivery(v_project, p_type, v_body);
  end if;
  perform private.queue_event(v_project, p_type, v_body);
end;
$$;

comment on function private.queue_stage(text, text, public.scenes) is
'→ pending: a stage of a film has begun or ended. p_scene is null where it is no scene''s.';

revoke execute on function private.queue_stage(text, text, public.scenes) from public, anon, authenticated, service_role;
