-- A callback's row is inserted once it has ended: one version of it instead of two. What something
-- was to read before that, or what waited, is there already.

create or replace function private.put_callback(p_log public.webhook_logs, p_is_there boolean)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if not p_is_there then
    insert into public.webhook_logs values (p_log.*);
    return;
  end if;

  update public.webhook_logs
  set
    status = p_log.status,
    outcome = p_log.outcome,
    error = p_log.error,
    project_id = p_log.project_id,
    duration_ms = p_log.duration_ms,
    processed_at = p_log.processed_at
  where webhook_logs.webhook_log_id = p_log.webhook_log_id;
end;
$$;

comment on function private.put_callback(public.webhook_logs, boolean) is
'Writes down how far a callback is: its row, or, where that is there, what has become of it since.';

revoke execute on function private.put_callback(public.webhook_logs, boolean)
from public, anon, authenticated, service_role;
