-- Ids sort by time, so the last one of a page is where the next one begins. Among a million rows the
-- plan has to know the filters: hence force_custom_plan, and an index for each that is selective.

create or replace function public.page_callbacks(p_filter jsonb default '{}', p_before text default null, p_limit integer default 50)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_source text := p_filter ->> 'source';
  v_customs text[] := case when v_source = 'custom' then private.custom_sources() end;
  v_status text := p_filter ->> 'status';
  v_outcome text := p_filter ->> 'outcome';
  v_project_id text := p_filter ->> 'project_id';
  v_request_id text := p_filter ->> 'request_id';
  v_docs jsonb;
  v_count integer;
  v_last text;
begin
  perform private.check_source(v_source);

  select
    coalesce(jsonb_agg(
      private.callback_doc(page) - 'data' || jsonb_build_object(
        'is_token_wrong', page.is_token_wrong,
        'is_malformed', private.is_malformed(page)
      )
      order by page.webhook_log_id desc
    ), '[]'),
    count(*),
    min(page.webhook_log_id)
  into v_docs, v_count, v_last
  from (
    select webhook_logs.*
    from public.webhook_logs
    where (p_before is null or webhook_logs.webhook_log_id < p_before)
      and (v_source is null or v_source = 'custom' or webhook_logs.source = v_source)
      and (v_customs is null or webhook_logs.source = any (v_customs))
      and (v_status is null or webhook_logs.status = v_status)
      and (v_outcome is null or webhook_logs.outcome = v_outcome)
      and (v_project_id is null or webhook_logs.project_id = v_project_id)
      and (v_request_id is null or webhook_logs.request_id = v_request_id)
    order by webhook_logs.webhook_log_id desc
    limit p_limit
  ) as page;

  return jsonb_build_object('docs', v_docs, 'next', case when v_count = p_limit then v_last end);
end;
$$;

comment on function public.page_callbacks(jsonb, text, integer) is
'{docs, next}: the newest callbacks behind p_before, without their bodies; p_filter {source, status, outcome, project_id, request_id}. Raises RL400. Called by webhook-manage.';

revoke execute on function public.page_callbacks(jsonb, text, integer) from public, anon, authenticated;
grant execute on function public.page_callbacks(jsonb, text, integer) to service_role;
