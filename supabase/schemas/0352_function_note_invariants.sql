-- It reads all that is kept, seconds for each million of rows: too much for whoever asks how things are.

create or replace function private.note_invariants()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended('invariants', 0)) then
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
end;
$$;

comment on function private.note_invariants() is
'Looks at all invariants, and keeps what it found for read_health and read_queue. Called by pg_cron.';

revoke execute on function private.note_invariants() from public, anon, authenticated, service_role;
