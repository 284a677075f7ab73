create or replace function private.prune_callbacks(
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
  v_page text[];
begin
  -- Ids are in the order of time: behind a young row there are no old ones.
  select
    array_agg(page.id order by page.id),
    coalesce(
      (array_agg(page.id order by page.id) filter (where page.received_at < p_before))[p_limit],
      ''
    )
  into v_page, next_after
  from (
    select webhook_logs.webhook_log_id as id, webhook_logs.received_at
    from public.webhook_logs
    where webhook_logs.webhook_log_id > p_after
    order by webhook_logs.webhook_log_id
    limit p_limit
  ) as page;

  delete from public.webhook_logs
  where webhook_logs.webhook_log_id in (
    select webhook_logs.webhook_log_id
    from public.webhook_logs
    where webhook_logs.webhook_log_id = any (v_page)
      and webhook_logs.received_at < p_before
      and webhook_logs.status <> 'pending'
      and not exists (
        select 1
        from public.projects
        where projects.project_id = webhook_logs.project_id
          and projects.status not in ('completed', 'failed', 'cancelled')
      )
    for update skip locked
  );

  get diagnostics deleted = row_count;
end;
$$;

comment on function private.prune_callbacks(text, timestamptz, integer) is
'Deletes recorded callbacks older than p_before, but buffered ones and those of unfinished projects, out of the next p_limit.';

revoke execute on function private.prune_callbacks(text, timestamptz, integer) from public, anon, authenticated, service_role;
