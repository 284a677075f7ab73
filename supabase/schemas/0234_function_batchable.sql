-- An event that is due later than a new one would be is replayed at a pace: its turn has not come, nor has that of what
-- comes after it, where the endpoint is ordered.

create or replace function private.batchable(p_endpoint private.endpoints, p_limit integer, p_now timestamptz)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
-- They are there in order, by index: what waits is not to be read whole for the first few.
set enable_sort = off
as $$
begin
  return array(
    select waiting.delivery_id
    from (
      select first.delivery_id, first.position, bool_and(first.is_in_time) over (order by first.position) as has_turn
      from (
        select
          webhook_deliveries.delivery_id,
          webhook_deliveries.position,
          webhook_deliveries.due_at <= p_now + p_endpoint.batch_ms * interval '1 millisecond' as is_in_time
        from public.webhook_deliveries
        where webhook_deliveries.lane = p_endpoint.endpoint_id
          and webhook_deliveries.status = 'pending'
          and (webhook_deliveries.attempt_count > 0) is false
          and (p_endpoint.is_ordered or webhook_deliveries.due_at <= p_now + p_endpoint.batch_ms * interval '1 millisecond')
          and webhook_deliveries.type not in ('batch', 'endpoint.test')
        order by webhook_deliveries.position
        limit p_limit
      ) as first
    ) as waiting
    where waiting.has_turn
    order by waiting.position
  );
end;
$$;

comment on function private.batchable(private.endpoints, integer, timestamptz) is
'Ids of the first events that wait for a batch to this endpoint, in order.';

revoke execute on function private.batchable(private.endpoints, integer, timestamptz)
from public, anon, authenticated, service_role;
