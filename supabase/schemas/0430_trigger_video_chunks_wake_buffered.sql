-- The worker outside inserts its chunk after it has submitted: the callback may be there already.

create or replace function private.tg_video_chunks__wake_buffered()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform private.lock_request(new.request_id);
  perform private.apply_buffered('fal', new.request_id);
  return null;
end;
$$;

comment on function private.tg_video_chunks__wake_buffered() is
'An outside worker''s chunk has got its request id: callbacks that were early are applied.';

revoke execute on function private.tg_video_chunks__wake_buffered() from public, anon, authenticated, service_role;

create or replace trigger _600_wake_buffered_inserted after insert on public.video_chunks
for each row when (new.project_id is null and new.request_id is not null)
execute function private.tg_video_chunks__wake_buffered();

create or replace trigger _600_wake_buffered_updated after update of request_id on public.video_chunks
for each row when (new.project_id is null and new.request_id is distinct from old.request_id and new.request_id is not null)
execute function private.tg_video_chunks__wake_buffered();
