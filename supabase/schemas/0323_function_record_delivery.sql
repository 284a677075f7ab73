-- delivering → delivered | pending (another try is due later) | dead | skipped (its endpoint was disabled meanwhile)

create or replace function public.record_delivery(p_delivery_id text, p_claim_token uuid, p_result jsonb)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_code integer := (p_result ->> 'status_code')::integer;
  v_is_delivered boolean := coalesce(v_code between 200 and 299, false);
  v_delivery public.webhook_deliveries;
  v_wait interval;
begin
  perform private.lock_receivers(array[p_delivery_id]);

  select webhook_deliveries.*
  into v_delivery
  from public.webhook_deliveries
  where webhook_deliveries.delivery_id = p_delivery_id
    -- None but a delivering one has a token (delivering_delivery_is_claimed).
    and webhook_deliveries.claim_token = p_claim_token
  for no key update;

  if not found then
    return 'stale';
  end if;

  insert into public.webhook_delivery_attempts (
    delivery_id, number, status_code, error, duration_ms, response_excerpt, attempted_at, timing
  )
  values (
    p_delivery_id, v_delivery.attempt_count, v_code, p_result ->> 'error',
    (p_result ->> 'duration_ms')::numeric, p_result ->> 'response_excerpt', v_now, nullif(p_result -> 'timing', 'null')
  );

  -- 410 Gone says that nobody wants to hear from us there any more.
  if v_code is distinct from 410 then
    v_wait := private.delivery_wait(
      v_delivery.attempt_count - v_delivery.tries_before, (p_result ->> 'retry_after')::numeric
    );
  end if;

  update public.webhook_deliveries
  set
    status = case
      when v_is_delivered then 'delivered'
      when v_wait is null then 'dead'
      else private.open_status(webhook_deliveries.endpoint_id)
    end,
    claim_token = null,
    due_at = v_now + coalesce(v_wait, interval '0'),
    status_code = v_code,
    error = case when not v_is_delivered then coalesce(p_result ->> 'error', format('HTTP %s', v_code)) end,
    delivered_at = case when v_is_delivered then v_now end,
    updated_at = v_now
  where webhook_deliveries.delivery_id = p_delivery_id
  returning webhook_deliveries.* into v_delivery;

  perform private.end_batch(v_delivery);
  perform private.note_lane(v_delivery.lane, v_code, v_now);
  perform private.note_endpoint(v_delivery.endpoint_id, v_code, v_now);
  perform private.record_event(v_delivery.project_id, 'delivery.' || v_delivery.status, null, null, jsonb_build_object(
    'delivery_id', p_delivery_id, 'endpoint_id', v_delivery.endpoint_id, 'try', v_delivery.attempt_count, 'status_code', v_code
  ));
  if not v_is_delivered then
    perform private.record_error('delivery', format('Cannot deliver %s: %s', v_delivery.type, v_delivery.error), jsonb_build_object(
      'project_id', v_delivery.project_id, 'delivery_id', p_delivery_id, 'try', v_delivery.attempt_count
    ), case when v_delivery.status = 'dead' then 'error' else 'warning' end);
  end if;
  return 'applied';
end;
$$;

comment on function public.record_delivery(text, uuid, jsonb) is
'delivering → delivered | pending | dead | skipped. p_result: {status_code, error, duration_ms, response_excerpt, retry_after, timing}. Called by the runner.';

revoke execute on function public.record_delivery(text, uuid, jsonb) from public, anon, authenticated;
grant execute on function public.record_delivery(text, uuid, jsonb) to service_role;
