create or replace function public.count_door_requests(p_door text, p_counts jsonb)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  insert into private.door_requests (door, status, requests, ms_total, requests_by_ms)
  select p_door, counts.status, counts.requests, counts.ms_total, counts.requests_by_ms
  from jsonb_to_recordset(p_counts) as counts (status integer, requests integer, ms_total bigint, requests_by_ms jsonb)
  where counts.requests > 0;
$$;

comment on function public.count_door_requests(text, jsonb) is
'Notes what a door answered: [{status, requests, ms_total, requests_by_ms}]. Called by doors in the background.';

revoke execute on function public.count_door_requests(text, jsonb) from public, anon, authenticated;
grant execute on function public.count_door_requests(text, jsonb) to service_role;
