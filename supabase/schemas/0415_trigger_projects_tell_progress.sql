-- A project has come further → a delivery, to those who asked for progress.

create or replace function private.tg_projects__tell_progress()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if new.callback_url is not null then
    if exists (
      select 1
      from private.job_requests
      where job_requests.project_id = new.project_id
        and 'video.generation.progress' = any (job_requests.events)
    ) then
      perform private.queue_delivery(new, 'video.generation.progress');
    end if;
  end if;

  if exists (
    select 1
    from private.endpoints
    where endpoints.user_id = new.user_id
      and 'video.generation.progress' = any (endpoints.events)
  ) then
    perform private.queue_event(new, 'video.generation.progress', private.film_body(new, 'video.generation.progress'));
  end if;
  return null;
end;
$$;

comment on function private.tg_projects__tell_progress() is
'A project''s progress has risen, and it goes on → video.generation.progress, where the job or an endpoint asked for it.';

revoke execute on function private.tg_projects__tell_progress() from public, anon, authenticated, service_role;

create or replace trigger _600_tell_progress after update of progress on public.projects
for each row when (
  new.progress > old.progress
  and new.status in ('queued', 'storyboarding', 'generating', 'stitching')
)
execute function private.tg_projects__tell_progress();
