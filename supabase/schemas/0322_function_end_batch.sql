-- batched → delivered | dead, with the delivery that it travelled in

create or replace function private.end_batch(p_batch public.webhook_deliveries)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.webhook_deliveries
  set
    status = p_batch.status,
    status_code = p_batch.status_code,
    error = p_batch.error,
    delivered_at = p_batch.delivered_at,
    updated_at = p_batch.updated_at
  where webhook_deliveries.batch_id = p_batch.delivery_id
    and webhook_deliveries.status = 'batched'
    and p_batch.status in ('delivered', 'dead');
$$;

comment on function private.end_batch(public.webhook_deliveries) is 'batched → delivered | dead, where the batch has ended.';

revoke execute on function private.end_batch(public.webhook_deliveries) from public, anon, authenticated, service_role;
