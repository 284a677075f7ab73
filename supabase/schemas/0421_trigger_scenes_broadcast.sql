-- A scene's new status → whoever listens to its film hears of it, with the clip where there is one.

create or replace function private.tg_scenes__broadcast()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform private.broadcast(new.project_id, 'scene.' || new.status, jsonb_build_object(
    'scene_id', new.scene_id, 'position', new.position, 'status', new.status, 'video_url', new.video_url
  ));
  return null;
end;
$$;

comment on function private.tg_scenes__broadcast() is
'A scene''s status has changed → Realtime event scene.<status>: {scene_id, position, status, video_url}.';

revoke execute on function private.tg_scenes__broadcast() from public, anon, authenticated, service_role;

create or replace trigger _700_broadcast after update of status on public.scenes
for each row when (old.status is distinct from new.status) execute function private.tg_scenes__broadcast();
