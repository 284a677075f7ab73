-- A receipt is kept whoever claims the step by now: the request runs.

create or replace function private.keep_receipt(p_attempt_id text, p_submission jsonb)
returns private.attempts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_kept record;
begin
  update private.attempts
  set
    request_id = p_submission ->> 'request_id',
    status_url = p_submission ->> 'status_url',
    response_url = p_submission ->> 'response_url',
    cancel_url = p_submission ->> 'cancel_url',
    submitted_at = coalesce(attempts.submitted_at, private.clock())
  where attempts.attempt_id = p_attempt_id
  returning attempts as attempt into v_kept;
  return v_kept.attempt;
end;
$$;

comment on function private.keep_receipt(text, jsonb) is
'Notes {request_id, status_url, response_url, cancel_url} of an attempt whose callback is not awaited; the attempt as it is then.';

revoke execute on function private.keep_receipt(text, jsonb) from public, anon, authenticated, service_role;
