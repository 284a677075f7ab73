create or replace function private.lock_endpoint(p_endpoint_id text)
returns private.endpoints
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_endpoint private.endpoints;
begin
  select endpoints.*
  into v_endpoint
  from private.endpoints
  where endpoints.endpoint_id = p_endpoint_id
  for no key update;

  if not found then
    raise exception 'Cannot use endpoint "%": no such endpoint', p_endpoint_id using errcode = 'RL404';
  end if;

  perform 1 from private.delivery_lanes where delivery_lanes.lane = p_endpoint_id for no key update;
  return v_endpoint;
end;
$$;

comment on function private.lock_endpoint(text) is 'The endpoint, locked with its lane. Raises RL404.';

revoke execute on function private.lock_endpoint(text) from public, anon, authenticated, service_role;
