-- pending → skipped: it was queued while somebody disabled or deleted its endpoint.

create or replace function private.skip_closed_lanes()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  with waiting as (
    select webhook_deliveries.delivery_id
    from private.closed_lanes() as closed
    join public.webhook_deliveries using (lane)
    where webhook_deliveries.status = 'pending'
    -- While the sweep waits for one, it rings for nothing.
    for no key update of webhook_deliveries skip locked
  )
  update public.webhook_deliveries
  set status = 'skipped', error = 'The endpoint was disabled or deleted', updated_at = private.clock()
  from waiting
  where webhook_deliveries.delivery_id = waiting.delivery_id;
end;
$$;

comment on function private.skip_closed_lanes() is
'pending → skipped for deliveries to endpoints that are disabled or gone: nobody would ever send them. Called by the sweep.';

revoke execute on function private.skip_closed_lanes() from public, anon, authenticated, service_role;
