-- A token bucket that holds one second's worth, at least one: after a quiet time no more than that goes out at once. One that
-- was last taken from in a minute's time is full: the clock was set back.

create or replace function private.lane_tokens(p_lane private.delivery_lanes, p_per_second numeric, p_now timestamptz)
returns numeric
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case when p_per_second is null then 1000000 else least(
    greatest(p_per_second, 1),
    case when p_lane.tokens_at <= p_now + interval '1 minute' then
      coalesce(p_lane.tokens, greatest(p_per_second, 1))
        + greatest(extract(epoch from p_now - p_lane.tokens_at), 0) * p_per_second
    end
  ) end;
end;
$$;

comment on function private.lane_tokens(private.delivery_lanes, numeric, timestamptz) is
'How many deliveries max_per_second allows a lane now.';

revoke execute on function private.lane_tokens(private.delivery_lanes, numeric, timestamptz) from public, anon, authenticated, service_role;
