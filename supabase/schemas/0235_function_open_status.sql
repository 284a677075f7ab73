create or replace function private.open_status(p_endpoint_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_endpoint_id like 'ep\_%' and not exists (
      select 1
      from private.endpoints
      where endpoints.endpoint_id = p_endpoint_id
        and endpoints.is_enabled
    ) then 'skipped'
    else 'pending'
  end;
end;
$$;

comment on function private.open_status(text) is
'What a delivery is that has a further try: pending, or skipped where its endpoint was disabled or deleted meanwhile.';

revoke execute on function private.open_status(text) from public, anon, authenticated, service_role;
