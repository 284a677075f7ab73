-- To an endpoint that takes batches goes a batch, a test, or what was tried by itself before: all else waits to be put into
-- one. One that takes none any more may have some left: their place is that of the events in them.

create or replace function private.lane_head(p_lane text, p_is_batched boolean)
returns table (delivery_id text, due_at timestamptz)
language plpgsql
volatile
rows 1
security invoker
set search_path = ''
-- What is asked for in an order is there by index: what waits is not to be read whole for the first few.
set enable_sort = off
as $$
begin
  if not p_is_batched then
    return query
    select oldest.delivery_id, oldest.due_at
    from (
      (
        select webhook_deliveries.delivery_id, webhook_deliveries.due_at, webhook_deliveries.position
        from public.webhook_deliveries
        where webhook_deliveries.lane = p_lane
          and webhook_deliveries.status = 'pending'
          and webhook_deliveries.type <> 'batch'
        order by webhook_deliveries.position
        limit 1
      )
      union all
      (
        select batch.delivery_id, batch.due_at, coalesce(
          (select min(event.position) from public.webhook_deliveries as event where event.batch_id = batch.delivery_id),
          batch.position
        )
        from public.webhook_deliveries as batch
        where batch.lane = p_lane
          and batch.status = 'pending'
          and batch.type = 'batch'
        order by batch.position
        limit 1
      )
    ) as oldest
    order by oldest.position
    limit 1;
    return;
  end if;

  return query
  with
  -- In the order of its index: by position they would be looked for among all that waits to be put into a batch.
  tried as materialized (
    select webhook_deliveries.delivery_id, webhook_deliveries.due_at, webhook_deliveries.position
    from public.webhook_deliveries
    where webhook_deliveries.lane = p_lane
      and webhook_deliveries.status = 'pending'
      and (webhook_deliveries.attempt_count > 0) is true
    order by webhook_deliveries.due_at, webhook_deliveries.position
  )
  select oldest.delivery_id, oldest.due_at
  from (
    (
      select webhook_deliveries.delivery_id, webhook_deliveries.due_at, webhook_deliveries.position
      from public.webhook_deliveries
      where webhook_deliveries.lane = p_lane
        and webhook_deliveries.status = 'pending'
        and webhook_deliveries.type in ('batch', 'endpoint.test')
      order by webhook_deliveries.position
      limit 1
    )
    union all
    select tried.delivery_id, tried.due_at, tried.position
    from tried
  ) as oldest
  order by oldest.position
  limit 1;
end;
$$;

comment on function private.lane_head(text, boolean) is
'The oldest open delivery of an ordered lane, which has to go before all others.';

revoke execute on function private.lane_head(text, boolean) from public, anon, authenticated, service_role;
