create or replace function private.without_query(p_url text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select regexp_replace(p_url, '[?#].*$', '?***');
$$;

comment on function private.without_query(text) is
'A client''s URL without what may be a secret in it.';

revoke execute on function private.without_query(text) from public, anon, authenticated, service_role;
