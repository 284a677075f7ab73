create or replace function private.broken_ledger()
returns table (invariant text, id text)
language sql
stable
security invoker
set search_path = ''
as $$
  select 'what is reserved and spent in the ledger is what the attempts say', attempts.attempt_id
  from private.attempts
  left join (
    select
      ledger.attempt_id,
      sum(case ledger.kind when 'reserve' then ledger.usd when 'release' then -ledger.usd end) as reserved,
      sum(ledger.usd) filter (where ledger.kind = 'settle') as spent
    from private.ledger
    group by ledger.attempt_id
  ) as entries using (attempt_id)
  where coalesce(entries.reserved, 0) <> case when attempts.ended_at is null then coalesce(attempts.estimated_cost_usd, 0) else 0 end
    or coalesce(entries.spent, 0) <> case when attempts.ended_at is null then 0 else coalesce(private.attempt_cost(attempts), 0) end
  union all
  select 'a film costs no more than was estimated', projects.project_id
  from public.projects
  where projects.estimated_cost_usd < private.spent_on(projects.project_id)
  union all
  select 'a test costs nothing', projects.project_id
  from public.projects
  where projects.execution_mode = 'test'
    and exists (select 1 from private.ledger where ledger.project_id = projects.project_id);
$$;

comment on function private.broken_ledger() is 'Broken invariants of money.';

revoke execute on function private.broken_ledger() from public, anon, authenticated, service_role;
