-- Called below a step lock, where waiting for the project would break the lock order: if the project
-- is busy, the lease goes on for a moment, as in requeue_unsent.

create or replace function private.fail_exhausted_step(p_step private.steps, p_attempt private.attempts)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if private.try_lock_film(p_step.project_id) then
    perform private.fail_step(p_step.step_id, p_attempt.error_message);
  else
    update private.steps
    set due_at = private.clock() + interval '2 seconds'
    where steps.step_id = p_step.step_id;
  end if;
end;
$$;

comment on function private.fail_exhausted_step(private.steps, private.attempts) is
'running → failed, for a step whose runners died as often as it may be tried.';

revoke execute on function private.fail_exhausted_step(private.steps, private.attempts)
from public, anon, authenticated, service_role;
