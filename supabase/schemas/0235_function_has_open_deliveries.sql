create or replace function private.has_open_deliveries(p_lane text)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  -- Asked for as the two indexes have it.
  return exists (
    select 1
    from public.webhook_deliveries
    where webhook_deliveries.lane = p_lane
      and webhook_deliveries.status = 'pending'
  ) or exists (
    select 1
    from public.webhook_deliveries
    where webhook_deliveries.lane = p_lane
      and webhook_deliveries.status = 'delivering'
  );
end;
$$;

comment on function private.has_open_deliveries(text) is
'True where something is still to be sent in this lane: nobody waits for a receiver to which nothing is.';

revoke execute on function private.has_open_deliveries(text) from public, anon, authenticated, service_role;
