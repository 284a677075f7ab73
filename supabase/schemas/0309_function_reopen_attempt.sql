-- attempt failed | outcome_unknown → lost, while its step is queued for another try
--
-- The call that had counted as refused, or that nobody knew of, was taken after all and has brought what it was made for
-- before anybody was asked again: nothing has taken its place.

create or replace function private.reopen_attempt(p_step private.steps, p_attempt private.attempts, p_result jsonb)
returns private.attempts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_attempt private.attempts;
begin
  update private.attempts
  set
    status = 'lost',
    ended_at = null,
    deadline_at = coalesce(attempts.deadline_at, private.clock())
  where attempts.attempt_id = p_attempt.attempt_id
    and p_step.status = 'queued'
    and p_result ->> 'state' = 'completed'
    and private.is_output_of(p_step.kind, p_result -> 'output')
    and attempts.sent_at is distinct from 'infinity'
    and (attempts.status = 'outcome_unknown' or attempts.status = 'failed' and attempts.request_id is null)
  returning attempts.* into v_attempt;

  return case when found then v_attempt else p_attempt end;
end;
$$;

comment on function private.reopen_attempt(private.steps, private.attempts, jsonb) is
'failed | outcome_unknown → lost, for a result that comes while its step waits for another try; the attempt as it is then. The caller holds the project''s lock and applies it.';

revoke execute on function private.reopen_attempt(private.steps, private.attempts, jsonb)
from public, anon, authenticated, service_role;
