create or replace function private.replay_flags(p_log public.webhook_logs)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if exists (
    select 1
    from private.seen_deliveries
    where seen_deliveries.source = p_log.source
      and seen_deliveries.webhook_id = p_log.webhook_id
      and seen_deliveries.webhook_log_id <> p_log.webhook_log_id
  ) then
    return '{"outcome": "duplicate"}';
  end if;
  return private.apply_callback(p_log);
end;
$$;

comment on function private.replay_flags(public.webhook_logs) is
'Applies a recorded callback once more, unless the same delivery came again and has a row of its own.';

revoke execute on function private.replay_flags(public.webhook_logs) from public, anon, authenticated, service_role;
