-- A scene's new status → the timeline; a delivery, to those who asked for it, where it has begun, is complete
-- or has failed; and whoever listens to its film, with the clip where there is one.

create or replace function private.tg_scenes__tell()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if old.status = new.status then
    return null;
  end if;

  insert into public.pipeline_events (project_id, scene_id, type, data)
  values (
    new.project_id, new.scene_id, 'scene.' || new.status,
    jsonb_strip_nulls(jsonb_build_object('position', new.position, 'reason', new.error_message))
  );

  if new.status in ('completed', 'failed') or (old.status = 'pending' and new.status = 'generating') then
    perform private.queue_stage(
      new.project_id,
      case new.status when 'generating' then 'scene.started' else 'scene.' || new.status end,
      new
    );
  end if;

  if private.has_realtime() then
    perform private.broadcast(new.project_id, 'scene.' || new.status, jsonb_build_object(
      'scene_id', new.scene_id, 'position', new.position, 'status', new.status, 'video_url', new.video_url
    ));
  end if;
  return null;
end;
$$;

comment on function private.tg_scenes__tell() is 'A scene''s new status → the timeline, deliveries of stages, and Realtime.';

revoke execute on function private.tg_scenes__tell() from public, anon, authenticated, service_role;

create or replace trigger _500_tell after update of status on public.scenes
for each row execute function private.tg_scenes__tell();
