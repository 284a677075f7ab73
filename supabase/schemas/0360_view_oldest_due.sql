create or replace view private.oldest_due
with (security_invoker = true)
as
select distinct on (due.what, due.status)
  due.what,
  due.status,
  due.due_at,
  (select private.clock()) - due.due_at as overdue,
  due.id,
  due.project_id
from (
  select steps.kind as what, steps.status, steps.due_at, steps.step_id as id, steps.project_id
  from private.steps
  where steps.status in ('queued', 'running', 'waiting')
  union all
  select 'delivery', webhook_deliveries.status, webhook_deliveries.due_at, webhook_deliveries.delivery_id, webhook_deliveries.project_id
  from public.webhook_deliveries
  where webhook_deliveries.status in ('pending', 'delivering')
) as due
order by due.what, due.status, due.due_at;

comment on view private.oldest_due is
'Of each kind of open step and of deliveries, by status, the one that is due first; overdue is negative while it is not due yet.';

revoke all on table private.oldest_due from public, anon, authenticated, service_role;
