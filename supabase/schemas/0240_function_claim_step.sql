-- queued → running · waiting stays waiting, under a lease · running with a lease that ran out → waiting,
-- or queued where nothing was sent
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
  v_claim_token uuid := gen_random_uuid();
  v_lease_until timestamptz := v_now
    + make_interval(secs => private.setting('lease_seconds.' || p_step.kind)::double precision);
  v_attempt private.attempts;
  v_mode text;
begin
  if p_step.status <> 'queued' then
    select attempts.*
    into v_attempt
    from private.attempts
    where attempts.step_id = p_step.step_id
    order by attempts.number desc
    limit 1;
  end if;

  if p_step.status = 'running' and v_attempt.status = 'created' and v_attempt.sent_at = 'infinity' then
    perform private.requeue_unsent(p_step, v_attempt);
    return null;
  end if;

  if p_step.status = 'running' then
    v_attempt := private.end_lease(p_step, v_attempt);
    if v_attempt.status = 'failed' and p_step.attempt_count >= private.setting('max_attempts') then
      perform private.fail_exhausted_step(p_step, v_attempt);
      return null;
    end if;
  end if;

  if p_step.status = 'queued' or v_attempt.status = 'failed' then
    v_mode := 'start';
    v_attempt := private.insert_attempt(p_step, p_providers);
  else
    v_mode := case when v_attempt.request_id is null then 'lookup' else 'ask' end;
  end if;

  update private.steps
  set
    status = case when v_mode = 'start' then 'running' else 'waiting' end,
    provider = v_attempt.provider,
    attempt_count = v_attempt.number,
    claim_token = v_claim_token,
    due_at = v_lease_until,
    updated_at = v_now
  where steps.step_id = p_step.step_id;

  return jsonb_build_object(
    'kind', 'step',
    'step_id', p_step.step_id,
    'step', p_step.kind,
    'mode', v_mode,
    'claim_token', v_claim_token,
    'project_id', p_step.project_id,
    'attempt', private.attempt_for_runner(v_attempt)
  );
end;
$$;

comment on function private.claim_step(private.steps, jsonb) is
'Leases one due step that the caller has locked; null when there is nothing to do about it now.';

revoke execute on function private.claim_step(private.steps, jsonb) from public, anon, authenticated, service_role;
