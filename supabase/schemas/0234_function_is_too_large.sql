-- What no delivery may exceed, counted in bytes as they are sent: a receiver's own limit is rarely higher.

create or replace function private.is_too_large(p_body text)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return octet_length(p_body) > 1048576;
end;
$$;

comment on function private.is_too_large(text) is 'True for a body of more than 1 MiB, which is never sent.';

revoke execute on function private.is_too_large(text) from public, anon, authenticated, service_role;
