-- Full, or its first event has waited for batch_ms (that is when it is due). One request stays below the size
-- that every delivery is cut at; what does not fit goes with the next one.

create or replace function private.next_batch(p_endpoint private.endpoints, p_waiting text[], p_now timestamptz)
returns public.webhook_deliveries[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_first text[] := p_waiting[1:p_endpoint.batch_size];
  v_events public.webhook_deliveries[];
  v_room integer := 900000;
  v_fitting integer := 0;
begin
  select array_agg(waiting order by waiting.position)
  into v_events
  from (
    select webhook_deliveries.*
    from public.webhook_deliveries
    where webhook_deliveries.delivery_id = any (v_first)
      and webhook_deliveries.status = 'pending'
      and webhook_deliveries.attempt_count = 0
    order by webhook_deliveries.position
    for no key update skip locked
  ) as waiting;

  -- Without what somebody holds, later events would go before it. Whoever makes it due rings.
  if v_events is null or cardinality(v_events) < cardinality(v_first) then
    return null;
  end if;

  if cardinality(v_events) < p_endpoint.batch_size
    and (select min(event.due_at) from unnest(v_events) as event) > p_now then
    return null;
  end if;

  for n in 1 .. cardinality(v_events) loop
    v_room := v_room - octet_length(v_events[n].body) - 100;
    exit when v_room < 0 and n > 1;
    v_fitting := n;
  end loop;
  return v_events[1:v_fitting];
end;
$$;

comment on function private.next_batch(private.endpoints, text[], timestamptz) is
'The first of these waiting events, as many as one batch to this endpoint consists of, locked, in order; null while it is too early for one, or somebody else holds one of them.';

revoke execute on function private.next_batch(private.endpoints, text[], timestamptz) from public, anon, authenticated, service_role;
