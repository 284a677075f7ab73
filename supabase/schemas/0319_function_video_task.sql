create or replace function private.video_task(p_project public.projects)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'task_id', p_project.project_id,
    'status', private.video_status(p_project.status),
    'progress_percentage', p_project.progress,
    'video_url', p_project.final_video_url,
    'error', p_project.error_message
  );
end;
$$;

comment on function private.video_task(public.projects) is
'{task_id, status, progress_percentage, video_url, error}: a project as the door videos shows it.';

revoke execute on function private.video_task(public.projects) from public, anon, authenticated, service_role;
