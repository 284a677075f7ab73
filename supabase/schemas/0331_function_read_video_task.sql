-- A project as the door videos shows it. An unknown id and a wrong token get the same nothing.

create or replace function public.read_video_task(p_project_id text, p_token text, p_trusted boolean)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select private.video_task(projects)
  from public.projects
  where projects.project_id = p_project_id
    and (p_trusted or private.is_signed('task', p_project_id, p_token));
$$;

comment on function public.read_video_task(text, text, boolean) is
'{task_id, status, progress_percentage, video_url, error}; null for an unknown id or a wrong token. Called by videos.';

revoke execute on function public.read_video_task(text, text, boolean) from public, anon, authenticated;
grant execute on function public.read_video_task(text, text, boolean) to service_role;
