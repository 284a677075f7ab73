create or replace function private.part_hash(p_input jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return encode(sha256(convert_to(p_input::text, 'UTF8')), 'hex');
end;
$$;

comment on function private.part_hash(jsonb) is 'SHA-256 in hex of what a part of a film is made from.';

revoke execute on function private.part_hash(jsonb) from public, anon, authenticated, service_role;
