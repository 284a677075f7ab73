-- deliveries dead | delivered | filtered | skipped → pending, so many a second, the oldest first

create or replace function private.requeue_deliveries(p_delivery_ids text[], p_now timestamptz, p_per_second numeric)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_count integer;
begin
  with
  locked as (
    select ended.delivery_id, ended.created_at, ended.position
    from public.webhook_deliveries as ended
    where ended.delivery_id = any (p_delivery_ids)
      and private.is_resendable(ended)
    for no key update skip locked
  ),
  paced as (
    select
      locked.delivery_id,
      (row_number() over (order by locked.created_at, locked.position) - 1) / p_per_second as seconds
    from locked
  ),
  members as (
    update public.webhook_deliveries
    set status = 'batched', delivered_at = null, updated_at = p_now
    from locked
    where webhook_deliveries.batch_id = locked.delivery_id
  )
  update public.webhook_deliveries
  set
    status = 'pending',
    due_at = p_now + make_interval(secs => paced.seconds::double precision),
    delivered_at = null,
    queued_at = p_now,
    tries_before = webhook_deliveries.attempt_count,
    updated_at = p_now
  from paced
  where webhook_deliveries.delivery_id = paced.delivery_id;

  get diagnostics v_count = row_count;
  return v_count;
end;
$$;

comment on function private.requeue_deliveries(text[], timestamptz, numeric) is
'→ pending for those of them that can be sent again; how many. The caller holds the locks of their endpoints and lanes.';

revoke execute on function private.requeue_deliveries(text[], timestamptz, numeric) from public, anon, authenticated, service_role;
