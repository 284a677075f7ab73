create or replace function private.delete_endpoints_of(p_endpoint_ids text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  delete from public.webhook_deliveries where webhook_deliveries.endpoint_id = any (p_endpoint_ids);
  delete from private.delivery_lanes where delivery_lanes.lane = any (p_endpoint_ids);
  delete from private.endpoints where endpoints.endpoint_id = any (p_endpoint_ids);
end;
$$;

comment on function private.delete_endpoints_of(text[]) is
'Deletes these endpoints with all that was or is to be sent to them: batches name no project. The caller holds their locks.';

revoke execute on function private.delete_endpoints_of(text[]) from public, anon, authenticated, service_role;
