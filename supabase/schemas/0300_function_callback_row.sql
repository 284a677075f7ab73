-- A callback as its row would be before anything is done about it.

create or replace function private.callback_row(p_callback jsonb)
returns public.webhook_logs
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_log public.webhook_logs;
begin
  v_log.webhook_log_id := private.new_id('whlog');
  v_log.raw_body := decode(p_callback ->> 'raw_body', 'base64');
  v_log.webhook_id := coalesce(p_callback ->> 'delivery_id', 'sha256:' || encode(sha256(v_log.raw_body), 'hex'));
  v_log.source := p_callback ->> 'source';
  v_log.type := p_callback ->> 'type';
  v_log.request_id := p_callback -> 'result' ->> 'request_id';
  v_log.attempt_id := private.attempt_id_of_token(p_callback ->> 'token');
  v_log.is_token_wrong := p_callback ->> 'token' is not null and v_log.attempt_id is null;
  v_log.headers := coalesce(p_callback -> 'headers', '{}');
  v_log.data := nullif(p_callback -> 'data', 'null');
  v_log.result := nullif(p_callback -> 'result', 'null');
  v_log.error := p_callback ->> 'malformed';
  v_log.status := case when v_log.error is null then 'pending' else 'error' end;
  v_log.retry_count := 0;
  v_log.duplicate_count := 0;
  v_log.received_at := private.clock();
  v_log.processed_at := case when v_log.error is not null then v_log.received_at end;
  return v_log;
end;
$$;

comment on function private.callback_row(jsonb) is
'What receive_callback was given, as a row of webhook_logs that is not inserted: pending, or error where it is malformed.';

revoke execute on function private.callback_row(jsonb) from public, anon, authenticated, service_role;
