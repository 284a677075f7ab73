-- Lanes whose breaker is open, or that another claim has just now, are left out: the first wait, the second are
-- looked at again soon. Their own statement, so that what is counted next is as of the lock.

create or replace function private.lock_lanes(p_lanes text[], p_now timestamptz)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if cardinality(p_lanes) = 0 then
    return '{}';
  end if;

  -- One claim at a time: a second one would wait for the first one's rows, instead of going without. None but those that
  -- are missing: what is there is waited for as well, while somebody who says how a delivery went has changed it.
  if pg_try_advisory_xact_lock(hashtextextended('delivery_lanes', 0)) then
    insert into private.delivery_lanes (lane)
    select missing.lane
    from unnest(p_lanes) as missing (lane)
    where not exists (
      select 1
      from private.delivery_lanes
      where delivery_lanes.lane = missing.lane
    )
    order by missing.lane
    on conflict do nothing;
  end if;

  return array(
    select delivery_lanes.lane
    from unnest(p_lanes) with ordinality as due (lane, turn)
    join private.delivery_lanes using (lane)
    where delivery_lanes.held_until is null
      or delivery_lanes.held_until <= p_now
    order by due.turn
    for no key update of delivery_lanes skip locked
  );
end;
$$;

comment on function private.lock_lanes(text[], timestamptz) is
'Locks those of these lanes that may send something now, and names them, in their order.';

revoke execute on function private.lock_lanes(text[], timestamptz) from public, anon, authenticated, service_role;
