-- The time, for everything in here. The offset lets tests move the clock of every connection.
-- service_role may execute it because the outside worker's chunks have it as a default; the schema
-- stays closed to it.

create or replace function private.clock()
returns timestamptz
language sql
volatile
security definer
set search_path = ''
as $$
  select clock_timestamp() + make_interval(secs => coalesce(
    (select (settings.value #>> '{}')::double precision from private.settings where settings.name = 'clock_offset_seconds'),
    0
  ));
$$;

comment on function private.clock() is 'Now, plus the setting clock_offset_seconds.';

revoke execute on function private.clock() from public, anon, authenticated;
grant execute on function private.clock() to service_role;
