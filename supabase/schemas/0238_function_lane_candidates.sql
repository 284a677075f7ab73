-- What each lane could send next, by place. Retries get about a fourth of the places, by lot, so that neither they nor first
-- tries starve. Each arm reads in the order of an index: days of deliveries may wait for one receiver.

create or replace function private.lane_candidates(p_lanes text[], p_now timestamptz)
returns table (lane text, turn integer, room integer, delivery_id text, due_at timestamptz, place double precision)
language plpgsql
volatile
rows 20
security invoker
set search_path = ''
as $$
begin
  return query
  with
  rooms as materialized (
    select rooms.lane, rooms.turn, rooms.is_ordered, rooms.is_batched, rooms.room
    from private.lane_room(p_lanes, p_now) as rooms
    where rooms.room > 0
  )
  -- First tries, in their order
  select rooms.lane, rooms.turn, rooms.room, first.delivery_id, first.due_at, first.place::double precision
  from rooms
  cross join lateral (
    select fresh.delivery_id, fresh.due_at, row_number() over (order by fresh.due_at, fresh.position) as place
    from public.webhook_deliveries as fresh
    where fresh.lane = rooms.lane
      and fresh.status = 'pending'
      and (fresh.attempt_count > 0) is false
      and fresh.due_at <= p_now
    order by fresh.due_at, fresh.position
    limit rooms.room
  ) as first
  where not rooms.is_ordered
    and not rooms.is_batched
  union all
  -- Where events go in batches: the batches, and tests. The events themselves wait to be put into one.
  select rooms.lane, rooms.turn, rooms.room, batch.delivery_id, batch.due_at, batch.place::double precision
  from rooms
  cross join lateral (
    select fresh.delivery_id, fresh.due_at, row_number() over (order by fresh.position) as place
    from public.webhook_deliveries as fresh
    where fresh.lane = rooms.lane
      and fresh.status = 'pending'
      and fresh.type in ('batch', 'endpoint.test')
      and fresh.attempt_count = 0
      and fresh.due_at <= p_now
    order by fresh.position
    limit rooms.room
  ) as batch
  where not rooms.is_ordered
    and rooms.is_batched
  union all
  -- Retries
  select rooms.lane, rooms.turn, rooms.room, retry.delivery_id, retry.due_at, 4 * retry.place - 3.9 * random()
  from rooms
  cross join lateral (
    select tried.delivery_id, tried.due_at, row_number() over (order by tried.due_at, tried.position) as place
    from public.webhook_deliveries as tried
    where tried.lane = rooms.lane
      and tried.status = 'pending'
      and (tried.attempt_count > 0) is true
      and tried.due_at <= p_now
    order by tried.due_at, tried.position
    limit rooms.room
  ) as retry
  where not rooms.is_ordered
  union all
  -- Of an ordered lane the oldest open delivery or, until that is due, none
  select rooms.lane, rooms.turn, rooms.room, head.delivery_id, head.due_at, 1
  from rooms
  cross join lateral private.lane_head(rooms.lane, rooms.is_batched) as head
  where rooms.is_ordered
    and head.due_at <= p_now;
end;
$$;

comment on function private.lane_candidates(text[], timestamptz) is
'For each lane that has room, the due deliveries that might go next. The caller holds the lanes'' locks.';

revoke execute on function private.lane_candidates(text[], timestamptz) from public, anon, authenticated, service_role;
