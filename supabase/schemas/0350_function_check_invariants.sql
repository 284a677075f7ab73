-- What must be true at any moment between two transactions. Each row is a broken promise.

create or replace function private.check_invariants()
returns table (invariant text, id text)
language sql
stable
security invoker
set search_path = ''
as $$
  select broken.invariant, broken.id from private.broken_statuses() as broken
  union all
  select broken.invariant, broken.id from private.broken_films() as broken
  union all
  select broken.invariant, broken.id from private.broken_attempts() as broken
  union all
  select broken.invariant, broken.id from private.broken_messages() as broken
  union all
  select broken.invariant, broken.id from private.broken_ledger() as broken;
$$;

comment on function private.check_invariants() is
'One row for each broken invariant, none when all is well. Run by tests and by whoever is on call.';

revoke execute on function private.check_invariants() from public, anon, authenticated, service_role;
