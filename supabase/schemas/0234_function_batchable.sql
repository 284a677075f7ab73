-- An event that is due later than a new one would be is replayed at a pace: its turn has not come.

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
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.lane = p_endpoint.endpoint_id
      and webhook_deliveries.status = 'pending'
      and (webhook_deliveries.attempt_count > 0) is false
      and webhook_deliveries.due_at <= p_now + p_endpoint.batch_ms * interval '1 millisecond'
      and webhook_deliveries.type not in ('batch', 'endpoint.test')
    order by webhook_deliveries.position
    limit p_limit
  );
end;
$$;

comment on function private.batchable(private.endpoints, integer, timestamptz) is
'Ids of the first events that wait for a batch to this endpoint, in order.';

revoke execute on function private.batchable(private.endpoints, integer, timestamptz)
from public, anon, authenticated, service_role;
