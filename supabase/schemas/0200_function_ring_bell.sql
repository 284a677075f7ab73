-- Wakes the step runner through pg_net, with a signature after Standard Webhooks
-- (github.com/standard-webhooks/standard-webhooks, spec v1.0.0: HMAC-SHA256 over id.timestamp.body).
--
-- At most one ring a transaction, and none while one is on its way that no runner has answered.
-- What falls between two rings is found by the runner's next claim or by the sweep.

create or replace function public.ring_bell()
returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_transaction text := pg_current_xact_id()::text;
begin
  if coalesce(current_setting('reelay.rung_in', true), '') = v_transaction then
    return false;
  end if;
  v_transaction := set_config('reelay.rung_in', v_transaction, true);

  -- Looked at before it is locked: under load most rings are under way already, and a lock is a write.
  if private.is_bell_ringing() then
    return false;
  end if;

  -- Whoever holds the row is ringing or answering just now: no need to wait for it.
  perform 1 from private.bell for no key update skip locked;
  if not found or private.is_bell_ringing() then
    return false;
  end if;

  update private.bell
  set last_rung_at = v_now, unanswered_since = coalesce(bell.unanswered_since, v_now);

  return private.post_bell();
end;
$$;

comment on function public.ring_bell() is
'Wakes the runner. True when a ring was sent, false when one is under way or no functions URL is known. Called by triggers, the sweep and a runner that leaves work behind.';

revoke execute on function public.ring_bell() from public, anon, authenticated;
grant execute on function public.ring_bell() to service_role;
