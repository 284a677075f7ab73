-- pending → success (applied, duplicate, stale) | error (unknown) | stays pending (buffered)

create or replace function private.settle_callback(
  p_log public.webhook_logs,
  p_flags jsonb,
  p_took interval,
  p_is_there boolean default true
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_outcome text := p_flags ->> 'outcome';
  v_log public.webhook_logs := p_log;
begin
  v_log.status := case v_outcome when 'buffered' then 'pending' when 'unknown' then 'error' else 'success' end;
  v_log.outcome := v_outcome;
  v_log.error := p_flags ->> 'reason';
  v_log.project_id := p_flags ->> 'project_id';
  v_log.duration_ms := round(extract(epoch from p_took) * 1000, 3);
  v_log.processed_at := case when v_outcome <> 'buffered' then private.clock() end;
  perform private.put_callback(v_log, p_is_there);

  -- A callback with a token that is not ours must not make the genuine one look like its repetition.
  if v_outcome = 'unknown' then
    delete from private.seen_deliveries
    where seen_deliveries.source = p_log.source
      and seen_deliveries.webhook_id = p_log.webhook_id;

    perform private.record_error('webhook', p_flags ->> 'reason', jsonb_build_object(
      'source', p_log.source, 'webhook_log_id', p_log.webhook_log_id
    ), 'warning');
  end if;
end;
$$;

comment on function private.settle_callback(public.webhook_logs, jsonb, interval, boolean) is
'pending → success | error, or stays pending while it is buffered.';

revoke execute on function private.settle_callback(public.webhook_logs, jsonb, interval, boolean)
from public, anon, authenticated, service_role;
