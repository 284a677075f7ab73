create or replace function private.tg_scenes__record()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform private.record_event(
    new.project_id, 'scene.' || new.status, new.scene_id, null,
    jsonb_build_object('position', new.position, 'reason', new.error_message)
  );
  return null;
end;
$$;

comment on function private.tg_scenes__record() is 'A scene''s new status → its event.';

revoke execute on function private.tg_scenes__record() from public, anon, authenticated, service_role;

create or replace trigger _500_record after update of status on public.scenes
for each row when (old.status is distinct from new.status) execute function private.tg_scenes__record();
