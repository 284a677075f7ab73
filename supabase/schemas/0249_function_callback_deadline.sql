-- An early callback may have asked for a look at once (ask_now). A request that was lost and found may have
-- called back already.

create or replace function private.callback_deadline(p_step private.steps, p_attempt private.attempts)
returns timestamptz
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return least(
    p_attempt.deadline_at,
    case
      when p_attempt.status = 'lost' then private.clock() + make_interval(secs => private.setting('ask_seconds')::double precision)
      else private.overdue_at(p_step.kind, p_attempt.input ->> 'model')
    end
  );
end;
$$;

comment on function private.callback_deadline(private.steps, private.attempts) is
'Until when the callback of an attempt is awaited whose request a provider has accepted.';

revoke execute on function private.callback_deadline(private.steps, private.attempts)
from public, anon, authenticated, service_role;
