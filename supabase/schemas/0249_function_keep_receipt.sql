-- A receipt is kept whoever claims the step by now: the request runs. What it says of the attempt's status is
-- believed only where it is awaited.

create or replace function private.keep_receipt(p_attempt_id text, p_submission jsonb, p_deadline timestamptz)
returns private.attempts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_is_awaited boolean := p_deadline is not null;
  v_kept record;
begin
  update private.attempts
  set
    request_id = p_submission ->> 'request_id',
    status_url = p_submission ->> 'status_url',
    response_url = p_submission ->> 'response_url',
    cancel_url = p_submission ->> 'cancel_url',
    submitted_at = coalesce(attempts.submitted_at, private.clock()),
    status = case when v_is_awaited then 'submitted' else attempts.status end,
    deadline_at = case when v_is_awaited then p_deadline else attempts.deadline_at end,
    error_message = case when v_is_awaited then null else attempts.error_message end
  where attempts.attempt_id = p_attempt_id
    and coalesce(attempts.request_id, p_submission ->> 'request_id') = p_submission ->> 'request_id'
  returning attempts as attempt into v_kept;
  return v_kept.attempt;
exception
  -- Another attempt has this request: a look-up offered it, and it is not ours.
  when unique_violation then
    return null;
end;
$$;

comment on function private.keep_receipt(text, jsonb, timestamptz) is
'Notes {request_id, status_url, response_url, cancel_url} of an attempt; submitted, where p_deadline says until when its callback is awaited. Null where the request is another''s.';

revoke execute on function private.keep_receipt(text, jsonb, timestamptz) from public, anon, authenticated, service_role;
