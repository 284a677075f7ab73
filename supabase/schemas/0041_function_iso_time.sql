create or replace function private.iso_time(p_at timestamptz)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return to_char(p_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
end;
$$;

comment on function private.iso_time(timestamptz) is 'A time as JSON has it, in UTC with milliseconds.';

revoke execute on function private.iso_time(timestamptz) from public, anon, authenticated, service_role;
