create or replace function private.spent_today()
returns numeric
language plpgsql
volatile
security invoker
set search_path = ''
-- Claims keep one plan for all days, and it is not to be the one that reads them all: there is an index.
set enable_seqscan = off
as $$
declare
  -- Asked once: a volatile function in the condition is asked for each row that there is, and uses no index.
  v_since timestamptz := private.day_began();
begin
  return (
    select coalesce(sum(private.attempt_cost(attempts)), 0)
    from private.attempts
    where attempts.created_at >= v_since
      and coalesce(attempts.actual_cost_usd, attempts.estimated_cost_usd) is not null
  );
end;
$$;

comment on function private.spent_today() is 'US dollars that the attempts of this day (UTC) cost, as far as their prices are known.';

revoke execute on function private.spent_today() from public, anon, authenticated, service_role;
