-- endpoint enabled ↔ disabled. What was skipped meanwhile stays so until it is replayed.

create or replace function public.set_endpoint_enabled(p_endpoint_id text, p_is_enabled boolean, p_reason text default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_endpoint private.endpoints := private.lock_endpoint(p_endpoint_id);
  v_skipped integer := 0;
begin
  if p_is_enabled then
    update private.endpoints
    set
      is_enabled = true,
      disabled_at = null,
      disable_reason = null,
      failing_since = null,
      last_failed_at = null,
      updated_at = private.clock()
    where endpoints.endpoint_id = p_endpoint_id
      and not endpoints.is_enabled;
    update private.delivery_lanes
    set failures_in_a_row = 0, first_failed_at = null, held_until = null, updated_at = private.clock()
    where delivery_lanes.lane = p_endpoint_id;
    perform private.record_event(null, 'endpoint.enabled', null, null, jsonb_build_object('endpoint_id', p_endpoint_id));
  else
    v_skipped := private.disable_endpoint_now(p_endpoint_id, coalesce(p_reason, 'An operator disabled it'));
  end if;

  return jsonb_build_object(
    'endpoint_id', p_endpoint_id, 'was', v_endpoint.is_enabled, 'is_enabled', p_is_enabled, 'skipped', v_skipped
  );
end;
$$;

comment on function public.set_endpoint_enabled(text, boolean, text) is
'enabled ↔ disabled; disabling makes pending deliveries skipped. {endpoint_id, was, is_enabled, skipped}. Raises RL404. Called by webhook-manage.';

revoke execute on function public.set_endpoint_enabled(text, boolean, text) from public, anon, authenticated;
grant execute on function public.set_endpoint_enabled(text, boolean, text) to service_role;
