create or replace function public.read_delivery(p_delivery_id text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select private.delivery_view(webhook_deliveries) || jsonb_build_object(
    'body', webhook_deliveries.body,
    'tries', (
      select coalesce(jsonb_agg(to_jsonb(tries) - 'delivery_id' order by tries.number), '[]')
      from public.webhook_delivery_attempts as tries
      where tries.delivery_id = webhook_deliveries.delivery_id
    )
  )
  from public.webhook_deliveries
  where webhook_deliveries.delivery_id = p_delivery_id;
$$;

comment on function public.read_delivery(text) is
'A delivery with its body and each of its tries; null for an unknown id. Called by webhook-manage.';

revoke execute on function public.read_delivery(text) from public, anon, authenticated;
grant execute on function public.read_delivery(text) to service_role;
