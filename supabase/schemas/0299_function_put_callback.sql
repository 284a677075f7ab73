create or replace function private.put_callback(p_log public.webhook_logs)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.webhook_logs
  values (p_log.*)
  on conflict (webhook_log_id) do update
  set
    status = excluded.status,
    outcome = excluded.outcome,
    error = excluded.error,
    project_id = excluded.project_id,
    duration_ms = excluded.duration_ms,
    processed_at = excluded.processed_at;
end;
$$;

comment on function private.put_callback(public.webhook_logs) is
'Writes down how far a callback is: its row, or what has become of it since it was inserted.';

revoke execute on function private.put_callback(public.webhook_logs) from public, anon, authenticated, service_role;
