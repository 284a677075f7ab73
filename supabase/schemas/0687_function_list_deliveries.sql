-- p_filter: status, endpoint_id, project_id, type; each may be absent or null.

create or replace function public.list_deliveries(p_filter jsonb, p_limit integer default 50)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(private.delivery_view(newest) order by newest.delivery_id desc), '[]')
  from (
    select webhook_deliveries.*
    from public.webhook_deliveries
    where (p_filter ->> 'status' is null or webhook_deliveries.status = p_filter ->> 'status')
      and (p_filter ->> 'endpoint_id' is null or webhook_deliveries.endpoint_id = p_filter ->> 'endpoint_id')
      and (p_filter ->> 'project_id' is null or webhook_deliveries.project_id = p_filter ->> 'project_id')
      and (p_filter ->> 'type' is null or webhook_deliveries.type = p_filter ->> 'type')
    order by webhook_deliveries.delivery_id desc
    limit p_limit
  ) as newest;
$$;

comment on function public.list_deliveries(jsonb, integer) is 'The newest deliveries that fit. Called by webhook-manage.';

revoke execute on function public.list_deliveries(jsonb, integer) from public, anon, authenticated;
grant execute on function public.list_deliveries(jsonb, integer) to service_role;
