-- created → lost, looked up again and again; lost → outcome_unknown once the look-up's time is over
--
-- Nobody pays twice: an attempt whose outcome cannot be learnt is never submitted again by itself. A
-- look-up that reached nobody taught nothing: where the last one did, another is worth its time, until
-- the provider has had all that it may have (give_up_seconds).

create or replace function private.lose_attempt(p_attempt_id text, p_message text, p_was_asked boolean default true)
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
  v_patience timestamptz;
begin
  select steps.*
  into v_step
  from private.steps
  join private.attempts using (step_id)
  where attempts.attempt_id = p_attempt_id;

  if exists (
    select 1 from private.attempts where attempts.attempt_id = p_attempt_id and attempts.status = 'created'
  ) then
    perform private.record_event(
      v_step.project_id, 'attempt.lost', v_step.scene_id, v_step.chunk_id,
      jsonb_build_object('kind', v_step.kind, 'attempt_id', p_attempt_id, 'reason', p_message)
    );
  end if;

  update private.attempts
  set
    status = 'lost',
    error_message = coalesce(attempts.error_message, p_message),
    deadline_at = coalesce(
      attempts.deadline_at,
      v_now + make_interval(secs => private.setting('lookup_seconds')::double precision)
    )
  where attempts.attempt_id = p_attempt_id
    and attempts.status in ('created', 'lost')
  returning attempts.* into v_attempt;

  v_limit := private.step_setting('give_up_seconds', v_step.kind, v_attempt.input ->> 'model');
  v_patience := v_attempt.created_at + make_interval(secs => (v_limit.value #>> '{}')::double precision);

  -- A request id that came meanwhile (a late record, an early callback) can be asked about. What a
  -- language model was asked nobody can be asked about.
  if v_attempt.request_id is null
    and (
      v_step.kind = 'storyboard'
      or v_attempt.deadline_at <= v_now and (p_was_asked or v_patience <= v_now)
    ) then
    perform private.end_unknown(v_attempt);
    return;
  end if;

  update private.steps
  set
    status = 'waiting',
    claim_token = null,
    due_at = v_now + make_interval(secs => private.setting('lookup_again_seconds')::double precision),
    updated_at = v_now
  where steps.step_id = v_attempt.step_id
    and steps.status not in ('queued', 'completed', 'failed', 'cancelled');
end;
$$;

comment on function private.lose_attempt(text, text, boolean) is
'created → lost: the call may have been understood, the answer never came. Past its deadline: outcome_unknown.';

revoke execute on function private.lose_attempt(text, text, boolean) from public, anon, authenticated, service_role;
