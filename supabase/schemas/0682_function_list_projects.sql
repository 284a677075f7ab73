-- Ids sort by time, so the last one of a page is where the next one begins. The plan has to know the
-- filters, else every page would read all films: hence force_custom_plan.

create or replace function public.list_projects(p_filter jsonb default '{}', p_before text default null, p_limit integer default 50)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_statuses text[] := case when jsonb_typeof(p_filter -> 'statuses') = 'array'
    then array(select jsonb_array_elements_text(p_filter -> 'statuses')) end;
  v_status text := case when cardinality(v_statuses) = 1 then v_statuses[1] end;
  v_user_id text := p_filter ->> 'user_id';
  v_search text := p_filter ->> 'search';
  v_docs jsonb;
  v_count integer;
  v_last text;
begin
  select
    coalesce(jsonb_agg(private.project_card(page) order by page.project_id desc), '[]'),
    count(*),
    min(page.project_id)
  into v_docs, v_count, v_last
  from (
    select projects.*
    from public.projects
    where (p_before is null or projects.project_id < p_before)
      and (v_status is null or projects.status = v_status)
      and (v_statuses is null or projects.status = any (v_statuses))
      and (v_user_id is null or projects.user_id = v_user_id)
      and (
        v_search is null
        or v_search in (projects.project_id, projects.video_id, projects.user_id, projects.chat_id)
        or strpos(lower(projects.prompt), lower(v_search)) > 0
      )
    order by projects.project_id desc
    limit p_limit
  ) as page;

  return jsonb_build_object('docs', v_docs, 'next', case when v_count = p_limit then v_last end);
end;
$$;

comment on function public.list_projects(jsonb, text, integer) is
'{docs, next}: the newest films behind p_before; p_filter {statuses, user_id, search}, search being an id or a part of the prompt. Called by webhook-manage.';

revoke execute on function public.list_projects(jsonb, text, integer) from public, anon, authenticated;
grant execute on function public.list_projects(jsonb, text, integer) to service_role;
