create or replace function private.video_status(p_status text)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_status = 'queued' then 'pending'
    when p_status in ('completed', 'failed', 'cancelled') then p_status
    else 'processing'
  end;
end;
$$;

comment on function private.video_status(text) is
'A project''s status in the words of the door videos: pending, processing, completed, failed or cancelled.';

revoke execute on function private.video_status(text) from public, anon, authenticated, service_role;
