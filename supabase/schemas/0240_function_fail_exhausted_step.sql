create or replace function private.fail_exhausted_step(p_step private.steps, p_attempt private.attempts)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if private.lock_film_or_postpone(p_step) then
    perform private.fail_step(p_step.step_id, p_attempt.error_message);
  end if;
end;
$$;

comment on function private.fail_exhausted_step(private.steps, private.attempts) is
'running → failed, for a step whose runners died as often as it may be tried.';

revoke execute on function private.fail_exhausted_step(private.steps, private.attempts)
from public, anon, authenticated, service_role;
