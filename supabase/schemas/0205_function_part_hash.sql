create or replace function private.part_hash(p_input jsonb)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select encode(sha256(convert_to(p_input::text, 'UTF8')), 'hex');
$$;

comment on function private.part_hash(jsonb) is 'SHA-256 in hex of what a part of a film is made from.';

revoke execute on function private.part_hash(jsonb) from public, anon, authenticated, service_role;
