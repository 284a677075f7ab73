-- A project has come further → a delivery, to those who asked for progress, and whoever listens hears where
-- it stands. One trigger without a condition of its own: Postgres reads a condition anew for each update.

create or replace function private.tg_projects__tell()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
  if new.progress > old.progress and new.status in ('queued', 'storyboarding', 'generating', 'stitching') then
    if new.callback_url is not null then
      if exists (
        select 1
        from private.job_requests
        where job_requests.project_id = new.project_id
          and 'video.generation.progress' = any (job_requests.events)
      ) then
        perform private.queue_delivery(
          new, 'video.generation.progress', private.delivery_body(new, 'video.generation.progress')
        );
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
  end if;

  if (old.status <> new.status or old.progress <> new.progress)
    and private.has_realtime()
  then
    perform private.broadcast(new.project_id, 'task', private.video_task(new));
  end if;
  return null;
end;
$$;

comment on function private.tg_projects__tell() is 'A film''s new status or progress → deliveries to those who asked for progress, and Realtime.';

revoke execute on function private.tg_projects__tell() from public, anon, authenticated, service_role;

create or replace trigger _600_tell after update of status, progress on public.projects
for each row execute function private.tg_projects__tell();
