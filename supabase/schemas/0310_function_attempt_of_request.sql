-- Looks without a lock first: only a callback that would be buffered has to wait for a submission
-- that is being recorded just now.

create or replace function private.attempt_of_request(p_provider text, p_request_id text)
returns private.attempts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_attempt private.attempts;
begin
  for v_try in 1..2 loop
    select attempts.*
    into v_attempt
    from private.attempts
    where attempts.provider = p_provider
      and attempts.request_id = p_request_id;

    if found then
      return v_attempt;
    end if;
    if v_try = 1 then
      perform private.lock_request(p_request_id);
    end if;
  end loop;
  return null;
end;
$$;

comment on function private.attempt_of_request(text, text) is
'The attempt that has this request at this provider; null when there is none and none is being recorded.';

revoke execute on function private.attempt_of_request(text, text) from public, anon, authenticated, service_role;
