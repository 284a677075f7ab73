create or replace function private.callback_metrics(p_since timestamptz)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  with
  -- What came since then
  recent as (
    select
      webhook_logs.source,
      webhook_logs.status,
      webhook_logs.outcome,
      webhook_logs.duplicate_count,
      webhook_logs.duration_ms,
      -- Bodies are read of few alone.
      webhook_logs.outcome is null and private.is_malformed(webhook_logs) as is_malformed
    from public.webhook_logs
    where webhook_logs.received_at > p_since
  ),
  -- By source and outcome; a callback without one was malformed, or raised
  outcomes as (
    select counted.source, jsonb_object_agg(counted.outcome, counted.n) as by_outcome
    from (
      select
        recent.source,
        coalesce(recent.outcome, case when recent.is_malformed then 'malformed' else 'error' end) as outcome,
        count(*) as n
      from recent
      group by 1, 2
    ) as counted
    group by counted.source
  ),
  -- By source; a buffered one is neither a success nor a failure yet
  sources as (
    select
      recent.source,
      count(*) as n,
      sum(recent.duplicate_count) as duplicates,
      round(
        count(*) filter (where recent.status = 'success')::numeric
          / nullif(count(*) filter (where recent.status <> 'pending'), 0),
        4
      ) as success_rate,
      percentile_cont(0.5) within group (order by recent.duration_ms) as p50,
      percentile_cont(0.95) within group (order by recent.duration_ms) as p95,
      percentile_cont(0.99) within group (order by recent.duration_ms) as p99
    from recent
    group by recent.source
  )
  select coalesce(
    jsonb_object_agg(sources.source, jsonb_build_object(
      'count', sources.n,
      'by_outcome', outcomes.by_outcome,
      'repeated_deliveries', sources.duplicates,
      'success_rate', sources.success_rate,
      'duration_ms', jsonb_build_object(
        'p50', round(sources.p50::numeric, 3), 'p95', round(sources.p95::numeric, 3), 'p99', round(sources.p99::numeric, 3)
      )
    )),
    '{}'
  )
  from sources
  join outcomes using (source);
$$;

comment on function private.callback_metrics(timestamptz) is
'Callbacks since then by source: count, by_outcome, repeated_deliveries, success_rate (0..1), duration_ms.';

revoke execute on function private.callback_metrics(timestamptz) from public, anon, authenticated, service_role;
