-- → pending
--
-- A body that is no JSON travels as its bytes, in base64.

create or replace function private.queue_source_delivery(p_source private.webhook_sources, p_log public.webhook_logs)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into public.webhook_deliveries (endpoint_id, type, url, body)
  values (
    'source:' || p_source.name,
    'webhook.received',
    p_source.handler_target,
    private.event_body('webhook.received', p_log.received_at, jsonb_build_object(
      'source', p_source.name,
      'webhook_log_id', p_log.webhook_log_id,
      'id', p_log.webhook_id,
      'type', p_log.type,
      'body', p_log.data,
      'raw_body', case when p_log.data is null then translate(encode(p_log.raw_body, 'base64'), e'\n', '') end
    )::json)
  );
$$;

comment on function private.queue_source_delivery(private.webhook_sources, public.webhook_logs) is
'→ pending: passes a custom source''s callback on to the URL that its row names, signed as every delivery is.';

revoke execute on function private.queue_source_delivery(private.webhook_sources, public.webhook_logs) from public, anon, authenticated, service_role;
