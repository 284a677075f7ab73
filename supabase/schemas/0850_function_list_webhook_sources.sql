create or replace function public.list_webhook_sources()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(private.source_view(webhook_sources) order by webhook_sources.name), '[]')
  from private.webhook_sources;
$$;

comment on function public.list_webhook_sources() is
'All sources by name, without secrets. Called by webhook-manage.';

revoke execute on function public.list_webhook_sources() from public, anon, authenticated;
grant execute on function public.list_webhook_sources() to service_role;
