create or replace function private.close_endpoints_of(p_user_id text)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_ids text[] := private.lock_endpoints_of(p_user_id);
begin
  update private.endpoints
  set
    is_enabled = false,
    disabled_at = private.clock(),
    disable_reason = 'The data of its user are being deleted',
    updated_at = private.clock()
  where endpoints.endpoint_id = any (v_ids)
    and endpoints.is_enabled;
  return v_ids;
end;
$$;

comment on function private.close_endpoints_of(text) is
'enabled → disabled for a user''s endpoints: nothing more is sent to them. Locks them, in the lock order, and names them.';

revoke execute on function private.close_endpoints_of(text) from public, anon, authenticated, service_role;
