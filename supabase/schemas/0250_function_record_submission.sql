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
  v_found record;
  v_deadline timestamptz;
  v_attempt private.attempts;
begin
  -- Before the project: a callback may hold it when it comes to the project.
  perform private.lock_request(attempts.provider, p_submission ->> 'request_id')
  from private.attempts
  where attempts.attempt_id = p_attempt_id;

  select projects as project, steps as step, attempts as attempt, providers.failures_in_a_row
  into v_found
  from private.attempts
  join private.steps using (step_id)
  join public.projects using (project_id)
  left join private.providers on providers.name = attempts.provider
  where attempts.attempt_id = p_attempt_id
    and steps.step_id = p_step_id
  for no key update of projects, steps, attempts;

  if not found then
    return 'stale';
  end if;

  if (v_found.step).claim_token is not distinct from p_claim_token and (v_found.attempt).status in ('created', 'lost') then
    v_deadline := private.callback_deadline(v_found.step, v_found.attempt);
  end if;
  v_attempt := private.keep_receipt(p_attempt_id, p_submission, v_deadline);
  if v_attempt.attempt_id is null then
    return 'stale';
  elsif v_deadline is null then
    perform private.abandon_request(v_attempt, v_found.step);
    return 'stale';
  end if;

  perform private.await_callback(v_found.project, v_found.step, v_attempt);
  if v_found.failures_in_a_row > 0 then
    perform private.release_provider(v_attempt.provider);
  end if;

  -- Looked at first: next to none is early.
  if exists (
    select 1
    from public.webhook_logs
    where webhook_logs.source = v_attempt.provider
      and webhook_logs.request_id = v_attempt.request_id
      and webhook_logs.status = 'pending'
  ) then
    perform private.apply_buffered(v_attempt.provider, v_attempt.request_id);
  end if;
  return 'applied';
end;
$$;

comment on function public.record_submission(text, uuid, text, jsonb) is
'created | lost → submitted. p_submission: {request_id, status_url, response_url, cancel_url}. Called by the runner.';

revoke execute on function public.record_submission(text, uuid, text, jsonb) from public, anon, authenticated;
grant execute on function public.record_submission(text, uuid, text, jsonb) to service_role;
