-- project failed | cancelled → generating | stitching
--
-- From where it failed: what was finished is kept, and so is what was paid for and came too late; the rest is asked for
-- again. An attempt whose outcome is still unknown is paid a second time here, because a person decided so.

create or replace function public.retry_project(p_project_id text, p_reason text default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_project public.projects := private.lock_project(p_project_id, 'retry');
begin
  if v_project.status not in ('failed', 'cancelled') then
    raise exception 'Cannot retry project "%": it is %, and only a failed or cancelled one can be retried',
      p_project_id, v_project.status using errcode = 'RL409';
  end if;

  if p_reason is not null then
    perform private.record_event(p_project_id, 'project.retry_reason', null, null, jsonb_build_object('reason', p_reason));
  end if;
  perform private.revive_scenes(p_project_id);
  perform private.reopen_project(p_project_id);
  return private.verb_answer(v_project);
end;
$$;

comment on function public.retry_project(text, text) is
'failed | cancelled → generating | stitching, keeping what was finished. {project_id, was, status, requests_given_up}. Raises RL404, RL409. Called by webhook-manage.';

revoke execute on function public.retry_project(text, text) from public, anon, authenticated;
grant execute on function public.retry_project(text, text) to service_role;
