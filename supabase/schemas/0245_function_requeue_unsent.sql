-- attempt created → failed · step running → queued, or failed
--
-- Its runner ended before it announced the call: nothing was sent, nothing can come back, and nobody has
-- to be asked. Called below a step lock, where waiting for the project would break the lock order: if
-- the project is busy, the step stays due and the next claim tries again.

create or replace function private.requeue_unsent(p_step private.steps, p_attempt private.attempts)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_message constant text := 'The lease ran out before anything was sent';
begin
  perform 1
  from public.projects
  where projects.project_id = p_step.project_id
  for no key update skip locked;

  if not found then
    return;
  end if;

  update private.attempts
  set status = 'failed', error_message = v_message, ended_at = private.clock()
  where attempts.attempt_id = p_attempt.attempt_id
    and attempts.status = 'created'
    and attempts.sent_at = 'infinity';

  if not found then
    return;
  end if;

  perform private.record_error(
    'step',
    format('Cannot finish %s: the runner''s lease ran out before anything was sent', p_step.kind),
    jsonb_build_object('project_id', p_step.project_id, 'step_id', p_step.step_id, 'attempt_id', p_attempt.attempt_id),
    'warning'
  );

  if p_attempt.number < private.setting('max_attempts') then
    perform private.requeue_step(p_step, v_message, null);
  else
    perform private.fail_step(p_step.step_id, v_message);
  end if;
end;
$$;

comment on function private.requeue_unsent(private.steps, private.attempts) is
'running → queued: the runner ended before its call; after max_attempts → failed.';

revoke execute on function private.requeue_unsent(private.steps, private.attempts)
from public, anon, authenticated, service_role;
