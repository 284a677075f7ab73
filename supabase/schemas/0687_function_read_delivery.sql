create or replace function public.read_delivery(p_delivery_id text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select public.browse_delivery(p_delivery_id);
$$;

comment on function public.read_delivery(text) is
'What browse_delivery answers. Called by webhook-manage, at /deliveries/{id}.';

revoke execute on function public.read_delivery(text) from public, anon, authenticated;
grant execute on function public.read_delivery(text) to service_role;
