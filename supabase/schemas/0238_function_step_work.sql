create or replace function private.step_work(p_step private.steps, p_attempt private.attempts, p_now timestamptz)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'kind', 'step',
    'step_id', p_step.step_id,
    'step', p_step.kind,
    'mode', case when p_attempt.request_id is null then 'lookup' else 'ask' end,
    'claim_token', p_step.claim_token,
    'project_id', p_step.project_id,
    'attempt', jsonb_build_object(
      'attempt_id', p_attempt.attempt_id,
      'attempt_token', p_attempt.attempt_id || '.' || private.sign('attempt', p_attempt.attempt_id),
      'number', p_attempt.number,
      'traceparent', private.traceparent_of(p_step.project_id, p_attempt.attempt_id),
      'provider', p_attempt.provider,
      'input', p_attempt.input,
      'request_id', p_attempt.request_id,
      'status_url', p_attempt.status_url,
      'response_url', p_attempt.response_url,
      'cancel_url', p_attempt.cancel_url,
      'created_at', p_attempt.created_at,
      'age_seconds', extract(epoch from p_now - p_attempt.created_at),
      'announce', coalesce(p_attempt.sent_at = 'infinity', false)
    )
  );
end;
$$;

comment on function private.step_work(private.steps, private.attempts, timestamptz) is
'A leased step whose provider is to be asked, or looked up, and its attempt, as the runner gets them: with the token that the callback URL has.';

revoke execute on function private.step_work(private.steps, private.attempts, timestamptz)
from public, anon, authenticated, service_role;
