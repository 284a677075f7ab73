create or replace function private.budget_left()
returns numeric
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
    select case
      when cap.usd > 0 then greatest(cap.usd - private.spent_today(), 0)
    end
    from (select private.setting('max_usd_per_day') as usd) as cap
  );
end;
$$;

comment on function private.budget_left() is
'US dollars that may still be spent today (UTC) under max_usd_per_day; null without a cap. The caller holds the lock of claims.';

revoke execute on function private.budget_left() from public, anon, authenticated, service_role;
