create or replace function private.note_taken(p_step private.steps, p_attempt private.attempts, p_result jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_attempt private.attempts := p_attempt;
begin
  if p_attempt.status not in ('failed', 'outcome_unknown', 'cancelled') or p_attempt.request_id is not null
    or p_attempt.sent_at = 'infinity'
    or p_attempt.status = 'cancelled' and p_result ->> 'state' in ('failed', 'cancelled')
    or p_result ->> 'request_id' is null
    or not private.adopt_request(p_attempt.attempt_id, p_result ->> 'request_id')
  then
    return;
  end if;

  -- What is done, but did not come along, is asked for there too.
  if p_attempt.status = 'cancelled' or p_result ->> 'state' = 'unread'
    or p_attempt.status = 'failed' and p_result ->> 'state' = 'in_progress'
  then
    v_attempt.request_id := p_result ->> 'request_id';
    perform private.abandon_request(v_attempt, p_step);
  end if;
  perform private.hold_over_budget(p_step.project_id);
end;
$$;

comment on function private.note_taken(private.steps, private.attempts, jsonb) is
'A provider that calls back about what it had refused, what nobody knew of, or what was cancelled before its answer came, took it: it counts as paid, and what had been refused or cancelled, or is done without its result, is given up, which tells what it made. The caller holds the project''s lock.';

revoke execute on function private.note_taken(private.steps, private.attempts, jsonb)
from public, anon, authenticated, service_role;
