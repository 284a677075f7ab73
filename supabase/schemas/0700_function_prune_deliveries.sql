create or replace function private.prune_deliveries(
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
      (array_agg(page.id order by page.id) filter (where page.created_at < p_before))[p_limit],
      ''
    )
  into v_page, next_after
  from (
    select webhook_deliveries.delivery_id as id, webhook_deliveries.created_at
    from public.webhook_deliveries
    where webhook_deliveries.delivery_id > p_after
    order by webhook_deliveries.delivery_id
    limit p_limit
  ) as page;

  delete from public.webhook_deliveries
  where webhook_deliveries.delivery_id in (
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.delivery_id = any (v_page)
      and webhook_deliveries.updated_at < p_before
      and webhook_deliveries.status in ('delivered', 'dead', 'filtered', 'skipped', 'batched')
      and (webhook_deliveries.project_id is null or exists (
        select 1
        from public.projects
        where projects.project_id = webhook_deliveries.project_id
          and projects.status in ('completed', 'failed', 'cancelled')
          and projects.updated_at < p_before
      ))
      -- What travels in a batch is sent again as that batch.
      and not exists (
        select 1
        from public.webhook_deliveries as event
        where event.batch_id = webhook_deliveries.delivery_id
          and event.status = 'batched'
      )
    for update skip locked
  );

  get diagnostics deleted = row_count;

  -- Whoever is sent to again gets a new one.
  delete from private.delivery_lanes
  where delivery_lanes.lane in (
    select delivery_lanes.lane
    from private.delivery_lanes
    where delivery_lanes.updated_at < p_before
      and delivery_lanes.tokens is null
      and not private.has_open_deliveries(delivery_lanes.lane)
    limit p_limit
    for update skip locked
  );
end;
$$;

comment on function private.prune_deliveries(text, timestamptz, integer) is
'Deletes the ended deliveries, with their tries, of no project, and of projects that nothing has happened to since p_before, out of the next p_limit; and lanes that nothing waits for.';

revoke execute on function private.prune_deliveries(text, timestamptz, integer) from public, anon, authenticated, service_role;
