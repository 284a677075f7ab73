create or replace function public.read_error_stats()
returns jsonb
language sql
volatile
security definer
set search_path = ''
as $$
  with
  -- The last day, and what of it is the last hour
  recent as (
    select
      error_logs.type,
      error_logs.severity,
      error_logs.message,
      error_logs.created_at,
      error_logs.created_at > (select private.clock()) - interval '1 hour' as is_last_hour
    from public.error_logs
    where error_logs.created_at > (select private.clock()) - interval '24 hours'
  )
  select jsonb_build_object(
    'total', (select count(*) from public.error_logs),
    'last_24h', (select count(*) from recent),
    'last_hour', (select count(*) from recent where recent.is_last_hour),
    'by_type', coalesce(
      (select jsonb_object_agg(counted.type, counted.n) from (select recent.type, count(*) as n from recent group by recent.type) as counted),
      '{}'
    ),
    'by_severity', coalesce(
      (
        select jsonb_object_agg(counted.severity, counted.n)
        from (select recent.severity, count(*) as n from recent group by recent.severity) as counted
      ),
      '{}'
    ),
    'most_frequent', coalesce(
      (
        select jsonb_agg(to_jsonb(counted) order by counted.count desc, counted.last_at desc)
        from (
          select recent.type, recent.message, count(*) as count, max(recent.created_at) as last_at
          from recent
          group by recent.type, recent.message
          order by count(*) desc, max(recent.created_at) desc
          limit 10
        ) as counted
      ),
      '[]'
    )
  );
$$;

comment on function public.read_error_stats() is
'{total, last_24h, last_hour, by_type, by_severity, most_frequent} of error_logs; all but total over the last day. Called by webhook-manage.';

revoke execute on function public.read_error_stats() from public, anon, authenticated;
grant execute on function public.read_error_stats() to service_role;
