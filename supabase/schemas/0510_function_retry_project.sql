-- project failed | cancelled → generating | stitching
--
-- From where it failed: what was finished is kept, the rest is asked for again. An attempt whose
-- outcome is unknown is paid a second time here, because a person decided so.

create or replace function public.retry_project(p_project_id text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_project public.projects := private.lock_project(p_project_id);
begin
  if v_project.status not in ('failed', 'cancelled') then
    raise exception 'Cannot retry project "%": it is %, and only a failed or cancelled one can be retried',
      p_project_id, v_project.status using errcode = 'RL409';
  end if;

  update public.scenes
  set status = 'pending', error_message = null
  where scenes.project_id = p_project_id
    and scenes.status in ('failed', 'cancelled');

  update public.video_chunks
  set status = 'PENDING', request_id = null, error_message = null, kling_completed_at = null, progress = 0
  where video_chunks.project_id = p_project_id
    and video_chunks.selected
    and video_chunks.status in ('FAILED', 'CANCELLED');

  perform private.reopen_project(p_project_id);
  return private.verb_answer(v_project);
end;
$$;

comment on function public.retry_project(text) is
'failed | cancelled → generating | stitching, keeping what was finished. {project_id, was, status, requests_given_up}. Raises RL404, RL409.';

revoke execute on function public.retry_project(text) from public, anon, authenticated;
grant execute on function public.retry_project(text) to service_role;
