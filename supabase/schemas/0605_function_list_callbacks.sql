-- As page_callbacks: planned with its filters, so that one that fits nothing is no walk through the whole log.

create or replace function public.list_callbacks(p_source text, p_status text, p_limit integer default 50)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_customs text[] := case when p_source = 'custom' then private.custom_sources() end;
begin
  perform private.check_source(p_source);

  return (
    select coalesce(jsonb_agg(private.callback_doc(newest) order by newest.webhook_log_id desc), '[]')
    from (
      select webhook_logs.*
      from public.webhook_logs
      where (p_source is null or p_source = 'custom' or webhook_logs.source = p_source)
        and (v_customs is null or webhook_logs.source = any (v_customs))
        and (p_status is null or webhook_logs.status = p_status)
      order by webhook_logs.webhook_log_id desc
      limit p_limit
    ) as newest
  );
end;
$$;

comment on function public.list_callbacks(text, text, integer) is
'The newest callbacks; null leaves a filter out, source custom means every source that is not built in. Raises RL400. Called by webhook-manage.';

revoke execute on function public.list_callbacks(text, text, integer) from public, anon, authenticated;
grant execute on function public.list_callbacks(text, text, integer) to service_role;
