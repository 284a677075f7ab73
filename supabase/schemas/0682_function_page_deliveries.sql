-- As page_callbacks: keyset by id, planned with its filters. No index knows the types: a page looks for one among so many
-- deliveries, and the next one goes on behind the last of those.

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
  v_looked_at integer := case when v_type is null then p_limit else greatest(p_limit, 10000) end;
  v_docs jsonb;
  v_last text;
begin
  select
    coalesce(jsonb_agg(private.delivery_doc(shown) order by page.delivery_id desc) filter (where page.is_found), '[]'),
    -- Null where all have been looked at
    case when count(*) = p_limit or max(page.nth) = v_looked_at then min(page.delivery_id) end
  into v_docs, v_last
  from (
    select looked.*
    from (
      select
        newest.delivery_id,
        row_number() over (order by newest.delivery_id desc) as nth,
        v_type is null or newest.type = v_type as is_found
      from (
        select webhook_deliveries.delivery_id, webhook_deliveries.type
        from public.webhook_deliveries
        where (p_before is null or webhook_deliveries.delivery_id < p_before)
          and (v_status is null or webhook_deliveries.status = v_status)
          and (v_project_id is null or webhook_deliveries.project_id = v_project_id)
          and (v_endpoint_id is null or webhook_deliveries.endpoint_id = v_endpoint_id)
        order by webhook_deliveries.delivery_id desc
        limit v_looked_at
      ) as newest
    ) as looked
    where looked.is_found or looked.nth = v_looked_at
    order by looked.delivery_id desc
    limit p_limit
  ) as page
  join public.webhook_deliveries as shown on shown.delivery_id = page.delivery_id;

  return jsonb_build_object('docs', v_docs, 'next', v_last);
end;
$$;

comment on function public.page_deliveries(jsonb, text, integer) is
'{docs, next}: the newest deliveries behind p_before, without their bodies; p_filter {status, type, project_id, endpoint_id}, a type being looked for among 10,000 a page. Called by webhook-manage.';

revoke execute on function public.page_deliveries(jsonb, text, integer) from public, anon, authenticated;
grant execute on function public.page_deliveries(jsonb, text, integer) to service_role;
