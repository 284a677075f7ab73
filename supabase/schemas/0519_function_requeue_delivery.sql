-- delivery dead | delivered | filtered | skipped | pending → pending, due then

create or replace function private.requeue_delivery(p_delivery public.webhook_deliveries, p_due_at timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if private.is_too_large(p_delivery.body) then
    raise exception 'Cannot send delivery "%" again: its body is larger than 1 MiB', p_delivery.delivery_id
      using errcode = 'RL409';
  elsif private.open_status(p_delivery.endpoint_id) = 'skipped' then
    raise exception 'Cannot send delivery "%" again: its endpoint is disabled or gone', p_delivery.delivery_id
      using errcode = 'RL409';
  end if;

  update public.webhook_deliveries
  set
    status = 'pending',
    due_at = p_due_at,
    delivered_at = null,
    batch_id = null,
    queued_at = private.clock(),
    tries_before = case when p_delivery.status = 'pending' then webhook_deliveries.tries_before else webhook_deliveries.attempt_count end,
    updated_at = private.clock()
  where webhook_deliveries.delivery_id = p_delivery.delivery_id;

  update public.webhook_deliveries
  set status = 'batched', delivered_at = null, updated_at = private.clock()
  where webhook_deliveries.batch_id = p_delivery.delivery_id
    and p_delivery.status in ('dead', 'delivered', 'skipped');
end;
$$;

comment on function private.requeue_delivery(public.webhook_deliveries, timestamptz) is
'→ pending, the same body under the same webhook-id; what travelled in it waits with it. The caller holds its lock. Raises RL409.';

revoke execute on function private.requeue_delivery(public.webhook_deliveries, timestamptz) from public, anon, authenticated, service_role;
