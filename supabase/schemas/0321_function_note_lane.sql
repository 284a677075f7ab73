-- Breaker: from delivery_breaker_failures in a row on, the lane is held, twice as long each time, up to
-- delivery_breaker_cap_seconds. What was on its way when it opened says nothing new: twenty that fail together are no
-- fifteen failed probes.

create or replace function private.note_lane(p_lane text, p_code integer, p_now timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_breaker integer := private.setting('delivery_breaker_failures');
begin
  if p_code is not null and p_code < 500 and p_code not in (408, 429) then
    update private.delivery_lanes
    set failures_in_a_row = 0, first_failed_at = null, held_until = null, updated_at = p_now
    where delivery_lanes.lane = p_lane
      and delivery_lanes.failures_in_a_row > 0;
    return;
  end if;

  -- None is inserted: a claim made it, and where it is gone its endpoint is.
  update private.delivery_lanes
  set
    failures_in_a_row = delivery_lanes.failures_in_a_row + 1,
    first_failed_at = coalesce(delivery_lanes.first_failed_at, p_now),
    updated_at = p_now
  where delivery_lanes.lane = p_lane
    and (delivery_lanes.held_until is null or delivery_lanes.held_until <= p_now);

  if not found then
    return;
  end if;

  update private.delivery_lanes
  set held_until = p_now + make_interval(secs => least(
    private.setting('delivery_breaker_cap_seconds'),
    private.setting('delivery_breaker_seconds') * 2 ^ least(delivery_lanes.failures_in_a_row - v_breaker, 20)
  )::double precision)
  where delivery_lanes.lane = p_lane
    and delivery_lanes.failures_in_a_row >= v_breaker;
end;
$$;

comment on function private.note_lane(text, integer, timestamptz) is
'How a try went (null: no answer): what counts as trouble adds up and opens the breaker, any other answer closes it.';

revoke execute on function private.note_lane(text, integer, timestamptz) from public, anon, authenticated, service_role;
