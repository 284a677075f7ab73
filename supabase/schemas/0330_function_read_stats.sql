create or replace function public.read_stats()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'total', (select count(*) from public.projects),
    'by_status', private.projects_by_status(),
    'last_24h', (
      select count(*) from public.projects where projects.created_at > (select private.clock()) - interval '24 hours'
    ),
    'open_steps', (select count(*) from private.steps where steps.status in ('queued', 'running', 'waiting')),
    'open_deliveries', (
      select count(*) from public.webhook_deliveries where webhook_deliveries.status in ('pending', 'delivering')
    ),
    'buffered_callbacks', (select count(*) from public.webhook_logs where webhook_logs.status = 'pending')
  );
$$;

comment on function public.read_stats() is
'{total, by_status, last_24h, open_steps, open_deliveries, buffered_callbacks} over all projects. Called by webhook.';

revoke execute on function public.read_stats() from public, anon, authenticated;
grant execute on function public.read_stats() to service_role;
