-- A look-up offers what it finds, and a callback with a token may be giving the same request to its own attempt
-- at this moment: whoever comes second is told, not broken off.

create or replace function private.adopt_request(p_attempt_id text, p_request_id text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update private.attempts
  set request_id = p_request_id
  where attempts.attempt_id = p_attempt_id
    and attempts.request_id is null;
  return true;
exception
  when unique_violation then
    return false;
end;
$$;

comment on function private.adopt_request(text, text) is
'Gives a request to an attempt that has none; false where another attempt has it. The caller holds the attempt''s lock.';

revoke execute on function private.adopt_request(text, text) from public, anon, authenticated, service_role;
