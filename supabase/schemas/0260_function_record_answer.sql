-- What became of an attempt, as a runner learnt it by calling or by asking.

create or replace function public.record_answer(
  p_step_id text,
  p_claim_token uuid,
  p_attempt_id text,
  p_answer jsonb
)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_found record;
  v_step private.steps;
  -- The call for new work itself: neither a look at what was taken, nor a word to stop it. It says something about its provider.
  v_is_call boolean;
begin
  select
    projects as project,
    steps as step,
    attempts as attempt,
    (select failing.failures_in_a_row from private.providers as failing where failing.name = steps.provider) > 0 as is_failing
  into v_found
  from private.attempts
  join private.steps using (step_id)
  join public.projects using (project_id)
  where attempts.attempt_id = p_attempt_id
    and steps.step_id = p_step_id
  for no key update of projects, steps, attempts;

  v_step := v_found.step;
  if not found or v_step.claim_token is distinct from p_claim_token or v_step.status not in ('running', 'waiting') then
    if p_answer ->> 'state' = 'completed' then
      perform private.keep_late_result(v_found.project, v_step, p_attempt_id, p_answer -> 'output');
      -- It may have been heard so late only because its provider was slow: what it tells is no less true.
      if v_step.kind = 'cancel_request' then
        perform private.use_output(v_found.project, v_step, v_found.attempt, p_answer -> 'output');
      end if;
    end if;
    return 'stale';
  end if;
  v_is_call := v_step.status = 'running' and v_step.kind <> 'cancel_request';
  if (p_answer ->> 'away')::boolean then
    if private.wait_out_silence(v_step, v_found.attempt) then
      return 'applied';
    end if;
  end if;

  case p_answer ->> 'state'
    when 'completed' then
      if v_is_call and v_found.is_failing then
        perform private.release_provider(v_step.provider);
      end if;
      perform private.complete_attempt(v_found.project, v_step, v_found.attempt, p_answer -> 'output');
    when 'failed' then
      if v_is_call and (p_answer -> 'error' ->> 'retryable')::boolean then
        perform private.hold_provider(v_step.provider, p_answer -> 'error');
      end if;
      perform private.fail_attempt(p_attempt_id, p_answer -> 'error' || jsonb_build_object('refused', v_is_call));
    when 'cancelled' then
      perform private.fail_attempt(p_attempt_id, '{"message": "The provider cancelled the request", "retryable": false}');
    when 'lost' then
      -- A call that nobody answers may cost its film: the next is not made into the same silence.
      if v_is_call then
        perform private.hold_provider(v_step.provider, p_answer);
      end if;
      perform private.lose_attempt(
        p_attempt_id, p_answer ->> 'message', not coalesce((p_answer ->> 'unasked')::boolean, false)
      );
    when 'in_progress' then
      perform private.report_progress(p_attempt_id, (p_answer ->> 'progress')::numeric);
      perform private.ask_again(p_attempt_id, 'The provider did not finish in time');
    when 'unreachable' then
      perform private.ask_again(p_attempt_id, p_answer ->> 'message');
    else
      raise exception 'Cannot record answer "%": no such state', p_answer ->> 'state' using errcode = 'RL400';
  end case;

  return 'applied';
end;
$$;

comment on function public.record_answer(text, uuid, text, jsonb) is
'p_answer: {state, output | error {message, retryable, retry_after} | message, unasked, away | progress}. Stale without the claim. Called by the runner.';

revoke execute on function public.record_answer(text, uuid, text, jsonb) from public, anon, authenticated;
grant execute on function public.record_answer(text, uuid, text, jsonb) to service_role;
