create or replace function private.lock_receivers(p_delivery_ids text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform 1
  from private.endpoints
  where endpoints.endpoint_id in (
    select webhook_deliveries.endpoint_id
    from public.webhook_deliveries
    where webhook_deliveries.delivery_id = any (p_delivery_ids)
  )
  order by endpoints.endpoint_id
  for no key update;

  perform 1
  from private.delivery_lanes
  where delivery_lanes.lane in (
    select webhook_deliveries.lane
    from public.webhook_deliveries
    where webhook_deliveries.delivery_id = any (p_delivery_ids)
  )
  order by delivery_lanes.lane
  for no key update;
end;
$$;

comment on function private.lock_receivers(text[]) is
'Locks the endpoints and lanes of these deliveries, in the lock order, before their rows.';

revoke execute on function private.lock_receivers(text[]) from public, anon, authenticated, service_role;
