-- The time, for everything in here. The offset lets tests move the clock of every connection.

create or replace function private.clock()
returns timestamptz
language sql
volatile
security invoker
set search_path = ''
as $$
  select clock_timestamp() + make_interval(secs => coalesce(
    (select (settings.value #>> '{}')::double precision from private.settings where settings.name = 'clock_offset_seconds'),
    0
  ));
$$;

comment on function private.clock() is 'Now, plus the setting clock_offset_seconds.';

revoke execute on function private.clock() from public, anon, authenticated, service_role;
