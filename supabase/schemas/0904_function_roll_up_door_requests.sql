create or replace function private.roll_up_door_requests()
returns integer
language sql
volatile
security invoker
set search_path = ''
as $$
  with
  gone as (
    delete from private.door_requests
    where door_requests.door_request_id in (
      select fine.door_request_id
      from private.door_requests as fine
      where not fine.is_rolled_up
        and fine.at < date_trunc('hour', (select private.clock())) - interval '1 hour'
      order by fine.at
      limit 20000
    )
    returning door_requests.*, date_trunc('hour', door_requests.at) as hour
  ),
  slots as (
    select summed.door, summed.status, summed.hour, jsonb_object_agg(summed.key, summed.n) as by_ms
    from (
      select gone.door, gone.status, gone.hour, slot.key, sum(slot.value::bigint) as n
      from gone
      cross join jsonb_each_text(gone.requests_by_ms) as slot
      group by gone.door, gone.status, gone.hour, slot.key
    ) as summed
    group by summed.door, summed.status, summed.hour
  ),
  rolled as (
    insert into private.door_requests (door, status, requests, ms_total, requests_by_ms, is_rolled_up, at)
    select gone.door, gone.status, sum(gone.requests), sum(gone.ms_total), coalesce(slots.by_ms, '{}'), true, max(gone.at)
    from gone
    left join slots using (door, status, hour)
    group by gone.door, gone.status, gone.hour, slots.by_ms
  )
  select count(*)::integer from gone;
$$;

comment on function private.roll_up_door_requests() is
'Makes one row an hour, door and status of what is older than an hour, so that its sums stay cheap. Called by prune_request_counts.';

revoke execute on function private.roll_up_door_requests() from public, anon, authenticated, service_role;
