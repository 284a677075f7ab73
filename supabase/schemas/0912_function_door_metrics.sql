create or replace function private.door_metrics(p_since timestamptz)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  with
  -- Since then; without a time, since ever
  counted as (
    select door_requests.door, door_requests.status, door_requests.requests, door_requests.ms_total, door_requests.requests_by_ms
    from private.door_requests
    where p_since is null or door_requests.at >= p_since
    union all
    select door_totals.door, door_totals.status, door_totals.requests, door_totals.ms_total, door_totals.requests_by_ms
    from private.door_totals
    where p_since is null
  ),
  statuses as (
    select summed.door, jsonb_object_agg(summed.status, summed.n) as by_status, sum(summed.ms) as ms_total
    from (
      select counted.door, counted.status, sum(counted.requests) as n, sum(counted.ms_total) as ms
      from counted
      group by counted.door, counted.status
    ) as summed
    group by summed.door
  ),
  slots as (
    select summed.door, jsonb_object_agg(summed.key, summed.n) as by_ms
    from (
      select counted.door, slot.key, sum(slot.value::bigint) as n
      from counted
      cross join jsonb_each_text(counted.requests_by_ms) as slot
      group by counted.door, slot.key
    ) as summed
    group by summed.door
  )
  select coalesce(
    jsonb_object_agg(statuses.door, jsonb_build_object(
      'by_status', statuses.by_status, 'ms_total', statuses.ms_total, 'requests_by_ms', coalesce(slots.by_ms, '{}')
    )),
    '{}'
  )
  from statuses
  left join slots using (door);
$$;

comment on function private.door_metrics(timestamptz) is
'{"fal-webhook": {by_status, ms_total, requests_by_ms}}: what doors answered since then; null: ever.';

revoke execute on function private.door_metrics(timestamptz) from public, anon, authenticated, service_role;
