-- project queued | storyboarding | generating | stitching → paused
--
-- What is under way at providers goes on and is recorded; nothing new is asked for.

create or replace function public.pause_project(p_project_id text, p_reason text default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_project public.projects := private.lock_project(p_project_id, 'pause');
begin
  if v_project.status in ('completed', 'failed', 'cancelled') then
    raise exception 'Cannot pause project "%": it is %, and only an unfinished one can be paused',
      p_project_id, v_project.status using errcode = 'RL409';
  end if;

  update public.projects
  set status = 'paused', paused_from = projects.status
  where projects.project_id = p_project_id
    and projects.status <> 'paused';

  perform private.hold_steps(p_project_id);

  -- Of one that awaits an approval too: it is not to go on by itself once that is not needed any more.
  if v_project.status <> 'paused' or v_project.awaiting_approval is not null and not private.is_paused_by_operator(p_project_id) then
    perform private.record_event(p_project_id, 'project.pause_reason', null, null, jsonb_build_object('reason', p_reason));
  end if;
  return private.verb_answer(v_project);
end;
$$;

comment on function public.pause_project(text, text) is
'→ paused; idempotent. {project_id, was, status, requests_given_up}. Raises RL404, and RL409 when the film has ended. Called by webhook-manage.';

revoke execute on function public.pause_project(text, text) from public, anon, authenticated;
grant execute on function public.pause_project(text, text) to service_role;
