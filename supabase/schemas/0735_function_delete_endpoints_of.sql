create or replace function private.delete_endpoints_of(p_user_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_ids text[] := array(
    select endpoints.endpoint_id
    from private.endpoints
    where endpoints.user_id = p_user_id
  );
begin
  delete from public.webhook_deliveries where webhook_deliveries.endpoint_id = any (v_ids);
  delete from private.delivery_lanes where delivery_lanes.lane = any (v_ids);
  delete from private.endpoints where endpoints.endpoint_id = any (v_ids);
end;
$$;

comment on function private.delete_endpoints_of(text) is
'Deletes a user''s endpoints with all that was or is to be sent to them: batches name no project. The caller holds their locks.';

revoke execute on function private.delete_endpoints_of(text) from public, anon, authenticated, service_role;
