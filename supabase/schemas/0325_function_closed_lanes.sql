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
  select pending_lanes.lane
  from private.pending_lanes()
  where private.open_status(pending_lanes.lane) = 'skipped';
end;
$$;

comment on function private.closed_lanes() is
'Lanes that something is pending in though their endpoint is disabled or deleted: nothing is sent there.';

revoke execute on function private.closed_lanes() from public, anon, authenticated, service_role;
