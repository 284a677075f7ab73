-- It reads all that is kept, seconds for each million of rows: too much for whoever asks how things are, and where much is
-- kept too much for every quarter of an hour. A look may take a twentieth of the time; one that statement_timeout (two
-- minutes of the role that Supabase has for pg_cron) breaks off counts too.

create or replace function private.note_invariants()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_began timestamptz := clock_timestamp();
begin
  if not pg_try_advisory_xact_lock(hashtextextended('invariants', 0)) or exists (
    select 1
    from private.invariant_check
    where invariant_check.tried_at + 20 * invariant_check.took > v_began
      -- What takes less takes no twentieth of a quarter of an hour.
      and invariant_check.took > interval '45 seconds'
      -- A clock that was set back keeps nobody from looking.
      and invariant_check.tried_at <= v_began
  ) then
    return;
  end if;

  insert into private.invariant_check (checked_at, broken, first_broken)
  select
    clock_timestamp(),
    count(*),
    coalesce(
      jsonb_agg(jsonb_build_object('invariant', found.invariant, 'id', found.id) order by found.place)
        filter (where found.place <= 100),
      '[]'
    )
  from (
    select broken.invariant, broken.id, row_number() over (order by broken.invariant, broken.id) as place
    from private.check_invariants() as broken
  ) as found
  on conflict (is_only) do update
  set
    checked_at = excluded.checked_at,
    broken = excluded.broken,
    first_broken = excluded.first_broken;

  update private.invariant_check set tried_at = v_began, took = clock_timestamp() - v_began;
exception
  when query_canceled then
    update private.invariant_check set tried_at = v_began, took = clock_timestamp() - v_began;
end;
$$;

comment on function private.note_invariants() is
'Looks at all invariants, and keeps what it found for read_health and read_queue; not before twenty times as long as the last look took. Called by pg_cron.';

revoke execute on function private.note_invariants() from public, anon, authenticated, service_role;
