create or replace function private.lock_free_receivers(p_delivery_ids text[])
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if cardinality(p_delivery_ids) = 0 then
    return '{}';
  end if;

  return array(
    with
    wanted as (
      select webhook_deliveries.delivery_id, webhook_deliveries.endpoint_id, webhook_deliveries.lane
      from public.webhook_deliveries
      where webhook_deliveries.delivery_id = any (p_delivery_ids)
    ),
    free_endpoints as materialized (
      select endpoints.endpoint_id
      from private.endpoints
      where endpoints.endpoint_id in (select wanted.endpoint_id from wanted)
      for no key update skip locked
    ),
    free_lanes as materialized (
      select delivery_lanes.lane
      from private.delivery_lanes
      where delivery_lanes.lane in (select wanted.lane from wanted)
      for no key update skip locked
    )
    select wanted.delivery_id
    from wanted
    where (
      wanted.endpoint_id in (select free_endpoints.endpoint_id from free_endpoints)
      or not exists (select 1 from private.endpoints where endpoints.endpoint_id = wanted.endpoint_id)
    ) and (
      wanted.lane in (select free_lanes.lane from free_lanes)
      or not exists (select 1 from private.delivery_lanes where delivery_lanes.lane = wanted.lane)
    )
  );
end;
$$;

comment on function private.lock_free_receivers(text[]) is
'As lock_receivers, without waiting: those of the deliveries whose endpoint and lane nobody else has.';

revoke execute on function private.lock_free_receivers(text[]) from public, anon, authenticated, service_role;
