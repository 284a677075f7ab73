create or replace function private.delivery_metrics(p_since timestamptz)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'by_status', coalesce(
      (
        select jsonb_object_agg(counted.status, counted.n)
        from (
          select seen.status, count(*) as n
          from (
            select webhook_deliveries.status
            from public.webhook_deliveries
            where webhook_deliveries.status in ('pending', 'delivering')
            union all
            select webhook_deliveries.status
            from public.webhook_deliveries
            where webhook_deliveries.status not in ('pending', 'delivering')
              and webhook_deliveries.updated_at > p_since
          ) as seen
          group by seen.status
        ) as counted
      ),
      '{}'
    ),
    'receivers_held', (
      select count(*)
      from private.delivery_lanes
      where delivery_lanes.failures_in_a_row >= private.setting('delivery_breaker_failures')
        and private.has_open_deliveries(delivery_lanes.lane)
    ),
    'endpoints', (
      select jsonb_build_object(
        'enabled', count(*) filter (where endpoints.is_enabled),
        'disabled', count(*) filter (where not endpoints.is_enabled),
        'failing', count(*) filter (where endpoints.failing_since is not null)
      )
      from private.endpoints
    ),
    'past_due', (
      select jsonb_build_object('count', count(*), 'oldest_due_at', min(webhook_deliveries.due_at))
      from public.webhook_deliveries
      where webhook_deliveries.status in ('pending', 'delivering')
        and webhook_deliveries.due_at <= (select private.clock())
    ),
    'tries', count(*),
    'success_rate', round(
      count(*) filter (where tries.status_code between 200 and 299)::numeric / nullif(count(*), 0),
      4
    ),
    'duration_ms', jsonb_build_object(
      'p50', percentile_cont(0.5) within group (order by tries.duration_ms::double precision),
      'p95', percentile_cont(0.95) within group (order by tries.duration_ms::double precision)
    )
  )
  from public.webhook_delivery_attempts as tries
  where tries.attempted_at > p_since;
$$;

comment on function private.delivery_metrics(timestamptz) is
'Open deliveries and those that ended since then by status, what is past due, receivers in trouble, and the tries since then.';

revoke execute on function private.delivery_metrics(timestamptz) from public, anon, authenticated, service_role;
