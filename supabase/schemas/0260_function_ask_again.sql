-- waiting stays waiting, until the provider has had all the time that it may have.
--
-- Then the attempt fails, its request is given up, and the step is not tried again: a provider that
-- sits on a request for that long would be paid twice.

create or replace function private.ask_again(p_attempt_id text, p_reason text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_attempt private.attempts;
  v_step private.steps;
  v_limit private.settings;
begin
  select attempts.* into v_attempt from private.attempts where attempts.attempt_id = p_attempt_id;
  select steps.* into v_step from private.steps where steps.step_id = v_attempt.step_id;
  v_limit := private.step_setting('give_up_seconds', v_step.kind, v_attempt.input ->> 'model');

  -- From when its request was known, which an outage may have kept from us, and no sooner than its deadline, which one puts off.
  if v_now >= greatest(
    coalesce(v_attempt.submitted_at, v_attempt.created_at)
      + make_interval(secs => (v_limit.value #>> '{}')::double precision),
    v_attempt.deadline_at
  ) then
    if v_attempt.status = 'lost' and v_attempt.request_id is null then
      perform private.end_unknown(v_attempt);
      return;
    end if;
    perform private.fail_attempt(p_attempt_id, jsonb_build_object(
      'message', format('No result of %s after %s s (%s): %s', v_step.kind, v_limit.value #>> '{}', v_limit.name, p_reason),
      'retryable', false,
      'ended', false
    ));
    return;
  end if;

  perform private.note_overdue(v_step, v_attempt);

  update private.steps
  set
    claim_token = null,
    due_at = v_now + make_interval(secs => private.setting('ask_seconds')::double precision),
    updated_at = v_now
  where steps.step_id = v_attempt.step_id
    and steps.status not in ('queued', 'running', 'completed', 'failed', 'cancelled');
end;
$$;

comment on function private.ask_again(text, text) is
'Asks the provider again in ask_seconds; fails the attempt once give_up_seconds of its kind are over.';

revoke execute on function private.ask_again(text, text) from public, anon, authenticated, service_role;
