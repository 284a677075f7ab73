-- Behind an endpoint's oldest deliveries come younger ones, a batch behind the events in it.

create or replace function private.messages_of(p_endpoint_ids text[], p_limit integer)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_endpoint_id text;
  v_ids text[] := '{}';
begin
  foreach v_endpoint_id in array p_endpoint_ids loop
    v_ids := v_ids || array(
      select webhook_deliveries.delivery_id
      from public.webhook_deliveries
      where webhook_deliveries.endpoint_id = v_endpoint_id
      order by webhook_deliveries.created_at
      limit p_limit - cardinality(v_ids)
    );
  end loop;
  return v_ids;
end;
$$;

comment on function private.messages_of(text[], integer) is
'Ids of p_limit deliveries at most: the oldest to these endpoints.';

revoke execute on function private.messages_of(text[], integer) from public, anon, authenticated, service_role;
