-- project queued | storyboarding | generating | stitching | paused → cancelled
--
-- Everything open below it is cancelled with it, and its requests are given up at their providers.

create or replace function public.cancel_project(p_project_id text, p_reason text default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_project public.projects := private.lock_project(p_project_id, 'cancel');
begin
  if v_project.status in ('completed', 'failed') then
    raise exception 'Cannot cancel project "%": it is %, and only an unfinished one can be cancelled',
      p_project_id, v_project.status using errcode = 'RL409';
  end if;

  update public.projects
  set status = 'cancelled', paused_from = null, awaiting_approval = null, error_message = coalesce(p_reason, 'Cancelled on request')
  where projects.project_id = p_project_id
    and projects.status <> 'cancelled';

  return private.verb_answer(v_project);
end;
$$;

comment on function public.cancel_project(text, text) is
'→ cancelled; idempotent. {project_id, was, status, requests_given_up}. Raises RL404, and RL409 when the film has ended otherwise. Called by webhook-manage.';

revoke execute on function public.cancel_project(text, text) from public, anon, authenticated;
grant execute on function public.cancel_project(text, text) to service_role;
