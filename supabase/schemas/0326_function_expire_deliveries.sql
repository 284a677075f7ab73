-- pending → dead: a receiver that is down for days has its schedule stretched by the breaker. Past delivery_hours
-- nobody waits for it any more.
--
-- pending → skipped: it was queued while somebody disabled or deleted its endpoint.

create or replace function private.expire_deliveries()
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  with
  orphaned as (
    select webhook_deliveries.delivery_id
    from private.closed_lanes() as closed
    join public.webhook_deliveries using (lane)
    where webhook_deliveries.status = 'pending'
    -- While the sweep waits for one, it rings for nothing.
    for no key update of webhook_deliveries skip locked
  )
  update public.webhook_deliveries
  set status = 'skipped', error = 'The endpoint was disabled or deleted', updated_at = private.clock()
  from orphaned
  where webhook_deliveries.delivery_id = orphaned.delivery_id;

  with
  -- Asked once: a receiver's backlog may be hundreds of thousands of rows.
  instant as materialized (
    select
      private.clock() - interval '1 hour' as overdue,
      private.clock() - make_interval(hours => private.setting('delivery_hours')::integer) as too_old
  ),
  old as (
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.status = 'pending'
      and webhook_deliveries.due_at < (select instant.overdue from instant)
      and webhook_deliveries.queued_at < (select instant.too_old from instant)
    order by webhook_deliveries.due_at
    limit 100
    for no key update skip locked
  ),
  ended as (
    update public.webhook_deliveries
    set
      status = 'dead',
      error = coalesce('Given up after ' || private.setting('delivery_hours') || ' hours; at last: ' || webhook_deliveries.error,
        'Given up after ' || private.setting('delivery_hours') || ' hours without a try'),
      updated_at = private.clock()
    from old
    where webhook_deliveries.delivery_id = old.delivery_id
    returning webhook_deliveries.*
  ),
  batches as (
    update public.webhook_deliveries
    set status = 'dead', error = ended.error, updated_at = ended.updated_at
    from ended
    where webhook_deliveries.batch_id = ended.delivery_id
      and webhook_deliveries.status = 'batched'
  )
  insert into public.error_logs (type, severity, message, context)
  select 'delivery', 'error', left(format('Cannot deliver %s: %s', ended.type, ended.error), 2000), jsonb_strip_nulls(jsonb_build_object(
    'project_id', ended.project_id, 'delivery_id', ended.delivery_id, 'try', ended.attempt_count
  ))
  from ended;
$$;

comment on function private.expire_deliveries() is
'pending → dead for what its lane had no place for until delivery_hours were over. Called by the sweep.';

revoke execute on function private.expire_deliveries() from public, anon, authenticated, service_role;
