-- step running → waiting · attempt created | lost → submitted · chunk PENDING → SUBMITTED
--
-- The provider accepted. A stale claim (the callback was faster, or the project was cancelled while
-- the call was under way) changes no status, but the request id is kept, and a request that nobody
-- wants any more is given up at the provider.

create or replace function public.record_submission(
  p_step_id text,
  p_claim_token uuid,
  p_attempt_id text,
  p_submission jsonb
)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_step private.steps;
  v_attempt private.attempts;
  v_is_awaited boolean;
  v_deadline timestamptz;
begin
  -- Before the project: a callback may hold it when it comes to the project.
  perform private.lock_request(
    (select attempts.provider from private.attempts where attempts.attempt_id = p_attempt_id),
    p_submission ->> 'request_id'
  );
  v_step := private.lock_step(p_step_id);
  select attempts.* into v_attempt from private.attempts where attempts.attempt_id = p_attempt_id;
  v_is_awaited := v_step.claim_token is not distinct from p_claim_token
    and coalesce(v_attempt.status in ('created', 'lost'), false);
  if v_is_awaited then
    v_deadline := private.callback_deadline(v_step, v_attempt);
  end if;

  begin
    update private.attempts
    set
      request_id = p_submission ->> 'request_id',
      status_url = p_submission ->> 'status_url',
      response_url = p_submission ->> 'response_url',
      cancel_url = p_submission ->> 'cancel_url',
      submitted_at = coalesce(attempts.submitted_at, private.clock()),
      status = case when v_is_awaited then 'submitted' else attempts.status end,
      deadline_at = case when v_is_awaited then v_deadline else attempts.deadline_at end,
      error_message = case when v_is_awaited then null else attempts.error_message end
    where attempts.attempt_id = p_attempt_id
      and attempts.step_id = p_step_id
      and coalesce(attempts.request_id, p_submission ->> 'request_id') = p_submission ->> 'request_id'
    returning attempts.* into v_attempt;
  exception
    -- Another attempt has this request: a look-up offered it, and it is not ours.
    when unique_violation then
      return 'stale';
  end;

  if v_attempt.attempt_id is null then
    return 'stale';
  end if;

  if not v_is_awaited then
    perform private.abandon_request(v_attempt, v_step);
    return 'stale';
  end if;

  perform private.await_callback(v_step, v_attempt);
  perform private.apply_buffered(v_attempt.provider, v_attempt.request_id);
  return 'applied';
end;
$$;

comment on function public.record_submission(text, uuid, text, jsonb) is
'created | lost → submitted. p_submission: {request_id, status_url, response_url, cancel_url}. Called by the runner.';

revoke execute on function public.record_submission(text, uuid, text, jsonb) from public, anon, authenticated;
grant execute on function public.record_submission(text, uuid, text, jsonb) to service_role;
