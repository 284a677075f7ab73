create or replace function private.attempt_for_runner(p_attempt private.attempts)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_project_id text;
begin
  select steps.project_id into v_project_id from private.steps where steps.step_id = p_attempt.step_id;

  return jsonb_build_object(
    'attempt_id', p_attempt.attempt_id,
    'attempt_token', p_attempt.attempt_id || '.' || private.sign('attempt', p_attempt.attempt_id),
    'number', p_attempt.number,
    'traceparent', private.traceparent_of(v_project_id, p_attempt.attempt_id),
    'provider', p_attempt.provider,
    'input', p_attempt.input,
    'request_id', p_attempt.request_id,
    'status_url', p_attempt.status_url,
    'response_url', p_attempt.response_url,
    'cancel_url', p_attempt.cancel_url,
    'created_at', p_attempt.created_at,
    'age_seconds', extract(epoch from private.clock() - p_attempt.created_at),
    'announce', coalesce(p_attempt.sent_at = 'infinity', false)
  );
end;
$$;

comment on function private.attempt_for_runner(private.attempts) is
'An attempt as the runner sees it, with the token that goes into the callback URL.';

revoke execute on function private.attempt_for_runner(private.attempts) from public, anon, authenticated, service_role;
