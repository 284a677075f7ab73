create or replace function private.day_began()
returns timestamptz
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return date_trunc('day', private.clock() at time zone 'utc') at time zone 'utc';
end;
$$;

comment on function private.day_began() is 'When this day began, in UTC: what is spent is counted from there.';

revoke execute on function private.day_began() from public, anon, authenticated, service_role;
