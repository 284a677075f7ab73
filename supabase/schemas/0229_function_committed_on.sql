create or replace function private.committed_on(p_project_id text)
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(sum(case ledger.kind when 'release' then -ledger.usd else ledger.usd end), 0)
    from private.ledger
    where ledger.project_id = p_project_id
  );
end;
$$;

comment on function private.committed_on(text) is
'US dollars that are spent on a film and reserved for it, as far as prices are known. By the ledger, which is kept for longer than attempts are.';

revoke execute on function private.committed_on(text) from public, anon, authenticated, service_role;
