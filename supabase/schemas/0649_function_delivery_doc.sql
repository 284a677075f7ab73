create or replace function private.delivery_doc(p_delivery public.webhook_deliveries)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select to_jsonb(p_delivery) - 'claim_token' - 'body' || jsonb_build_object(
    'url', private.without_query(p_delivery.url),
    'lane', private.without_query(p_delivery.lane)
  );
$$;

comment on function private.delivery_doc(public.webhook_deliveries) is
'A delivery as lists show it: no body, no claim token, no query of the client''s URL.';

revoke execute on function private.delivery_doc(public.webhook_deliveries) from public, anon, authenticated, service_role;
