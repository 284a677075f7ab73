create or replace function public.page_errors(p_filter jsonb default '{}', p_before bigint default null, p_limit integer default 50)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_type text := p_filter ->> 'type';
  v_severity text := p_filter ->> 'severity';
  v_docs jsonb;
  v_count integer;
  v_last bigint;
begin
  select
    coalesce(jsonb_agg(to_jsonb(page) order by page.error_log_id desc), '[]'),
    count(*),
    min(page.error_log_id)
  into v_docs, v_count, v_last
  from (
    select error_logs.*
    from public.error_logs
    where (p_before is null or error_logs.error_log_id < p_before)
      and (v_type is null or error_logs.type = v_type)
      and (v_severity is null or error_logs.severity = v_severity)
    order by error_logs.error_log_id desc
    limit p_limit
  ) as page;

  return jsonb_build_object('docs', v_docs, 'next', case when v_count = p_limit then v_last::text end);
end;
$$;

comment on function public.page_errors(jsonb, bigint, integer) is
'{docs, next}: the newest rows of error_logs behind p_before; p_filter {type, severity}. Called by webhook-manage.';

revoke execute on function public.page_errors(jsonb, bigint, integer) from public, anon, authenticated;
grant execute on function public.page_errors(jsonb, bigint, integer) to service_role;
