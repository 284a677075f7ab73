-- pending → success (applied, duplicate, stale) | error (unknown) | stays pending (buffered)

create or replace function private.settled_row(p_log public.webhook_logs, p_flags jsonb, p_took interval)
returns public.webhook_logs
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_log public.webhook_logs := p_log;
  v_outcome text := p_flags ->> 'outcome';
begin
  v_log.status := case v_outcome when 'buffered' then 'pending' when 'unknown' then 'error' else 'success' end;
  v_log.outcome := v_outcome;
  v_log.error := p_flags ->> 'reason';
  v_log.project_id := p_flags ->> 'project_id';
  v_log.duration_ms := round(extract(epoch from p_took) * 1000, 3);
  v_log.processed_at := case when v_outcome <> 'buffered' then private.clock() end;
  return v_log;
end;
$$;

comment on function private.settled_row(public.webhook_logs, jsonb, interval) is
'A callback''s row with what has become of it, {outcome, reason, project_id}, not yet written.';

revoke execute on function private.settled_row(public.webhook_logs, jsonb, interval) from public, anon, authenticated, service_role;
