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
      found.due_at,
      found.room,
      row_number() over (partition by found.lane order by found.place, found.due_at) as place
    from private.lane_candidates(p_lanes, p_now) as found
  ),
  -- A runner's memory bounds what one claim may bring.
  weighed as (
    select
      ranked.delivery_id,
      ranked.place,
      ranked.due_at,
      sum(octet_length(webhook_deliveries.body)) over (
        order by ranked.place, ranked.due_at, ranked.delivery_id
      ) - octet_length(webhook_deliveries.body) as bytes_before
    from ranked
    join public.webhook_deliveries using (delivery_id)
    where ranked.place <= ranked.room
  )
  select weighed.delivery_id, weighed.place
  from weighed
  where weighed.bytes_before < 8388608
  order by weighed.place, weighed.due_at, weighed.delivery_id
  limit p_limit;
end;
$$;

comment on function private.due_deliveries(integer, text[], timestamptz) is
'Up to p_limit deliveries (and 8 MiB) that are due and that their lanes have room for, in order. The caller locks them.';

revoke execute on function private.due_deliveries(integer, text[], timestamptz) from public, anon, authenticated, service_role;
