-- delivering → pending: its runner was lost, before it sent, while it did, or before it could say so. The next try is
-- under the same webhook-id, so that a receiver that had it already knows it again. It takes none of the schedule: what
-- shared a runner with something that ended it is not to blame. What has lost five of them may be what ends them, and
-- each further one counts as a try without an answer.

create or replace function private.end_delivery_leases(p_now timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_words constant text := 'The runner was lost: nobody knows whether it was sent';
  v_ended text[] := private.ended_leases(p_now);
  v_worn text[];
  v_free text[];
begin
  if cardinality(v_ended) = 0 then
    return;
  end if;

  v_ended := array(
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.delivery_id = any (v_ended)
      and webhook_deliveries.status = 'delivering'
      and webhook_deliveries.due_at <= p_now
    for no key update skip locked
  );
  if cardinality(v_ended) = 0 then
    return;
  end if;

  v_worn := array(
    select webhook_delivery_attempts.delivery_id
    from public.webhook_delivery_attempts
    where webhook_delivery_attempts.delivery_id = any (v_ended)
      and webhook_delivery_attempts.error = v_words
    group by webhook_delivery_attempts.delivery_id
    having count(*) >= 5
  );

  v_free := private.lock_free_receivers(v_worn);
  perform public.record_delivery(
    webhook_deliveries.delivery_id, webhook_deliveries.claim_token, jsonb_build_object('error', v_words)
  )
  from public.webhook_deliveries
  where webhook_deliveries.delivery_id = any (v_free);

  with
  freed as (
    update public.webhook_deliveries
    set
      status = private.open_status(webhook_deliveries.endpoint_id),
      claim_token = null,
      tries_before = webhook_deliveries.tries_before + 1,
      updated_at = p_now
    where webhook_deliveries.delivery_id = any (v_ended)
      and webhook_deliveries.delivery_id <> all (v_worn)
    returning webhook_deliveries.delivery_id, webhook_deliveries.attempt_count
  )
  insert into public.webhook_delivery_attempts (delivery_id, number, error, attempted_at)
  select freed.delivery_id, freed.attempt_count, v_words, p_now
  from freed
  on conflict do nothing;
end;
$$;

comment on function private.end_delivery_leases(timestamptz) is
'delivering → pending | skipped where the lease ran out, due at once; the lost try stays on record. From the sixth on it has failed: → pending | dead | skipped.';

revoke execute on function private.end_delivery_leases(timestamptz) from public, anon, authenticated, service_role;
