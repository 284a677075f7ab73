-- deliveries dead → pending, in a bounded batch

create or replace function public.redrive_deliveries(p_from timestamptz, p_to timestamptz, p_limit integer default 100)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_ids text[];
  v_delivery public.webhook_deliveries;
  v_count integer := 0;
begin
  v_ids := array(
    select dead.delivery_id
    from private.resendable_deliveries as dead
    where dead.status = 'dead'
      and (p_from is null or dead.created_at >= p_from)
      and (p_to is null or dead.created_at <= p_to)
    order by dead.created_at, dead.delivery_id
    limit p_limit
  );
  perform private.lock_receivers(v_ids);

  for v_delivery in
    select dead.*
    from public.webhook_deliveries as dead
    where dead.delivery_id = any (v_ids)
      and dead.status = 'dead'
      and private.is_resendable(dead)
    order by dead.delivery_id
    for no key update skip locked
  loop
    perform private.requeue_delivery(v_delivery, private.clock());
    perform private.record_event(v_delivery.project_id, 'delivery.redriven', null, null, jsonb_build_object(
      'delivery_id', v_delivery.delivery_id, 'was', v_delivery.status
    ));
    v_count := v_count + 1;
  end loop;

  return jsonb_build_object(
    'redriven', v_count,
    'remaining', (
      select count(*)
      from private.resendable_deliveries as dead
      where dead.status = 'dead'
        and (p_from is null or dead.created_at >= p_from)
        and (p_to is null or dead.created_at <= p_to)
    )
  );
end;
$$;

comment on function public.redrive_deliveries(timestamptz, timestamptz, integer) is
'dead → pending, the oldest p_limit that were queued within the range (null: open) and can be sent. {redriven, remaining}. Called by webhook-manage.';

revoke execute on function public.redrive_deliveries(timestamptz, timestamptz, integer) from public, anon, authenticated;
grant execute on function public.redrive_deliveries(timestamptz, timestamptz, integer) to service_role;
