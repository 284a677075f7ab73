create or replace function public.read_overview()
returns jsonb
language sql
volatile
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'is_paused', exists (select 1 from private.providers where providers.name = '*' and providers.is_paused),
    'by_status', private.projects_by_status(),
    'spent_today_usd', private.spent_today(),
    'budget_left_usd', private.budget_left(),
    'failed_callbacks', (select count(*) from public.webhook_logs where webhook_logs.status = 'error'),
    'buffered_callbacks', (select count(*) from public.webhook_logs where webhook_logs.status = 'pending'),
    'dead_deliveries', (select count(*) from public.webhook_deliveries where webhook_deliveries.status = 'dead'),
    'errors_last_hour', (
      select count(*) from public.error_logs where error_logs.created_at > (select private.clock()) - interval '1 hour'
    )
  );
$$;

comment on function public.read_overview() is
'The figures that an operator sees first: films by status, money of today, what failed and waits for somebody. Called by webhook-manage.';

revoke execute on function public.read_overview() from public, anon, authenticated;
grant execute on function public.read_overview() to service_role;
