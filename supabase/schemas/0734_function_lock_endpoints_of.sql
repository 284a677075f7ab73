create or replace function private.lock_endpoints_of(p_user_id text)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return array(
    select endpoints.endpoint_id
    from private.endpoints
    where endpoints.user_id = p_user_id
    order by endpoints.endpoint_id
    for no key update
  );
end;
$$;

comment on function private.lock_endpoints_of(text) is 'Locks a user''s endpoints, in the lock order, and names them.';

revoke execute on function private.lock_endpoints_of(text) from public, anon, authenticated, service_role;
