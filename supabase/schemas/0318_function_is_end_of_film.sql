create or replace function private.is_end_of_film(p_delivery public.webhook_deliveries)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
  select (p_delivery.endpoint_id is null or p_delivery.endpoint_id = 'notification')
    and p_delivery.type in ('video.generation.completed', 'video.generation.failed', 'video.generation.cancelled');
$$;

comment on function private.is_end_of_film(public.webhook_deliveries) is
'True where it tells the callback_url or the notification service how the film has ended: the last one is the one that holds.';

revoke execute on function private.is_end_of_film(public.webhook_deliveries) from public, anon, authenticated, service_role;
