-- → pending, on the road of every delivery: its limits, its guards, its signature.

create or replace function public.test_endpoint(p_endpoint_id text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_endpoint private.endpoints := private.lock_endpoint(p_endpoint_id);
  v_delivery public.webhook_deliveries;
begin
  if not v_endpoint.is_enabled then
    raise exception 'Cannot test endpoint "%": it is disabled', p_endpoint_id using errcode = 'RL409';
  end if;

  insert into public.webhook_deliveries (endpoint_id, type, url, body)
  values (p_endpoint_id, 'endpoint.test', v_endpoint.url, private.event_body(
    'endpoint.test', private.clock(), json_build_object('endpoint_id', p_endpoint_id, 'user_id', v_endpoint.user_id)
  ))
  returning webhook_deliveries.* into v_delivery;

  return jsonb_build_object(
    'endpoint_id', p_endpoint_id, 'delivery_id', v_delivery.delivery_id, 'webhook_id', v_delivery.webhook_id, 'status', v_delivery.status
  );
end;
$$;

comment on function public.test_endpoint(text) is
'→ pending: an endpoint.test. {endpoint_id, delivery_id, webhook_id, status}. Raises RL404, RL409. Called by webhook-manage.';

revoke execute on function public.test_endpoint(text) from public, anon, authenticated;
grant execute on function public.test_endpoint(text) to service_role;
