-- What was sent to it stays on record with its films, until housekeeping takes it. Batches and tests go: no film
-- would take them along.

create or replace function public.delete_endpoint(p_endpoint_id text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_skipped integer;
begin
  perform private.lock_endpoint(p_endpoint_id);
  v_skipped := private.disable_endpoint_now(p_endpoint_id, 'It was deleted');
  update public.webhook_deliveries
  set status = 'skipped', error = 'The endpoint was deleted', updated_at = private.clock()
  where webhook_deliveries.endpoint_id = p_endpoint_id
    and webhook_deliveries.status = 'batched';
  -- In the order in which a page of results has them.
  perform 1
  from public.webhook_deliveries
  where webhook_deliveries.endpoint_id = p_endpoint_id
    and webhook_deliveries.project_id is null
  order by webhook_deliveries.delivery_id
  for update;
  delete from public.webhook_deliveries
  where webhook_deliveries.endpoint_id = p_endpoint_id
    and webhook_deliveries.project_id is null;
  delete from private.endpoints where endpoints.endpoint_id = p_endpoint_id;
  delete from private.delivery_lanes where delivery_lanes.lane = p_endpoint_id;
  perform private.record_event(null, 'endpoint.deleted', null, null, jsonb_build_object('endpoint_id', p_endpoint_id));
  return jsonb_build_object('endpoint_id', p_endpoint_id, 'removed', true, 'skipped', v_skipped);
end;
$$;

comment on function public.delete_endpoint(text) is
'Its pending deliveries are skipped, and it is gone with its secrets. {endpoint_id, removed, skipped}. Raises RL404. Called by webhook-manage.';

revoke execute on function public.delete_endpoint(text) from public, anon, authenticated;
grant execute on function public.delete_endpoint(text) to service_role;
