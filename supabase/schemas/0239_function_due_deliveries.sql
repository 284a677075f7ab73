-- Between lanes the places take turns, so that a long queue for one receiver stands in nobody's way.

create or replace function private.due_deliveries(p_limit integer, p_lanes text[], p_now timestamptz)
returns table (delivery_id text, place bigint)
language plpgsql
volatile
rows 20
security invoker
set search_path = ''
as $$
begin
  return query
  with
  ranked as (
    select
      found.delivery_id,
      found.turn,
      found.room,
      row_number() over (partition by found.lane order by found.place, found.due_at) as place
    from private.lane_candidates(p_lanes, p_now) as found
  ),
  first as (
    select ranked.delivery_id, ranked.place, ranked.turn
    from ranked
    where ranked.place <= ranked.room
    order by ranked.place, ranked.turn
    limit p_limit
  ),
  -- A runner's memory bounds what one claim may bring.
  weighed as (
    select
      first.delivery_id,
      first.place,
      first.turn,
      sum(octet_length(webhook_deliveries.body)) over (order by first.place, first.turn)
        - octet_length(webhook_deliveries.body) as bytes_before
    from first
    join public.webhook_deliveries using (delivery_id)
  )
  select weighed.delivery_id, weighed.place
  from weighed
  where weighed.bytes_before < 8388608
  order by weighed.place, weighed.turn;
end;
$$;

comment on function private.due_deliveries(integer, text[], timestamptz) is
'Up to p_limit deliveries (and 8 MiB) that are due and that their lanes have room for, in order, lanes in the order of p_lanes. The caller locks them.';

revoke execute on function private.due_deliveries(integer, text[], timestamptz) from public, anon, authenticated, service_role;
