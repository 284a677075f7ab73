create or replace function private.forget_delivery(
  p_log public.webhook_logs,
  p_error text,
  p_is_there boolean default true
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_log public.webhook_logs := p_log;
begin
  v_log.status := 'error';
  v_log.outcome := null;
  v_log.error := p_error;
  v_log.duration_ms := round(extract(epoch from clock_timestamp() - statement_timestamp()) * 1000, 3);
  v_log.processed_at := private.clock();
  perform private.put_callback(v_log, p_is_there);

  delete from private.seen_deliveries
  where seen_deliveries.source = p_log.source
    and seen_deliveries.webhook_id = p_log.webhook_id
    and seen_deliveries.webhook_log_id = p_log.webhook_log_id;

  perform private.record_error('webhook', format('Cannot process callback: %s', p_error), jsonb_build_object(
    'source', p_log.source, 'webhook_log_id', p_log.webhook_log_id
  ));
end;
$$;

comment on function private.forget_delivery(public.webhook_logs, text, boolean) is
'pending → error: the callback stays on record, and its delivery counts as unseen, so that the sender''s next try is processed.';

revoke execute on function private.forget_delivery(public.webhook_logs, text, boolean)
from public, anon, authenticated, service_role;
