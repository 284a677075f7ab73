-- The time, for everything in here. The offset lets tests move the clock of every connection. It is read
-- once a transaction, because a film asks for the time two hundred times.
-- service_role may execute it because the outside worker's chunks have it as a default; the schema
-- stays closed to it.

create or replace function private.clock()
returns timestamptz
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_offset text := nullif(current_setting('reelay.clock_offset', true), '');
begin
  if v_offset is null then
    select settings.value #>> '{}'
    into v_offset
    from private.settings
    where settings.name = 'clock_offset_seconds';

    v_offset := set_config('reelay.clock_offset', coalesce(v_offset, '0'), true);
  end if;

  return clock_timestamp() + make_interval(secs => v_offset::double precision);
end;
$$;

comment on function private.clock() is 'Now, plus the setting clock_offset_seconds.';

revoke execute on function private.clock() from public, anon, authenticated;
grant execute on function private.clock() to service_role;
