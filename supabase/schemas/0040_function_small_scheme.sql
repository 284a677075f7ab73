-- HTTPS:// is https:// to whoever calls it; texts of URLs are compared all the same.

create or replace function private.small_scheme(p_url text)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_url ~* '^https?://' then lower(substring(p_url from '^[^:]+')) || substring(p_url from ':.*$')
    else p_url
  end;
end;
$$;

comment on function private.small_scheme(text) is 'A URL with its http or https in small letters.';

revoke execute on function private.small_scheme(text) from public, anon, authenticated, service_role;
