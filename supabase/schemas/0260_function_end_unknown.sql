-- lost → outcome_unknown

create or replace function private.end_unknown(p_attempt private.attempts)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update private.attempts
  set status = 'outcome_unknown', ended_at = private.clock()
  where attempts.attempt_id = p_attempt.attempt_id
    and attempts.status = 'lost';

  if found then
    perform private.fail_step(
      p_attempt.step_id,
      format('Cannot tell whether %s accepted the request: %s', p_attempt.provider, p_attempt.error_message)
    );
  end if;
end;
$$;

comment on function private.end_unknown(private.attempts) is
'lost → outcome_unknown: visibly unknown, the step fails and is not submitted again.';

revoke execute on function private.end_unknown(private.attempts) from public, anon, authenticated, service_role;
