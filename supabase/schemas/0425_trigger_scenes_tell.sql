-- A scene has begun, is complete or has failed → a delivery, to those who asked for it.

create or replace function private.tg_scenes__tell()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform private.queue_stage(
    new.project_id,
    case new.status when 'generating' then 'scene.started' else 'scene.' || new.status end,
    new
  );
  return null;
end;
$$;

comment on function private.tg_scenes__tell() is 'A scene''s new status → scene.started, scene.completed or scene.failed.';

revoke execute on function private.tg_scenes__tell() from public, anon, authenticated, service_role;

create or replace trigger _600_tell after update of status on public.scenes
for each row when (
  old.status is distinct from new.status
  and (new.status in ('completed', 'failed') or old.status = 'pending' and new.status = 'generating')
)
execute function private.tg_scenes__tell();
