-- pending → dead: a receiver that is down for days has its schedule stretched by the breaker. Past delivery_hours
-- nobody waits for it any more.
--
-- Its backlog may be hundreds of thousands of rows, most of them not that old: each sweep looks at the next page of what
-- is overdue, and keeps its place in private.housekeeping.

create or replace function private.expire_deliveries()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_hours integer := private.setting('delivery_hours');
  v_too_old timestamptz := v_now - make_interval(hours => v_hours);
  v_after timestamptz := (
    select nullif(housekeeping.next_after, '') from private.housekeeping where housekeeping.what = 'overdue_deliveries'
  );
  v_next timestamptz;
  v_old text[];
begin
  select
    case when count(*) >= 500 then max(page.due_at) end,
    array_agg(page.delivery_id) filter (where page.queued_at < v_too_old)
  into v_next, v_old
  from (
    select webhook_deliveries.delivery_id, webhook_deliveries.due_at, webhook_deliveries.queued_at
    from public.webhook_deliveries
    where webhook_deliveries.status = 'pending'
      and webhook_deliveries.due_at > coalesce(v_after, '-infinity')
      and webhook_deliveries.due_at < v_now - interval '1 hour'
    order by webhook_deliveries.due_at
    -- With ties: what is due at one moment is on one page, so that the next one begins behind it.
    fetch first 500 rows with ties
  ) as page;

  if v_next is distinct from v_after then
    insert into private.housekeeping (what, next_after)
    values ('overdue_deliveries', coalesce(v_next::text, ''))
    on conflict (what) do update set next_after = excluded.next_after;
  end if;

  with
  -- What somebody holds is being sent, or redriven
  old as (
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.delivery_id = any (v_old)
      and webhook_deliveries.status = 'pending'
      and webhook_deliveries.queued_at < v_too_old
    for no key update skip locked
  ),
  ended as (
    update public.webhook_deliveries
    set
      status = 'dead',
      error = format('Given up after %s hours', v_hours)
        || coalesce('; at last: ' || webhook_deliveries.error, ' without a try'),
      updated_at = v_now
    from old
    where webhook_deliveries.delivery_id = old.delivery_id
    returning webhook_deliveries.*
  ),
  batched as (
    update public.webhook_deliveries
    set status = 'dead', error = ended.error, updated_at = v_now
    from ended
    where webhook_deliveries.batch_id = ended.delivery_id
      and webhook_deliveries.status = 'batched'
  )
  insert into public.error_logs (type, severity, message, context)
  select 'delivery', 'error', left(format('Cannot deliver %s: %s', ended.type, ended.error), 2000), jsonb_strip_nulls(jsonb_build_object(
    'project_id', ended.project_id, 'delivery_id', ended.delivery_id, 'try', ended.attempt_count
  ))
  from ended;
end;
$$;

comment on function private.expire_deliveries() is
'pending → dead for what its lane had no place for until delivery_hours were over, a page of what is overdue at a time. Called by the sweep.';

revoke execute on function private.expire_deliveries() from public, anon, authenticated, service_role;
