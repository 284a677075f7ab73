create or replace function private.delivery_lane(p_endpoint_id text, p_url text)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_endpoint_id = 'notification' or p_endpoint_id like 'ep\_%' then p_endpoint_id
    else coalesce(lower(substring(p_url from '^[A-Za-z]+://[^/?#]+')), left(p_url, 255))
  end;
end;
$$;

comment on function private.delivery_lane(text, text) is
'The lane of a delivery: its endpoint where it has a standing one, else scheme, host and port of its URL.';

revoke execute on function private.delivery_lane(text, text) from public, anon, authenticated, service_role;
