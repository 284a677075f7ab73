-- delivering → delivered | pending (another try is due later) | dead

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
  v_delay interval;
begin
  select webhook_deliveries.*
  into v_delivery
  from public.webhook_deliveries
  where webhook_deliveries.delivery_id = p_delivery_id
    and webhook_deliveries.status = 'delivering'
    and webhook_deliveries.claim_token = p_claim_token
  for no key update;

  if not found then
    return 'stale';
  end if;

  insert into public.webhook_delivery_attempts (
    delivery_id, number, status_code, error, duration_ms, response_excerpt, attempted_at
  )
  values (
    p_delivery_id, v_delivery.attempt_count, v_code, p_result ->> 'error',
    (p_result ->> 'duration_ms')::numeric, p_result ->> 'response_excerpt', v_now
  );

  -- 410 Gone says that nobody wants to hear from us there any more.
  v_delay := case when v_code is distinct from 410 then greatest(
    private.delivery_delay(v_delivery.attempt_count),
    make_interval(secs => least(
      coalesce((p_result ->> 'retry_after')::numeric, 0), private.setting('retry_after_cap_seconds')
    )::double precision)
  ) end;
  if private.delivery_delay(v_delivery.attempt_count) is null then
    v_delay := null;
  end if;

  update public.webhook_deliveries
  set
    status = case when v_is_delivered then 'delivered' when v_delay is null then 'dead' else 'pending' end,
    claim_token = null,
    due_at = v_now + coalesce(v_delay, interval '0'),
    status_code = v_code,
    error = case when not v_is_delivered then coalesce(p_result ->> 'error', format('HTTP %s', v_code)) end,
    delivered_at = case when v_is_delivered then v_now end,
    updated_at = v_now
  where webhook_deliveries.delivery_id = p_delivery_id
  returning webhook_deliveries.* into v_delivery;

  perform private.record_event(v_delivery.project_id, 'delivery.' || v_delivery.status, null, null, jsonb_build_object(
    'delivery_id', p_delivery_id, 'try', v_delivery.attempt_count, 'status_code', v_code
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
'delivering → delivered | pending | dead. p_result: {status_code, error, duration_ms, response_excerpt, retry_after}. Called by the runner.';

revoke execute on function public.record_delivery(text, uuid, jsonb) from public, anon, authenticated;
grant execute on function public.record_delivery(text, uuid, jsonb) to service_role;
