-- Only of callbacks that say which attempt is completed, and nothing of what it cost: the others are
-- received one by one. In one order, so that two calls with the same deliveries wait for each other's in turn.

create or replace function private.see_deliveries(p_logs public.webhook_logs[])
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
  v_seen text[];
begin
  with seen as (
    insert into private.seen_deliveries (source, webhook_id, webhook_log_id, seen_at)
    select logs.source, logs.webhook_id, logs.webhook_log_id, logs.received_at
    from unnest(p_logs) as logs
    where private.is_provider(logs.source)
      and logs.attempt_id is not null
      and logs.request_id is not null
      and logs.error is null
      and logs.result ->> 'state' = 'completed'
      and not logs.result -> 'output' ? 'cost_usd'
    order by logs.source, logs.webhook_id
    on conflict do nothing
    returning seen_deliveries.webhook_log_id
  )
  select coalesce(array_agg(seen.webhook_log_id), '{}')
  into v_seen
  from seen;

  return v_seen;
end;
$$;

comment on function private.see_deliveries(public.webhook_logs[]) is
'Ids of the callbacks among these that complete an attempt and whose delivery is seen for the first time, now noted.';

revoke execute on function private.see_deliveries(public.webhook_logs[]) from public, anon, authenticated, service_role;
