create or replace function private.iso_time(p_at timestamptz)
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select to_char(p_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
$$;

comment on function private.iso_time(timestamptz) is 'A time as JSON has it, in UTC with milliseconds.';

revoke execute on function private.iso_time(timestamptz) from public, anon, authenticated, service_role;
