-- The stitching begins → a delivery, to those who asked for it. A paused film gets that far too, and tells it then:
-- when it is resumed nothing new begins.

create or replace function private.tg_projects__tell_stage()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform private.queue_stage(new.project_id, 'stitching.started', null);
  return null;
end;
$$;

comment on function private.tg_projects__tell_stage() is 'A project''s new status, or what it is paused from → stitching.started.';

revoke execute on function private.tg_projects__tell_stage() from public, anon, authenticated, service_role;

create or replace trigger _400_tell_stage after update of status on public.projects
for each row when (
  coalesce(new.paused_from, new.status) = 'stitching'
  and coalesce(old.paused_from, old.status) <> 'stitching'
)
execute function private.tg_projects__tell_stage();
