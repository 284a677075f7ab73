-- Builds the row of a callback, once for each delivery: the twin of a seen one only counts up.
-- Two at the same moment meet at the primary key of seen_deliveries; the second waits for the first.
--
-- It is inserted where something is to read it before the callback is settled. A provider's callback is
-- inserted as it ends, in the same transaction: one version of the row instead of two.

create or replace function private.log_callback(p_callback jsonb)
returns public.webhook_logs
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_raw_body bytea := decode(p_callback ->> 'raw_body', 'base64');
  v_webhook_id text := coalesce(p_callback ->> 'delivery_id', 'sha256:' || encode(sha256(v_raw_body), 'hex'));
  v_log_id text := private.new_id('whlog');
  v_log public.webhook_logs;
begin
  if p_callback ->> 'malformed' is null then
    insert into private.seen_deliveries (source, webhook_id, webhook_log_id, seen_at)
    values (p_callback ->> 'source', v_webhook_id, v_log_id, v_now)
    on conflict do nothing;

    if not found then
      update public.webhook_logs
      set duplicate_count = webhook_logs.duplicate_count + 1
      from private.seen_deliveries
      where seen_deliveries.source = p_callback ->> 'source'
        and seen_deliveries.webhook_id = v_webhook_id
        and webhook_logs.webhook_log_id = seen_deliveries.webhook_log_id
      returning webhook_logs.* into v_log;

      -- What was seen is remembered for longer than its record is kept.
      if not found then
        select seen_deliveries.webhook_log_id
        into v_log.webhook_log_id
        from private.seen_deliveries
        where seen_deliveries.source = p_callback ->> 'source'
          and seen_deliveries.webhook_id = v_webhook_id;
      end if;

      v_log.outcome := 'duplicate';
      return v_log;
    end if;
  end if;

  v_log.webhook_log_id := v_log_id;
  v_log.webhook_id := v_webhook_id;
  v_log.source := p_callback ->> 'source';
  v_log.type := p_callback ->> 'type';
  v_log.status := case when p_callback ->> 'malformed' is null then 'pending' else 'error' end;
  v_log.request_id := p_callback -> 'result' ->> 'request_id';
  v_log.attempt_id := private.attempt_id_of_token(p_callback ->> 'token');
  v_log.is_token_wrong := p_callback ->> 'token' is not null and v_log.attempt_id is null;
  v_log.headers := coalesce(p_callback -> 'headers', '{}');
  v_log.raw_body := v_raw_body;
  v_log.data := nullif(p_callback -> 'data', 'null');
  v_log.result := nullif(p_callback -> 'result', 'null');
  v_log.error := p_callback ->> 'malformed';
  v_log.retry_count := 0;
  v_log.duplicate_count := 0;
  v_log.received_at := v_now;
  v_log.processed_at := case when v_log.error is not null then v_log.received_at end;

  if v_log.error is not null or not private.is_provider(v_log.source) then
    perform private.put_callback(v_log, false);
  end if;
  if v_log.error is not null then
    perform private.record_error('webhook', v_log.error, jsonb_build_object(
      'source', v_log.source, 'webhook_log_id', v_log.webhook_log_id
    ));
  end if;
  return v_log;
end;
$$;

comment on function private.log_callback(jsonb) is
'Takes a callback down. Returns its row, inserted where it is malformed or a custom source''s; with outcome duplicate the row of the delivery that was seen before.';

revoke execute on function private.log_callback(jsonb) from public, anon, authenticated, service_role;
