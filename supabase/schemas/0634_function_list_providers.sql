create or replace function public.list_providers()
returns jsonb
language sql
volatile
security definer
set search_path = ''
as $$
  select jsonb_agg(private.provider_view(providers.name) order by providers.name)
  from private.providers;
$$;

comment on function public.list_providers() is
'Every provider; the one named * is the switch that pauses everything. Called by webhook-manage.';

revoke execute on function public.list_providers() from public, anon, authenticated;
grant execute on function public.list_providers() to service_role;
