-- waiting stays waiting, under a lease · running with a lease that ran out → waiting, or queued where
-- nothing was sent; after max_attempts → failed
--
-- A runner that died between its call and our commit may have been understood by the provider: its
-- attempt is lost, and looked up before anything else. Steps that may safely be done twice start again.

create or replace function private.claim_step(p_step private.steps, p_providers jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_step private.steps;
  v_attempt private.attempts;
begin
  select attempts.*
  into v_attempt
  from private.attempts
  where attempts.step_id = p_step.step_id
  order by attempts.number desc
  limit 1;

  -- Another step of its film was claimed before it, and has ended the film: both were read when the claim began.
  if v_attempt.status = 'cancelled' then
    return '[]';
  end if;

  if private.is_patience_over(p_step, v_attempt) then
    if private.lock_film_or_postpone(p_step) then
      perform private.ask_again(v_attempt.attempt_id, 'each runner that asked was lost');
    end if;
    return '[]';
  end if;

  if p_step.status = 'running' and v_attempt.status = 'created' and v_attempt.sent_at = 'infinity' then
    if private.lock_film_or_postpone(p_step) then
      perform private.fail_unsent(p_step, v_attempt.attempt_id, 'The lease ran out before anything was sent');
    end if;
    return '[]';
  end if;

  if p_step.status = 'running' then
    v_attempt := private.end_lease(p_step, v_attempt);
    -- Its runners died as often as it may be tried.
    if v_attempt.status = 'failed' and p_step.attempt_count - p_step.refusal_count >= private.setting('max_attempts') then
      if private.lock_film_or_postpone(p_step) then
        perform private.fail_step(p_step.step_id, v_attempt.error_message);
      end if;
      return '[]';
    end if;
  end if;
  if v_attempt.status = 'failed' then
    return private.begin_attempts(array[p_step.step_id], p_providers);
  end if;

  update private.steps
  set
    status = 'waiting',
    provider = v_attempt.provider,
    attempt_count = v_attempt.number,
    claim_token = gen_random_uuid(),
    due_at = v_now + make_interval(secs => private.setting('lease_seconds.' || p_step.kind)::double precision),
    updated_at = v_now
  where steps.step_id = p_step.step_id
  returning steps.* into v_step;

  return jsonb_build_array(private.step_work(v_step, v_attempt, v_now));
end;
$$;

comment on function private.claim_step(private.steps, jsonb) is
'Leases one overdue step that the caller has locked; the work for the runner, none when there is nothing to do about it now.';

revoke execute on function private.claim_step(private.steps, jsonb) from public, anon, authenticated, service_role;
