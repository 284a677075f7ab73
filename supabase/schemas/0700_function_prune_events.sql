create or replace function private.prune_events(
  p_after text,
  p_before timestamptz,
  p_limit integer,
  out next_after text,
  out deleted integer
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_page bigint[];
begin
  -- Ids are in the order of time: behind a young row there are no old ones.
  select
    array_agg(page.id order by page.id),
    coalesce(
      (array_agg(page.id::text order by page.id) filter (where page.at < p_before))[p_limit],
      ''
    )
  into v_page, next_after
  from (
    select pipeline_events.event_id as id, pipeline_events.at
    from public.pipeline_events
    where pipeline_events.event_id > coalesce(nullif(p_after, '')::bigint, 0)
    order by pipeline_events.event_id
    limit p_limit
  ) as page;

  delete from public.pipeline_events
  where pipeline_events.event_id in (
    select pipeline_events.event_id
    from public.pipeline_events
    where pipeline_events.event_id = any (v_page)
      and pipeline_events.at < p_before
      and not exists (
        select 1
        from public.projects
        where projects.project_id = pipeline_events.project_id
          and projects.status not in ('completed', 'failed', 'cancelled')
      )
    for update skip locked
  );

  get diagnostics deleted = row_count;
end;
$$;

comment on function private.prune_events(text, timestamptz, integer) is
'Deletes events older than p_before, but those of unfinished projects, out of the next p_limit; next_after is where the page after it begins.';

revoke execute on function private.prune_events(text, timestamptz, integer) from public, anon, authenticated, service_role;
