-- Writes down what has become of a callback, and lets its genuine twin in where it was unknown.

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
begin
  perform private.put_callback(private.settled_row(p_log, p_flags, p_took), p_is_there);

  -- A callback with a token that is not ours must not make the genuine one look like its repetition.
  if p_flags ->> 'outcome' = 'unknown' then
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
