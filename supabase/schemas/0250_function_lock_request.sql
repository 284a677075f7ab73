-- A callback that finds no attempt is buffered; a submission that is recorded looks for buffered
-- callbacks. Without this lock both could miss each other, each not yet committed for the other.

create or replace function private.lock_request(p_provider text, p_request_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('request:' || p_provider || ':' || p_request_id, 0))
  where p_request_id is not null;
end;
$$;

comment on function private.lock_request(text, text) is
'Makes the buffering of a callback and the recording of its request id wait for each other.';

revoke execute on function private.lock_request(text, text) from public, anon, authenticated, service_role;
