-- pending → batched: what has collected for an endpoint that takes batches becomes one delivery, whose body and id
-- are fixed from then on, through all its tries.
--
-- No more than the endpoint may have on their way, nor than its share of what a claim brings, and what waits for it is looked
-- through once, without its bodies: receivers that come back after days have hundreds of thousands of events, and nothing is
-- sent to anybody meanwhile.

create or replace function private.form_batches(p_lanes text[], p_now timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_endpoints private.endpoints[] := array(
    select endpoints::private.endpoints
    from private.endpoints
    where endpoints.endpoint_id = any (p_lanes)
      and endpoints.batch_size > 1
      and endpoints.is_enabled
      and (
        select min(webhook_deliveries.due_at)
        from public.webhook_deliveries
        where webhook_deliveries.lane = endpoints.endpoint_id
          and webhook_deliveries.status = 'pending'
          and (webhook_deliveries.attempt_count > 0) is false
          and webhook_deliveries.type not in ('batch', 'endpoint.test')
      ) <= p_now
    for no key update skip locked
  );
  v_share integer := greatest(100 / greatest(cardinality(v_endpoints), 1), 1);
  v_endpoint private.endpoints;
  v_places integer;
  v_waiting text[];
  v_events public.webhook_deliveries[];
  v_batch public.webhook_deliveries;
begin
  foreach v_endpoint in array v_endpoints loop
    v_places := least(v_share, v_endpoint.max_in_flight - (
      select count(*)
      from public.webhook_deliveries
      where webhook_deliveries.lane = v_endpoint.endpoint_id
        and webhook_deliveries.status = 'pending'
        and webhook_deliveries.type = 'batch'
        and webhook_deliveries.attempt_count = 0
    ));
    v_waiting := private.batchable(v_endpoint, greatest(v_places, 0) * v_endpoint.batch_size, p_now);

    for n in 1 .. v_places loop
      v_events := private.next_batch(v_endpoint, v_waiting, p_now);
      exit when v_events is null;

      insert into public.webhook_deliveries (endpoint_id, type, url, body, due_at)
      values (v_endpoint.endpoint_id, 'batch', v_endpoint.url, private.batch_body(v_events, p_now), p_now)
      returning webhook_deliveries.* into v_batch;

      update public.webhook_deliveries
      set status = 'batched', batch_id = v_batch.delivery_id, updated_at = p_now
      from unnest(v_events) as event
      where webhook_deliveries.delivery_id = event.delivery_id;

      -- One event may be larger with what a batch puts around it than any delivery may be: that batch is dead at birth.
      perform private.end_batch(v_batch);
      v_waiting := v_waiting[cardinality(v_events) + 1:];
    end loop;
  end loop;
end;
$$;

comment on function private.form_batches(text[], timestamptz) is
'pending → batched, for those of these endpoints with a batch that is full or has waited for long enough. Called by each claim.';

revoke execute on function private.form_batches(text[], timestamptz) from public, anon, authenticated, service_role;
