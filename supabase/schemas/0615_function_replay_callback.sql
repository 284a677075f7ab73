-- error | pending → success (applied, duplicate, stale) | error | stays pending (buffered)
--
-- Applies what the door once read out of the body, under the rules of the first time. One that was
-- applied is a duplicate, or stale, and nothing changes. Replays of one row go one after the other.

create or replace function public.replay_callback(p_webhook_log_id text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_started_at timestamptz := clock_timestamp();
  v_log public.webhook_logs;
  v_was text;
  v_flags jsonb;
begin
  select webhook_logs.* into v_log from public.webhook_logs where webhook_logs.webhook_log_id = p_webhook_log_id;
  if not found then
    raise exception 'Cannot replay callback "%": no such callback', p_webhook_log_id using errcode = 'RL404';
  elsif private.is_malformed(v_log) then
    raise exception 'Cannot replay callback "%": it was malformed, and there is nothing to apply', p_webhook_log_id using errcode = 'RL409';
  elsif v_log.is_token_wrong then
    raise exception 'Cannot replay callback "%": the token in its URL is not ours', p_webhook_log_id using errcode = 'RL409';
  end if;

  -- The delivery counts as seen again. Another row may have it: the sender's own next try.
  insert into private.seen_deliveries (source, webhook_id, webhook_log_id)
  values (v_log.source, v_log.webhook_id, p_webhook_log_id)
  on conflict do nothing;

  perform private.lock_callback_target(v_log);
  select webhook_logs.*
  into v_log
  from public.webhook_logs
  where webhook_logs.webhook_log_id = p_webhook_log_id
  for no key update;

  if not found then
    raise exception 'Cannot replay callback "%": it has been deleted meanwhile', p_webhook_log_id using errcode = 'RL404';
  end if;

  v_was := v_log.status;
  if v_was = 'success' then
    v_log.outcome := case when v_log.outcome = 'stale' then 'stale' else 'duplicate' end;
    return private.replay_answer(v_log, v_was);
  end if;

  update public.webhook_logs
  set retry_count = webhook_logs.retry_count + 1
  where webhook_logs.webhook_log_id = p_webhook_log_id;

  begin
    v_flags := private.replay_flags(v_log);
    perform private.settle_callback(v_log, v_flags, clock_timestamp() - v_started_at);
  exception
    when others then
      perform private.forget_delivery(v_log, sqlerrm);
  end;

  select webhook_logs.* into v_log from public.webhook_logs where webhook_logs.webhook_log_id = p_webhook_log_id;
  return private.replay_answer(v_log, v_was);
end;
$$;

comment on function public.replay_callback(text) is
'error | pending → success, or error with the new reason. {webhook_log_id, was, status, outcome, error, retry_count}; outcome error: processing raised. Raises RL404, RL409. Called by webhook-manage.';

revoke execute on function public.replay_callback(text) from public, anon, authenticated;
grant execute on function public.replay_callback(text) to service_role;
