-- Finds what no bell, lease or callback moved on. Dead leases, silent providers and stuck deliveries
-- are rows whose due_at has passed, so all that is left to do is to wake a runner for them.

create or replace function private.sweep()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
begin
  perform private.expire_buffered();
  perform private.skip_closed_lanes();
  perform private.expire_deliveries();

  if exists (
    select 1
    from private.steps
    where steps.status in ('queued', 'running', 'waiting')
      and steps.due_at <= v_now
  ) or exists (
    select 1
    from public.webhook_deliveries
    where webhook_deliveries.status in ('pending', 'delivering')
      and webhook_deliveries.due_at <= v_now
  ) then
    perform public.ring_bell();
  end if;
end;
$$;

comment on function private.sweep() is 'Rings when anything is due, and gives buffered callbacks and old deliveries up after their time. Called by pg_cron.';

revoke execute on function private.sweep() from public, anon, authenticated, service_role;
