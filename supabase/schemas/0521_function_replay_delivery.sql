-- delivery dead | delivered | filtered | skipped → pending

create or replace function public.replay_delivery(p_delivery_id text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_delivery public.webhook_deliveries := private.lock_delivery(p_delivery_id, 'replay');
begin
  if v_delivery.status not in ('dead', 'delivered', 'filtered', 'skipped') then
    raise exception 'Cannot replay delivery "%": it is %, and only one that has ended can be replayed',
      p_delivery_id, v_delivery.status using errcode = 'RL409';
  end if;

  perform private.requeue_delivery(v_delivery, private.clock());
  perform private.record_event(v_delivery.project_id, 'delivery.replayed', null, null, jsonb_build_object(
    'delivery_id', p_delivery_id, 'was', v_delivery.status
  ));
  return jsonb_build_object('delivery_id', p_delivery_id, 'was', v_delivery.status, 'status', 'pending');
end;
$$;

comment on function public.replay_delivery(text) is
'Any that has ended → pending, under the same webhook-id; of a batch, it leaves it. {delivery_id, was, status}. Raises RL404, RL409. Called by webhook-manage.';

revoke execute on function public.replay_delivery(text) from public, anon, authenticated;
grant execute on function public.replay_delivery(text) to service_role;
