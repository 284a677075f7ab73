-- attempt created | lost → failed · step running | waiting → queued, or failed
--
-- For a call that provably did not go out: nothing can come back, and nobody has to be asked. The caller
-- holds the project's lock.

create or replace function private.fail_unsent(p_step private.steps, p_attempt_id text, p_message text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_number integer;
begin
  update private.attempts
  set status = 'failed', error_message = p_message, ended_at = private.clock()
  where attempts.attempt_id = p_attempt_id
    and attempts.step_id = p_step.step_id
    and attempts.status in ('created', 'lost')
    and attempts.request_id is null
  returning attempts.number into v_number;

  if not found then
    return false;
  end if;

  perform private.record_error(
    'step',
    format('Cannot finish %s: %s', p_step.kind, p_message),
    jsonb_build_object('project_id', p_step.project_id, 'step_id', p_step.step_id, 'attempt_id', p_attempt_id),
    'warning'
  );

  if v_number - p_step.refusal_count < private.setting('max_attempts') then
    perform private.requeue_step(p_step, p_message, null);
  else
    perform private.fail_step(p_step.step_id, p_message);
  end if;
  return true;
end;
$$;

comment on function private.fail_unsent(private.steps, text, text) is
'The call of this attempt was never made: its step is queued again, after max_attempts failed. False where it has ended.';

revoke execute on function private.fail_unsent(private.steps, text, text)
from public, anon, authenticated, service_role;
