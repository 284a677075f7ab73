create or replace function private.lock_delivery(p_delivery_id text, p_verb text)
returns public.webhook_deliveries
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_delivery public.webhook_deliveries;
begin
  perform private.lock_receivers(array[p_delivery_id]);

  select webhook_deliveries.*
  into v_delivery
  from public.webhook_deliveries
  where webhook_deliveries.delivery_id = p_delivery_id
  for no key update;

  if not found then
    raise exception 'Cannot % delivery "%": no such delivery', p_verb, p_delivery_id using errcode = 'RL404';
  end if;

  return v_delivery;
end;
$$;

comment on function private.lock_delivery(text, text) is
'Locks a delivery behind its endpoint and lane, and returns it as it is now. Raises RL404, naming the verb.';

revoke execute on function private.lock_delivery(text, text) from public, anon, authenticated, service_role;
