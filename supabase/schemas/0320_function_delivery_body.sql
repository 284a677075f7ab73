-- The one place where the body for a job's own callback_url is chosen. Standing endpoints get film_body, whichever
-- way the job came in. Who asked for the film through the door videos gets the bodies of that API.

create or replace function private.delivery_body(p_project public.projects, p_type text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(
      (
        select private.video_body(p_project, p_type)
        from private.job_requests
        where job_requests.project_id = p_project.project_id
          and job_requests.via = 'videos'
      ),
      private.film_body(p_project, p_type)
    )
  );
end;
$$;

comment on function private.delivery_body(public.projects, text) is
'What a job''s callback_url and the notification service are told about its project.';

revoke execute on function private.delivery_body(public.projects, text) from public, anon, authenticated, service_role;
