-- A lane whose last try failed gets five at most. One that has failed so often in a row that its breaker opened lets
-- one delivery through at a time, until one gets an answer.

create or replace function private.lane_room(p_lanes text[], p_now timestamptz)
returns table (lane text, turn integer, is_ordered boolean, is_batched boolean, room integer)
language plpgsql
volatile
rows 20
security invoker
set search_path = ''
as $$
begin
  return query
  select
    delivery_lanes.lane,
    array_position(p_lanes, delivery_lanes.lane),
    coalesce(endpoints.is_ordered, false),
    coalesce(endpoints.batch_size > 1, false),
    least(
      case
        when not endpoints.is_enabled or endpoints.endpoint_id is null and delivery_lanes.lane like 'ep\_%' then 0
        when delivery_lanes.failures_in_a_row >= limits.breaker_failures or endpoints.is_ordered then 1
        when delivery_lanes.failures_in_a_row > 0 then least(coalesce(endpoints.max_in_flight, limits.in_flight), 5)
        else coalesce(endpoints.max_in_flight, limits.in_flight)
      end - coalesce(under_way.n, 0),
      floor(private.lane_tokens(delivery_lanes, endpoints.max_per_second, p_now))
    )::integer
  from private.delivery_lanes
  cross join (
    select private.setting('delivery_breaker_failures') as breaker_failures, private.setting('deliveries_in_flight') as in_flight
  ) as limits
  left join private.endpoints on endpoints.endpoint_id = delivery_lanes.lane
  left join (
    select webhook_deliveries.lane, count(*) as n
    from public.webhook_deliveries
    where webhook_deliveries.status = 'delivering'
      and webhook_deliveries.lane = any (p_lanes)
    group by webhook_deliveries.lane
  ) as under_way using (lane)
  where delivery_lanes.lane = any (p_lanes);
end;
$$;

comment on function private.lane_room(text[], timestamptz) is
'How many deliveries each of these lanes may have more on their way now. The caller holds their locks.';

revoke execute on function private.lane_room(text[], timestamptz) from public, anon, authenticated, service_role;
