create or replace view private.queue_depth
with (security_invoker = true)
as
select
  open.what,
  open.status,
  open.provider,
  count(*) as items,
  count(*) filter (where open.due_at <= open.now) as due,
  count(*) filter (where open.due_at = 'infinity') as paused,
  min(open.due_at) as first_due_at
from (
  select steps.kind as what, steps.status, steps.provider, steps.due_at, (select private.clock()) as now
  from private.steps
  where steps.status in ('queued', 'running', 'waiting')
  union all
  select 'delivery', webhook_deliveries.status, null, webhook_deliveries.due_at, (select private.clock())
  from public.webhook_deliveries
  where webhook_deliveries.status in ('pending', 'delivering')
) as open
group by open.what, open.status, open.provider;

comment on view private.queue_depth is
'How much is open, by kind, status and provider (a step that was never begun has none), and how much of that is due now.';

revoke all on table private.queue_depth from public, anon, authenticated, service_role;
