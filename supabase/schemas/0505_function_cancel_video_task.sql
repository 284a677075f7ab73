-- project queued | storyboarding | generating | stitching | paused → cancelled, in the words of the
-- door videos, where whatever has ended cannot be cancelled any more.

create or replace function public.cancel_video_task(p_project_id text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_answer jsonb := public.cancel_project(p_project_id, 'Video generation was cancelled by user request');
begin
  if v_answer ->> 'was' = 'cancelled' then
    raise exception 'Cannot cancel project "%": it is cancelled already', p_project_id using errcode = 'RL409';
  end if;

  return (
    select private.video_task(projects)
    from public.projects
    where projects.project_id = p_project_id
  );
end;
$$;

comment on function public.cancel_video_task(text) is
'→ cancelled. {task_id, status, progress_percentage, video_url, error}. Raises RL404, and RL409 when the film has ended. Called by videos.';

revoke execute on function public.cancel_video_task(text) from public, anon, authenticated;
grant execute on function public.cancel_video_task(text) to service_role;
