-- Ids sort by time, so the last one of a page is where the next one begins. The plan has to know the
-- filters, else every page would read all films: hence force_custom_plan. No index knows the words of a
-- prompt: a page looks for them among so many films, and the next one goes on behind the last of those.

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
  v_looked_at integer := case when v_search is null then p_limit else greatest(p_limit, 10000) end;
  v_id text := (select projects.project_id from public.projects where projects.project_id = v_search);
  v_docs jsonb;
  v_last text;
begin
  select
    coalesce(jsonb_agg(private.project_card(page.film) order by page.project_id desc) filter (where page.is_found), '[]'),
    -- Null where all have been looked at
    case when count(*) = p_limit or max(page.nth) = v_looked_at then min(page.project_id) end
  into v_docs, v_last
  from (
    select looked.*
    from (
      select
        newest.*,
        row_number() over (order by newest.project_id desc) as nth,
        v_search is null
        or v_search in (newest.project_id, (newest.film).video_id, (newest.film).user_id, (newest.film).chat_id)
        or strpos(lower((newest.film).prompt), lower(v_search)) > 0 as is_found
      from (
        select projects.project_id, projects as film
        from public.projects
        where (p_before is null or projects.project_id < p_before)
          and (v_id is null or projects.project_id = v_id)
          and (v_status is null or projects.status = v_status)
          and (v_statuses is null or projects.status = any (v_statuses))
          and (v_user_id is null or projects.user_id = v_user_id)
        order by projects.project_id desc
        limit v_looked_at
      ) as newest
    ) as looked
    where looked.is_found or looked.nth = v_looked_at
    order by looked.project_id desc
    limit p_limit
  ) as page;

  return jsonb_build_object('docs', v_docs, 'next', v_last);
end;
$$;

comment on function public.list_projects(jsonb, text, integer) is
'{docs, next}: the newest films behind p_before; p_filter {statuses, user_id, search}, search being an id or a part of the prompt, looked for among 10,000 films a page. Called by webhook-manage.';

revoke execute on function public.list_projects(jsonb, text, integer) from public, anon, authenticated;
grant execute on function public.list_projects(jsonb, text, integer) to service_role;
