-- A URL may be written in ways that only a URL parser reads: https:/host, or with line breaks in it (WHATWG URL). Whatever it
-- is, nothing behind its host is in a lane, because lanes are shown and a query may hold a secret.

create or replace function private.delivery_lane(p_endpoint_id text, p_url text)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_parts text[];
begin
  if p_endpoint_id = 'notification' or p_endpoint_id like any (array['ep\_%', 'source:%']) then
    return p_endpoint_id;
  end if;

  v_parts := regexp_match(
    regexp_replace(p_url, '[\t\n\r]', '', 'g'),
    '^[\x01-\x20]*([A-Za-z]+):[/\\]*([^/\\?#]+)'
  );
  -- No name of a host is longer, and no index holds what a URL of 2,048 characters may have instead: the end of its film
  -- could not be written down.
  return coalesce(lower(left(v_parts[1] || '://' || v_parts[2], 300)), left(private.without_query(p_url), 255));
end;
$$;

comment on function private.delivery_lane(text, text) is
'The lane of a delivery: its endpoint where it has one, whose URL may change, else scheme, host and port of its URL.';

revoke execute on function private.delivery_lane(text, text) from public, anon, authenticated, service_role;
