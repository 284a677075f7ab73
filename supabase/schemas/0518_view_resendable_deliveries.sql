-- A view, because a function would be called for each of the hundreds of thousands that a long outage leaves behind.

create or replace view private.resendable_deliveries
with (security_invoker = true)
as
select webhook_deliveries.*
from public.webhook_deliveries
where webhook_deliveries.status in ('dead', 'delivered', 'filtered', 'skipped')
  and webhook_deliveries.batch_id is null
  and octet_length(webhook_deliveries.body) <= 1048576
  and (
    webhook_deliveries.endpoint_id is null
    or webhook_deliveries.endpoint_id not like 'ep\_%'
    or webhook_deliveries.endpoint_id in (
      select endpoints.endpoint_id
      from private.endpoints
      where endpoints.is_enabled
    )
  );

comment on view private.resendable_deliveries is
'Deliveries of which is_resendable is true: to be counted and looked through; what was locked meanwhile is asked by itself.';

revoke all on table private.resendable_deliveries from public, anon, authenticated, service_role;
