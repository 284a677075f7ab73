create or replace function private.fold_door_requests()
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_row private.door_requests;
  v_folded integer := 0;
begin
  for v_row in
    delete from private.door_requests
    where door_requests.door_request_id in (
      select old.door_request_id
      from private.door_requests as old
      where old.at < (select private.clock()) - interval '8 days'
      order by old.at
      limit 5000
    )
    returning door_requests.*
  loop
    insert into private.door_totals as total (door, status, requests, ms_total, requests_by_ms)
    values (v_row.door, v_row.status, v_row.requests, v_row.ms_total, v_row.requests_by_ms)
    on conflict (door, status) do update
    set
      requests = total.requests + excluded.requests,
      ms_total = total.ms_total + excluded.ms_total,
      requests_by_ms = private.add_counts(total.requests_by_ms, excluded.requests_by_ms);
    v_folded := v_folded + 1;
  end loop;

  return v_folded;
end;
$$;

comment on function private.fold_door_requests() is
'Moves what is older than eight days into door_totals, 5,000 rows at a time. Called by prune_request_counts.';

revoke execute on function private.fold_door_requests() from public, anon, authenticated, service_role;
