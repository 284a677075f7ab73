-- Inserts the row of a callback, once for each delivery: the twin of a seen one only counts up.
-- Two at the same moment meet at the primary key of seen_deliveries; the second waits for the first.

create or replace function private.log_callback(p_callback jsonb)
returns public.webhook_logs
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_raw_body bytea := decode(p_callback ->> 'raw_body', 'base64');
  v_webhook_id text := coalesce(p_callback ->> 'delivery_id', 'sha256:' || encode(sha256(v_raw_body), 'hex'));
  v_log_id text := private.new_id('whlog');
  v_attempt_id text := (private.attempt_of_token(p_callback ->> 'token')).attempt_id;
  v_log public.webhook_logs;
begin
  if p_callback ->> 'malformed' is null then
    insert into private.seen_deliveries (source, webhook_id, webhook_log_id)
    values (p_callback ->> 'source', v_webhook_id, v_log_id)
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

  insert into public.webhook_logs (
    webhook_log_id, webhook_id, source, type, status, request_id, attempt_id, is_token_wrong, headers, raw_body,
    data, result, error, processed_at
  )
  values (
    v_log_id,
    v_webhook_id,
    p_callback ->> 'source',
    p_callback ->> 'type',
    case when p_callback ->> 'malformed' is null then 'pending' else 'error' end,
    p_callback -> 'result' ->> 'request_id',
    v_attempt_id,
    p_callback ->> 'token' is not null and v_attempt_id is null,
    coalesce(p_callback -> 'headers', '{}'),
    v_raw_body,
    nullif(p_callback -> 'data', 'null'),
    nullif(p_callback -> 'result', 'null'),
    p_callback ->> 'malformed',
    case when p_callback ->> 'malformed' is not null then private.clock() end
  )
  returning webhook_logs.* into v_log;

  if v_log.error is not null then
    perform private.record_error('webhook', v_log.error, jsonb_build_object(
      'source', v_log.source, 'webhook_log_id', v_log.webhook_log_id
    ));
  end if;
  return v_log;
end;
$$;

comment on function private.log_callback(jsonb) is
'Records a callback. Returns its row; with outcome duplicate the row of the delivery that was seen before.';

revoke execute on function private.log_callback(jsonb) from public, anon, authenticated, service_role;
