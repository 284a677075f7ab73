-- running → queued, or failed
--
-- Its runner ended before it announced the call. Called below a step lock, where waiting for the project
-- would break the lock order: if the project is busy, the lease goes on for a moment, so that the steps of
-- a project that somebody holds for minutes do not come first in every claim and hide the others.

create or replace function private.requeue_unsent(p_step private.steps, p_attempt private.attempts)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if private.try_lock_film(p_step.project_id) then
    perform private.fail_unsent(p_step, p_attempt.attempt_id, 'The lease ran out before anything was sent');
  else
    update private.steps
    set due_at = private.clock() + interval '2 seconds'
    where steps.step_id = p_step.step_id;
  end if;
end;
$$;

comment on function private.requeue_unsent(private.steps, private.attempts) is
'running → queued: the runner ended before its call; after max_attempts → failed.';

revoke execute on function private.requeue_unsent(private.steps, private.attempts)
from public, anon, authenticated, service_role;
