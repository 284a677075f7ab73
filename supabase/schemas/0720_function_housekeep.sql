-- Deletes what is older than keep_days.* and belongs to no unfinished project. A page of each kind at a
-- time, until all are through or housekeeping_seconds are over: the next run goes on where it stopped.
-- Behind each page it rests for twice as long as that took: films have the rest of its core, and the log.

create or replace function private.housekeep()
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_until timestamptz := clock_timestamp()
    + make_interval(secs => private.setting('housekeeping_seconds')::double precision);
  v_limit integer := private.setting('housekeeping_rows')::integer;
  v_open text[] := array['events', 'attempts', 'callbacks', 'deliveries', 'errors', 'seen_deliveries'];
  v_what text;
  v_since timestamptz;
  v_page record;
  v_deleted jsonb := '{}';
begin
  if not pg_try_advisory_xact_lock(hashtextextended('housekeeping', 0)) then
    return v_deleted;
  end if;

  while cardinality(v_open) > 0 loop
    foreach v_what in array v_open loop
      v_since := clock_timestamp();
      select * into v_page from private.prune_page(v_what, v_limit);
      v_deleted := v_deleted
        || jsonb_build_object(v_what, coalesce((v_deleted ->> v_what)::integer, 0) + v_page.deleted);
      if v_page.is_last then
        v_open := array_remove(v_open, v_what);
      end if;
      if clock_timestamp() >= v_until then
        return v_deleted;
      end if;
      perform pg_sleep_for(least(2 * (clock_timestamp() - v_since), v_until - clock_timestamp()));
    end loop;
  end loop;
  return v_deleted;
end;
$$;

comment on function private.housekeep() is
'Retention, bounded in rows and time. Returns how many rows of each kind were deleted. Called by pg_cron.';

revoke execute on function private.housekeep() from public, anon, authenticated, service_role;
