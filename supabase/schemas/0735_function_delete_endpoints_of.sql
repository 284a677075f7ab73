-- An endpoint goes once nothing that was or is to be sent to it is left: its user is how that is found.

create or replace function private.delete_endpoints_of(p_endpoint_ids text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_ids text[] := array(
    select endpoint.id
    from unnest(p_endpoint_ids) as endpoint (id)
    where not exists (
      select 1
      from public.webhook_deliveries
      where webhook_deliveries.endpoint_id = endpoint.id
    )
  );
begin
  delete from private.delivery_lanes where delivery_lanes.lane = any (v_ids);
  delete from private.endpoints where endpoints.endpoint_id = any (v_ids);
end;
$$;

comment on function private.delete_endpoints_of(text[]) is
'Deletes those of these endpoints that no delivery names any more. The caller holds their locks.';

revoke execute on function private.delete_endpoints_of(text[]) from public, anon, authenticated, service_role;
