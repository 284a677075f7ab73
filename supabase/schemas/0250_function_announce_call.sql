-- A runner says that its call goes out now, in this attempt: committed before the call is made, so that an
-- attempt whose runner died without it was provably never sent. It waits for nothing above the step: what
-- has closed the step meanwhile (a cancellation, the end of the lease) has taken the claim with it.

create or replace function public.announce_call(p_step_id text, p_claim_token uuid, p_attempt_id text)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_now timestamptz;
begin
  perform 1
  from private.steps
  where steps.step_id = p_step_id
    and steps.status not in ('queued', 'waiting', 'completed', 'failed', 'cancelled')
    and steps.claim_token = p_claim_token
  for no key update;

  if not found then
    return 'stale';
  end if;

  -- After the lock, which may have taken as long as the lease.
  v_now := private.clock();

  update private.attempts
  set sent_at = least(attempts.sent_at, v_now)
  from private.steps
  where attempts.attempt_id = p_attempt_id
    and attempts.step_id = p_step_id
    and attempts.status = 'created'
    and steps.step_id = attempts.step_id
    and steps.due_at > v_now;

  return case when found then 'applied' else 'stale' end;
end;
$$;

comment on function public.announce_call(text, uuid, text) is
'Notes that the call goes out. Idempotent; stale, and the call must not be made, once claim or lease is over. Called by the runner.';

revoke execute on function public.announce_call(text, uuid, text) from public, anon, authenticated;
grant execute on function public.announce_call(text, uuid, text) to service_role;
