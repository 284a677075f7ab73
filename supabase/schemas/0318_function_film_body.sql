create or replace function private.film_body(p_project public.projects, p_type text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return private.event_body(p_type, private.clock(), (
    select row_to_json(film)
    from (
      select
        p_project.project_id as task_id,
        p_project.project_id,
        p_project.video_id,
        p_project.chat_id,
        p_project.user_id,
        p_project.status,
        p_project.version,
        p_project.progress,
        p_project.final_video_url,
        p_project.thumbnail_url,
        p_project.duration,
        p_project.total_scenes,
        p_project.error_message as error
    ) as film
  ));
end;
$$;

comment on function private.film_body(public.projects, text) is
'{type, timestamp, data} about a project (event_body).';

revoke execute on function private.film_body(public.projects, text) from public, anon, authenticated, service_role;
