-- p_filter: status, endpoint_id, project_id, type; each may be absent or null.

create or replace function public.list_deliveries(p_filter jsonb, p_limit integer default 50)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select public.page_deliveries(p_filter, null, p_limit) -> 'docs';
$$;

comment on function public.list_deliveries(jsonb, integer) is
'The newest deliveries that fit, as page_deliveries has them. Called by webhook-manage.';

revoke execute on function public.list_deliveries(jsonb, integer) from public, anon, authenticated;
grant execute on function public.list_deliveries(jsonb, integer) to service_role;
