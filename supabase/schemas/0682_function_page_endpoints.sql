-- As page_deliveries, but the oldest first: keyset by id, planned with its filters. Each endpoint is told with what is open to
-- it, and a thousand of them take as long as that.

create or replace function public.page_endpoints(p_user_id text default null, p_after text default null, p_limit integer default 100)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_docs jsonb;
  v_count integer;
  v_last text;
begin
  select
    coalesce(jsonb_agg(private.endpoint_view(page::private.endpoints) order by page.endpoint_id), '[]'),
    count(*),
    max(page.endpoint_id)
  into v_docs, v_count, v_last
  from (
    select endpoints.*
    from private.endpoints
    where (p_after is null or endpoints.endpoint_id > p_after)
      and (p_user_id is null or endpoints.user_id = p_user_id)
    order by endpoints.endpoint_id
    limit p_limit
  ) as page;

  return jsonb_build_object('docs', v_docs, 'next', case when v_count = p_limit then v_last end);
end;
$$;

comment on function public.page_endpoints(text, text, integer) is
'{docs, next}: the oldest endpoints behind p_after, a user''s alone where there is one, without secrets and header values. Called by webhook-manage.';

revoke execute on function public.page_endpoints(text, text, integer) from public, anon, authenticated;
grant execute on function public.page_endpoints(text, text, integer) to service_role;
