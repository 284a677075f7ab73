-- running → queued, or failed
--
-- Its runner ended before it announced the call.

create or replace function private.requeue_unsent(p_step private.steps, p_attempt private.attempts)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if private.lock_film_or_postpone(p_step) then
    perform private.fail_unsent(p_step, p_attempt.attempt_id, 'The lease ran out before anything was sent');
  end if;
end;
$$;

comment on function private.requeue_unsent(private.steps, private.attempts) is
'running → queued: the runner ended before its call; after max_attempts → failed.';

revoke execute on function private.requeue_unsent(private.steps, private.attempts)
from public, anon, authenticated, service_role;
