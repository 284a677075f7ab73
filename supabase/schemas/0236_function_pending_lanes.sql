-- A step along the index for each lane, however many deliveries are pending in it.

create or replace function private.pending_lanes(p_after text, p_limit integer)
returns table (lane text)
language plpgsql
stable
rows 100
security invoker
set search_path = ''
as $$
begin
  return query
  with recursive open_lanes (lane) as (
    select min(webhook_deliveries.lane)
    from public.webhook_deliveries
    where webhook_deliveries.status = 'pending'
      and webhook_deliveries.lane > p_after
    union all
    select (
      select min(webhook_deliveries.lane)
      from public.webhook_deliveries
      where webhook_deliveries.status = 'pending'
        and webhook_deliveries.lane > open_lanes.lane
    )
    from open_lanes
    where open_lanes.lane is not null
  )
  select open_lanes.lane
  from open_lanes
  where open_lanes.lane is not null
  limit p_limit;
end;
$$;

comment on function private.pending_lanes(text, integer) is 'Lanes that something is pending in: the next p_limit after this one, in order.';

revoke execute on function private.pending_lanes(text, integer) from public, anon, authenticated, service_role;
