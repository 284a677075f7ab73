create or replace function private.is_lane_waiting(p_lane text)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select exists (
    select 1
    from private.delivery_lanes
    where delivery_lanes.lane = p_lane
      and delivery_lanes.failures_in_a_row >= private.setting('delivery_breaker_failures')
  ) or exists (
    select 1
    from private.endpoints
    where endpoints.endpoint_id = p_lane
      and (endpoints.is_ordered or not endpoints.is_enabled or endpoints.max_per_second is not null)
  ) or exists (
    select 1
    from public.webhook_deliveries
    where webhook_deliveries.lane = p_lane
      and webhook_deliveries.status = 'delivering'
      and webhook_deliveries.due_at > private.clock()
  );
$$;

comment on function private.is_lane_waiting(text) is
'True where deliveries may stay overdue though nothing is wrong here: the receiver fails, takes one at a time, or has one on its way now and is slow.';

revoke execute on function private.is_lane_waiting(text) from public, anon, authenticated, service_role;
