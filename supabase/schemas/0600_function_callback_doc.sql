create or replace function private.callback_doc(p_log public.webhook_logs)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'webhook_log_id', p_log.webhook_log_id,
    'webhook_id', p_log.webhook_id,
    'source', p_log.source,
    'type', p_log.type,
    'status', p_log.status,
    'outcome', p_log.outcome,
    'request_id', p_log.request_id,
    'project_id', p_log.project_id,
    'attempt_id', p_log.attempt_id,
    'error', p_log.error,
    -- What is small as it is stored may be large all the same: it is compressed.
    'data', case when pg_column_size(p_log.data) <= 65536 and octet_length(p_log.data::text) <= 65536 then p_log.data end,
    'retry_count', p_log.retry_count,
    'duplicate_count', p_log.duplicate_count,
    'duration_ms', p_log.duration_ms,
    'received_at', p_log.received_at,
    'processed_at', p_log.processed_at
  );
$$;

comment on function private.callback_doc(public.webhook_logs) is
'A callback as lists show it: no headers, no raw body, no data that is larger than 64 KiB.';

revoke execute on function private.callback_doc(public.webhook_logs) from public, anon, authenticated, service_role;
