-- delivering → pending: its runner was lost, before it sent, while it did, or before it could say so. The next try is
-- under the same webhook-id, so that a receiver that had it already knows it again. It takes none of the schedule: ten
-- runners that are lost within minutes say nothing of the receiver.

create or replace function private.end_delivery_leases(p_now timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  with
  ended as (
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.status = 'delivering'
      and webhook_deliveries.due_at <= p_now
    for no key update skip locked
  ),
  freed as (
    update public.webhook_deliveries
    set
      status = private.open_status(webhook_deliveries.endpoint_id),
      claim_token = null,
      tries_before = webhook_deliveries.tries_before + 1,
      updated_at = p_now
    from ended
    where webhook_deliveries.delivery_id = ended.delivery_id
    returning webhook_deliveries.delivery_id, webhook_deliveries.attempt_count
  )
  insert into public.webhook_delivery_attempts (delivery_id, number, error, attempted_at)
  select freed.delivery_id, freed.attempt_count, 'The runner was lost: nobody knows whether it was sent', p_now
  from freed
  on conflict do nothing;
end;
$$;

comment on function private.end_delivery_leases(timestamptz) is
'delivering → pending | skipped where the lease ran out, due at once; the lost try stays on record.';

revoke execute on function private.end_delivery_leases(timestamptz) from public, anon, authenticated, service_role;
