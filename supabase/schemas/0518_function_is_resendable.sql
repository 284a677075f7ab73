create or replace function private.is_resendable(p_delivery public.webhook_deliveries)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return p_delivery.status in ('dead', 'delivered', 'filtered', 'skipped')
    and p_delivery.batch_id is null
    and not private.is_too_large(p_delivery.body)
    and private.open_status(p_delivery.endpoint_id) = 'pending';
end;
$$;

comment on function private.is_resendable(public.webhook_deliveries) is
'True where it has ended and can be sent again: not where its endpoint is disabled or gone, nor what travelled in a batch, which is sent again as that batch.';

revoke execute on function private.is_resendable(public.webhook_deliveries) from public, anon, authenticated, service_role;
