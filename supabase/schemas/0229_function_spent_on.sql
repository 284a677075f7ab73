create or replace function private.spent_on(p_project_id text)
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(sum(ledger.usd), 0)
    from private.ledger
    where ledger.project_id = p_project_id
      and ledger.kind = 'settle'
  );
end;
$$;

comment on function private.spent_on(text) is 'US dollars that a film has cost so far, by the ledger, as far as prices are known.';

revoke execute on function private.spent_on(text) from public, anon, authenticated, service_role;
