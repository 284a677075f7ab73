-- endpoint enabled → disabled; its deliveries pending → skipped. What is on its way still ends.

create or replace function private.disable_endpoint_now(p_endpoint_id text, p_reason text)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
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

  update public.webhook_deliveries
  set status = 'skipped', error = 'The endpoint was disabled', updated_at = v_now
  where webhook_deliveries.lane = p_endpoint_id
    and webhook_deliveries.status = 'pending';
  get diagnostics v_skipped = row_count;

  perform private.record_event(null, 'endpoint.disabled', null, null, jsonb_build_object(
    'endpoint_id', p_endpoint_id, 'reason', p_reason, 'skipped', v_skipped
  ));
  return v_skipped;
end;
$$;

comment on function private.disable_endpoint_now(text, text) is
'enabled → disabled; how many pending deliveries were skipped. The caller holds the endpoint''s lock.';

revoke execute on function private.disable_endpoint_now(text, text) from public, anon, authenticated, service_role;
