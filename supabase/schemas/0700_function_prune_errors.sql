create or replace function private.prune_errors(
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
      (array_agg(page.id::text order by page.id) filter (where page.created_at < p_before))[p_limit],
      ''
    )
  into v_page, next_after
  from (
    select error_logs.error_log_id as id, error_logs.created_at
    from public.error_logs
    where error_logs.error_log_id > coalesce(nullif(p_after, '')::bigint, 0)
    order by error_logs.error_log_id
    limit p_limit
  ) as page;

  delete from public.error_logs
  where error_logs.error_log_id in (
    select error_logs.error_log_id
    from public.error_logs
    where error_logs.error_log_id = any (v_page)
      and error_logs.created_at < p_before
      and not exists (
        select 1
        from public.projects
        where projects.project_id = error_logs.context ->> 'project_id'
          and projects.status not in ('completed', 'failed', 'cancelled')
      )
    for update skip locked
  );

  get diagnostics deleted = row_count;
end;
$$;

comment on function private.prune_errors(text, timestamptz, integer) is
'Deletes errors older than p_before, but those of unfinished projects, out of the next p_limit.';

revoke execute on function private.prune_errors(text, timestamptz, integer) from public, anon, authenticated, service_role;
