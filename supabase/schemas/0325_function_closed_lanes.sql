-- A step along the index for each lane with pending deliveries, however many those are.

create or replace function private.closed_lanes()
returns table (lane text)
language plpgsql
stable
rows 10
security invoker
set search_path = ''
as $$
begin
  return query
  with recursive open_lanes (lane) as (
    select min(webhook_deliveries.lane)
    from public.webhook_deliveries
    where webhook_deliveries.status = 'pending'
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
  where private.open_status(open_lanes.lane) = 'skipped';
end;
$$;

comment on function private.closed_lanes() is
'Lanes that something is pending in though their endpoint is disabled or deleted: nothing is sent there.';

revoke execute on function private.closed_lanes() from public, anon, authenticated, service_role;
