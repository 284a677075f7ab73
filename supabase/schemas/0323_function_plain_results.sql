-- Read before anything is locked: a failure that is recorded meanwhile counts as the later one.

create or replace function private.plain_results(p_results jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(given.value), '[]')
    from jsonb_array_elements(p_results) as given
    join public.webhook_deliveries on webhook_deliveries.delivery_id = given.value ->> 'delivery_id'
    where (given.value ->> 'status_code')::integer between 200 and 299
      and webhook_deliveries.type <> 'batch'
      and not exists (
        select 1
        from private.delivery_lanes
        where delivery_lanes.lane = webhook_deliveries.lane
          and delivery_lanes.failures_in_a_row > 0
      )
      and not exists (
        select 1
        from private.endpoints
        where endpoints.endpoint_id = webhook_deliveries.endpoint_id
          and endpoints.failing_since is not null
      )
  );
end;
$$;

comment on function private.plain_results(jsonb) is
'Those of the results that say nothing new of their receivers: what arrived where all had gone well before.';

revoke execute on function private.plain_results(jsonb) from public, anon, authenticated, service_role;
