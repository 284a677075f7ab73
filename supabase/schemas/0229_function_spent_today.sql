create or replace function private.spent_today()
returns numeric
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(sum(private.attempt_cost(attempts)), 0)
    from private.attempts
    where attempts.created_at >= date_trunc('day', private.clock() at time zone 'utc') at time zone 'utc'
      and coalesce(attempts.actual_cost_usd, attempts.estimated_cost_usd) is not null
  );
end;
$$;

comment on function private.spent_today() is 'US dollars that the attempts of this day (UTC) cost, as far as their prices are known.';

revoke execute on function private.spent_today() from public, anon, authenticated, service_role;
