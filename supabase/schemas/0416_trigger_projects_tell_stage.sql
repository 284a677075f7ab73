-- The storyboard is written, or the stitching begins → a delivery, to those who asked for it.

create or replace function private.tg_projects__tell_stage()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if old.status = 'storyboarding' and new.status in ('generating', 'stitching') then
    perform private.queue_stage(new.project_id, 'storyboard.completed', null);
  end if;
  if new.status = 'stitching' and old.status <> 'paused' then
    perform private.queue_stage(new.project_id, 'stitching.started', null);
  end if;
  return null;
end;
$$;

comment on function private.tg_projects__tell_stage() is 'A project''s new status → storyboard.completed or stitching.started.';

revoke execute on function private.tg_projects__tell_stage() from public, anon, authenticated, service_role;

create or replace trigger _400_tell_stage after update of status on public.projects
for each row when (old.status is distinct from new.status and new.status in ('generating', 'stitching'))
execute function private.tg_projects__tell_stage();
