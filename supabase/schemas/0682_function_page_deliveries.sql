-- As page_callbacks: keyset by id, planned with its filters.

create or replace function public.page_deliveries(p_filter jsonb default '{}', p_before text default null, p_limit integer default 50)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_status text := p_filter ->> 'status';
  v_type text := p_filter ->> 'type';
  v_project_id text := p_filter ->> 'project_id';
  v_endpoint_id text := p_filter ->> 'endpoint_id';
  v_docs jsonb;
  v_count integer;
  v_last text;
begin
  select
    coalesce(jsonb_agg(private.delivery_doc(page) order by page.delivery_id desc), '[]'),
    count(*),
    min(page.delivery_id)
  into v_docs, v_count, v_last
  from (
    select webhook_deliveries.*
    from public.webhook_deliveries
    where (p_before is null or webhook_deliveries.delivery_id < p_before)
      and (v_status is null or webhook_deliveries.status = v_status)
      and (v_type is null or webhook_deliveries.type = v_type)
      and (v_project_id is null or webhook_deliveries.project_id = v_project_id)
      and (v_endpoint_id is null or webhook_deliveries.endpoint_id = v_endpoint_id)
    order by webhook_deliveries.delivery_id desc
    limit p_limit
  ) as page;

  return jsonb_build_object('docs', v_docs, 'next', case when v_count = p_limit then v_last end);
end;
$$;

comment on function public.page_deliveries(jsonb, text, integer) is
'{docs, next}: the newest deliveries behind p_before, without their bodies; p_filter {status, type, project_id, endpoint_id}. Called by webhook-manage.';

revoke execute on function public.page_deliveries(jsonb, text, integer) from public, anon, authenticated;
grant execute on function public.page_deliveries(jsonb, text, integer) to service_role;
