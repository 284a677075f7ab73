create or replace function private.tg_video_chunks__record()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if old.status <> new.status then
    insert into public.pipeline_events (project_id, scene_id, chunk_id, type, data)
    values (
      new.project_id, new.scene_id, new.chunk_id, 'chunk.' || lower(new.status),
      jsonb_strip_nulls(jsonb_build_object(
        'position', new.position, 'request_id', new.request_id, 'reason', new.error_message
      ))
    );
  end if;
  return null;
end;
$$;

comment on function private.tg_video_chunks__record() is 'A chunk''s new status → its event.';

revoke execute on function private.tg_video_chunks__record() from public, anon, authenticated, service_role;

create or replace trigger _500_record after update of status on public.video_chunks
for each row execute function private.tg_video_chunks__record();
