-- attempt created | submitted | in_progress | lost → failed · step → queued again, or failed
--
-- p_error: {message, retryable, retry_after, billed, ended, refused}. A failure that can pass goes back to the queue,
-- its chunk to PENDING; any other ends the step, and with it the film, unless another model may make the clip. A call
-- that was refused cost nothing: it leaves the step's tries as they were, and an outage is waited out.

create or replace function private.fail_attempt(p_attempt_id text, p_error jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_message text := coalesce(nullif(p_error ->> 'message', ''), 'The provider gave no reason');
  -- It failed for us, perhaps not for the provider: past our patience a request still runs.
  v_may_run boolean := not coalesce((p_error ->> 'ended')::boolean, true);
  v_may_pass boolean := coalesce((p_error ->> 'retryable')::boolean, false);
  v_is_refused boolean := v_may_pass and (p_error ->> 'refused')::boolean is true and (p_error ->> 'billed')::boolean is not true;
  v_attempt private.attempts;
  v_step private.steps;
begin
  update private.attempts
  set
    status = 'failed',
    error_message = v_message,
    actual_cost_usd = case
      when (p_error ->> 'billed')::boolean then coalesce(attempts.actual_cost_usd, attempts.estimated_cost_usd)
      else attempts.actual_cost_usd
    end,
    ended_at = v_now
  where attempts.attempt_id = p_attempt_id
    and attempts.status in ('created', 'submitted', 'in_progress', 'lost')
  returning attempts.* into v_attempt;

  if not found then
    return;
  end if;

  if v_is_refused then
    update private.steps set refusal_count = steps.refusal_count + 1 where steps.step_id = v_attempt.step_id;
  end if;
  select steps.* into v_step from private.steps where steps.step_id = v_attempt.step_id;

  perform private.record_error('step', format('Cannot finish %s: %s', v_step.kind, v_message), jsonb_build_object(
    'project_id', v_step.project_id, 'scene_id', v_step.scene_id, 'chunk_id', v_step.chunk_id,
    'step_id', v_step.step_id, 'attempt_id', p_attempt_id, 'attempt', v_attempt.number
  ));

  if v_may_pass
    and (case when v_is_refused then v_step.refusal_count else v_attempt.number - v_step.refusal_count end)
      < private.setting('max_attempts') then
    perform private.requeue_step(v_step, v_message, (p_error ->> 'retry_after')::numeric);
  -- A try before this one may have brought the clip too late: then it is there.
  elsif private.has_kept_clip(v_step) then
    perform private.requeue_step(v_step, v_message, null);
  -- What may still run may be paid for: then no other model is asked besides.
  elsif not v_may_run and private.switch_model(v_step, v_message) then
    null;
  elsif v_is_refused and private.waits_out_refusals(v_step) then
    perform private.requeue_step(v_step, v_message, (p_error ->> 'retry_after')::numeric);
  else
    perform private.fail_step(v_step.step_id, v_message);
  end if;

  if v_may_run then
    perform private.abandon_request(v_attempt, v_step);
  end if;
end;
$$;

comment on function private.fail_attempt(text, jsonb) is
'→ failed; the step is queued again with backoff where that may help, else it fails. The caller holds the project''s lock.';

revoke execute on function private.fail_attempt(text, jsonb) from public, anon, authenticated, service_role;
