-- endpoint enabled → disabled; its deliveries pending → skipped. What is on its way still ends.
--
-- A receiver that is given up may have hundreds of thousands of them: a page is skipped at once, the rest by the sweep
-- (skip_closed_lanes). Nothing is sent meanwhile, and a call that takes too long would leave it enabled for ever.

create or replace function private.disable_endpoint_now(p_endpoint_id text, p_reason text)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
-- They are there in order, by index.
set enable_sort = off
as $$
declare
  v_now timestamptz := private.clock();
  v_skipped integer;
begin
  update private.endpoints
  set is_enabled = false, disabled_at = v_now, disable_reason = p_reason, updated_at = v_now
  where endpoints.endpoint_id = p_endpoint_id
    and endpoints.is_enabled;

  if not found then
    return 0;
  end if;

  select count(*)
  into v_skipped
  from public.webhook_deliveries
  where webhook_deliveries.lane = p_endpoint_id
    and webhook_deliveries.status = 'pending';

  update public.webhook_deliveries
  set status = 'skipped', error = 'The endpoint was disabled', updated_at = v_now
  where webhook_deliveries.delivery_id in (
    select waiting.delivery_id
    from public.webhook_deliveries as waiting
    where waiting.lane = p_endpoint_id
      and waiting.status = 'pending'
    order by waiting.position
    limit 10000
  )
    and webhook_deliveries.status = 'pending';

  perform private.record_event(null, 'endpoint.disabled', null, null, jsonb_build_object(
    'endpoint_id', p_endpoint_id, 'reason', p_reason, 'skipped', v_skipped
  ));
  return v_skipped;
end;
$$;

comment on function private.disable_endpoint_now(text, text) is
'enabled → disabled; how many pending deliveries are skipped, now or by the next sweeps. The caller holds the endpoint''s lock.';

revoke execute on function private.disable_endpoint_now(text, text) from public, anon, authenticated, service_role;
