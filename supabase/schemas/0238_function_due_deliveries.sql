-- Within a lane first tries come before retries, yet a fourth of the places, by lot, is for retries: neither starves.
-- Between lanes the places take turns, so that a long queue for one receiver stands in nobody's way.
--
-- Of an ordered lane it is the oldest open delivery or, until that is due, none. What an endpoint takes in batches
-- waits to be put into one.

create or replace function private.due_deliveries(p_limit integer, p_lanes text[], p_now timestamptz)
returns table (delivery_id text, place bigint)
language sql
volatile
security invoker
set search_path = ''
as $$
  with
  rooms as materialized (
    select rooms.lane, rooms.is_ordered, rooms.is_batched, rooms.room
    from private.lane_room(p_lanes, p_now) as rooms
    where rooms.room > 0
  ),
  found as (
    select rooms.lane, rooms.room, first.delivery_id, first.due_at, first.place::double precision
    from rooms
    cross join lateral (
      select fresh.delivery_id, fresh.due_at, row_number() over (order by fresh.due_at, fresh.position) as place
      from public.webhook_deliveries as fresh
      where fresh.lane = rooms.lane
        and fresh.status = 'pending'
        and (fresh.attempt_count > 0) = false
        and fresh.due_at <= p_now
        and (not rooms.is_batched or fresh.type in ('batch', 'endpoint.test'))
      order by fresh.due_at, fresh.position
      limit rooms.room
    ) as first
    where not rooms.is_ordered
    union all
    select rooms.lane, rooms.room, retry.delivery_id, retry.due_at, 4 * retry.place - 3.9 * random()
    from rooms
    cross join lateral (
      select tried.delivery_id, tried.due_at, row_number() over (order by tried.due_at, tried.position) as place
      from public.webhook_deliveries as tried
      where tried.lane = rooms.lane
        and tried.status = 'pending'
        and (tried.attempt_count > 0) = true
        and tried.due_at <= p_now
      order by tried.due_at, tried.position
      limit rooms.room
    ) as retry
    where not rooms.is_ordered
    union all
    select rooms.lane, rooms.room, head.delivery_id, head.due_at, 1
    from rooms
    cross join lateral (
      select oldest.delivery_id, oldest.due_at
      from public.webhook_deliveries as oldest
      where oldest.lane = rooms.lane
        and oldest.status = 'pending'
        and (not rooms.is_batched or oldest.attempt_count > 0 or oldest.type in ('batch', 'endpoint.test'))
      order by oldest.position
      limit 1
    ) as head
    where rooms.is_ordered
      and head.due_at <= p_now
  ),
  ranked as (
    select
      found.delivery_id,
      found.due_at,
      found.room,
      row_number() over (partition by found.lane order by found.place, found.due_at) as place
    from found
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
$$;

comment on function private.due_deliveries(integer, text[], timestamptz) is
'Up to p_limit deliveries (and 8 MiB) that are due and that their lanes have room for, in order. The caller locks them.';

revoke execute on function private.due_deliveries(integer, text[], timestamptz) from public, anon, authenticated, service_role;
