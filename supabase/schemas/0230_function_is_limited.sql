create or replace function private.is_limited(p_provider text)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return exists (
    select 1
    from private.providers
    where providers.name = p_provider
      and coalesce(providers.max_in_flight, providers.max_in_flight_per_user) is not null
  );
end;
$$;

comment on function private.is_limited(text) is 'True when somebody may be waiting for a place at this provider.';

revoke execute on function private.is_limited(text) from public, anon, authenticated, service_role;
