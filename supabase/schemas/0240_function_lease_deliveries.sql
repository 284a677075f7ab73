-- pending → delivering
--
-- The lease is longer than the 30 seconds that one try may take: a repeated post is harmless, because
-- its webhook-id stays the same.

create or replace function private.lease_deliveries(p_limit integer, p_with_endpoints boolean)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_until timestamptz := v_now + make_interval(secs => private.setting('lease_seconds.delivery')::double precision);
  v_claimed public.webhook_deliveries[];
  v_due record;
  v_lanes text[];
begin
  perform private.end_delivery_leases(v_now);
  select due_lanes.lanes, due_lanes.walked, due_lanes.behind into v_due from private.due_lanes(v_now);
  perform private.form_batches(v_due.lanes, v_now);
  v_lanes := private.lock_lanes(v_due.lanes, v_now);
  -- A page that another claim has just now is that one's turn to keep.
  if cardinality(v_due.walked) > 0 and not v_due.walked && v_lanes then
    v_due.walked := null;
  end if;
  if not p_with_endpoints then
    v_lanes := array(select lanes.lane from unnest(v_lanes) as lanes (lane) where lanes.lane not like 'ep\_%');
  end if;
  if cardinality(v_lanes) = 0 then
    perform private.keep_turn(v_due.walked, v_due.behind, '{}');
    return '[]';
  end if;

  with
  due as (
    select webhook_deliveries.delivery_id
    from private.due_deliveries(p_limit, v_lanes, v_now) as found
    join public.webhook_deliveries using (delivery_id)
    where webhook_deliveries.status = 'pending'
      and webhook_deliveries.due_at <= v_now
    for no key update of webhook_deliveries skip locked
  ),
  claimed as (
    update public.webhook_deliveries
    set
      status = 'delivering',
      claim_token = gen_random_uuid(),
      attempt_count = webhook_deliveries.attempt_count + 1,
      due_at = v_until,
      updated_at = v_now
    from due
    where webhook_deliveries.delivery_id = due.delivery_id
    returning webhook_deliveries.*
  )
  select array_agg(claimed::public.webhook_deliveries) into v_claimed from claimed;

  perform private.take_tokens(v_claimed, v_now);
  perform private.keep_turn(v_due.walked, v_due.behind, v_claimed);
  return private.delivery_work(v_claimed, v_now);
end;
$$;

comment on function private.lease_deliveries(integer, boolean) is
'pending → delivering: leases up to p_limit due deliveries, with all that is needed to send them.';

revoke execute on function private.lease_deliveries(integer, boolean) from public, anon, authenticated, service_role;
