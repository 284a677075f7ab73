-- Records a verified callback before it does anything, then applies it.
--
-- p_callback: {source, delivery_id, token, type, headers, raw_body (base64), data, malformed, result}.
-- If applying raises, the record stays (status error), the delivery counts as unseen, and the sender's
-- next try is processed again.

create or replace function public.receive_callback(p_callback jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_started_at timestamptz := clock_timestamp();
  v_log public.webhook_logs;
  v_is_there boolean := not private.is_provider(p_callback ->> 'source');
  v_flags jsonb;
begin
  v_log := private.log_callback(p_callback);

  if v_log.outcome = 'duplicate' then
    return private.callback_answer(v_log, 'duplicate', '{}');
  elsif p_callback ->> 'malformed' is not null then
    return private.callback_answer(v_log, 'malformed', '{}');
  end if;

  begin
    v_flags := private.apply_callback(v_log);
  exception
    when others then
      perform private.forget_delivery(v_log, sqlerrm, v_is_there);
      return private.callback_answer(v_log, 'error', '{}');
  end;

  perform private.settle_callback(v_log, v_flags, clock_timestamp() - v_started_at, v_is_there);
  return private.callback_answer(v_log, v_flags ->> 'outcome', v_flags);
end;
$$;

comment on function public.receive_callback(jsonb) is
'Records and applies a callback that passed its signature. Outcome applied, duplicate, stale, buffered, unknown, malformed, or error. Called by the doors.';

revoke execute on function public.receive_callback(jsonb) from public, anon, authenticated;
grant execute on function public.receive_callback(jsonb) to service_role;
