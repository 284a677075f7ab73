create or replace function private.waiting_lanes()
returns table (lane text)
language plpgsql
stable
rows 100
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_failures numeric := private.setting('delivery_breaker_failures');
begin
  return query
  select delivery_lanes.lane
  from private.delivery_lanes
  where delivery_lanes.failures_in_a_row >= v_failures
  union
  select endpoints.endpoint_id
  from private.endpoints
  where endpoints.is_ordered
    or not endpoints.is_enabled
    or endpoints.max_per_second is not null
  union
  select webhook_deliveries.lane
  from public.webhook_deliveries
  where webhook_deliveries.status = 'delivering'
    and webhook_deliveries.due_at > v_now;
end;
$$;

comment on function private.waiting_lanes() is
'Lanes whose deliveries may stay overdue though nothing is wrong here: the receiver fails, takes one at a time, or has one on its way now and is slow.';

revoke execute on function private.waiting_lanes() from public, anon, authenticated, service_role;
