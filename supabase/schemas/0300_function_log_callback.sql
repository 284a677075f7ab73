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
  v_given public.webhook_logs := private.callback_row(p_callback);
  v_log public.webhook_logs;
begin
  if v_given.error is null then
    insert into private.seen_deliveries (source, webhook_id, webhook_log_id, seen_at)
    values (v_given.source, v_given.webhook_id, v_given.webhook_log_id, v_given.received_at)
    on conflict do nothing;

    if not found then
      update public.webhook_logs
      set duplicate_count = webhook_logs.duplicate_count + 1
      from private.seen_deliveries
      where seen_deliveries.source = v_given.source
        and seen_deliveries.webhook_id = v_given.webhook_id
        and webhook_logs.webhook_log_id = seen_deliveries.webhook_log_id
      returning webhook_logs.* into v_log;

      -- What was seen is remembered for longer than its record is kept.
      if not found then
        select seen_deliveries.webhook_log_id
        into v_log.webhook_log_id
        from private.seen_deliveries
        where seen_deliveries.source = v_given.source
          and seen_deliveries.webhook_id = v_given.webhook_id;
      end if;

      v_log.outcome := 'duplicate';
      return v_log;
    end if;
  end if;

  if v_given.error is not null or not private.is_provider(v_given.source) then
    perform private.put_callback(v_given, false);
  end if;
  if v_given.error is not null then
    perform private.record_error('webhook', v_given.error, jsonb_build_object(
      'source', v_given.source, 'webhook_log_id', v_given.webhook_log_id
    ));
  end if;
  return v_given;
end;
$$;

comment on function private.log_callback(jsonb) is
'Takes a callback down. Returns its row, inserted where it is malformed or a custom source''s; with outcome duplicate the row of the delivery that was seen before.';

revoke execute on function private.log_callback(jsonb) from public, anon, authenticated, service_role;
