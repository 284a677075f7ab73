create or replace function private.replay_answer(p_log public.webhook_logs, p_was text)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'webhook_log_id', p_log.webhook_log_id,
    'was', p_was,
    'status', p_log.status,
    'outcome', coalesce(p_log.outcome, 'error'),
    'error', p_log.error,
    'retry_count', p_log.retry_count
  );
$$;

comment on function private.replay_answer(public.webhook_logs, text) is
'What a replay answers.';

revoke execute on function private.replay_answer(public.webhook_logs, text) from public, anon, authenticated, service_role;
