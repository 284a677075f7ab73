-- What is asked about is given up by whoever hears the answer (ask_again). Twice that time is left for those who do not
-- live to hear one: a runner may be lost for reasons of its own, and what it asked about is paid for. It is the last one that
-- has to have asked so late: where nobody asked for days, because all of us were away, the answer may be there.

create or replace function private.is_patience_over(p_step private.steps, p_attempt private.attempts)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  -- A claim is the last to touch a step that waits under a token.
  return p_step.status = 'waiting'
    and p_step.claim_token is not null
    and p_step.updated_at >= p_attempt.created_at + 2 * make_interval(secs => (
      (private.step_setting('give_up_seconds', p_step.kind, p_attempt.input ->> 'model')).value #>> '{}'
    )::double precision)
    and p_step.updated_at >= p_attempt.deadline_at;
end;
$$;

comment on function private.is_patience_over(private.steps, private.attempts) is
'True where who asked about an overdue step was lost, and the provider has long had all the time that it may have.';

revoke execute on function private.is_patience_over(private.steps, private.attempts) from public, anon, authenticated, service_role;
