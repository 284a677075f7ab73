create or replace function public.list_endpoints(p_user_id text default null, p_endpoint_id text default null)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(private.endpoint_view(endpoints) order by endpoints.endpoint_id), '[]')
  from private.endpoints
  where (p_user_id is null or endpoints.user_id = p_user_id)
    and (p_endpoint_id is null or endpoints.endpoint_id = p_endpoint_id);
$$;

comment on function public.list_endpoints(text, text) is
'Endpoints without secrets and header values; null leaves a filter out, and without any it tells all there are. Called by webhook-manage for one; page_endpoints has many.';

revoke execute on function public.list_endpoints(text, text) from public, anon, authenticated;
grant execute on function public.list_endpoints(text, text) to service_role;
