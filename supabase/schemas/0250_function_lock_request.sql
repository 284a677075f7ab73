-- A callback that finds no attempt is buffered; a submission that is recorded looks for buffered
-- callbacks. Without this lock both could miss each other, each not yet committed for the other.
--
-- By the id alone: whoever records one need not look first who gave it.

create or replace function private.lock_request(p_request_id text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- As an expression, which is no statement of its own.
  return case
    when p_request_id is not null then pg_advisory_xact_lock(hashtextextended('request:' || p_request_id, 0)) is not null
    else false
  end;
end;
$$;

comment on function private.lock_request(text) is
'Makes the buffering of a callback and the recording of its request id wait for each other. False without an id.';

revoke execute on function private.lock_request(text) from public, anon, authenticated, service_role;
