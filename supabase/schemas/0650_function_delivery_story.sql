create or replace function private.delivery_story(p_project_id text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      to_jsonb(webhook_deliveries) - 'claim_token' - 'body' || jsonb_build_object(
        'url', private.without_query(webhook_deliveries.url),
        'tries', (
          select coalesce(jsonb_agg(to_jsonb(tries) - 'delivery_id' order by tries.number), '[]')
          from public.webhook_delivery_attempts as tries
          where tries.delivery_id = webhook_deliveries.delivery_id
        )
      )
      order by webhook_deliveries.created_at
    ),
    '[]'
  )
  from public.webhook_deliveries
  where webhook_deliveries.project_id = p_project_id;
$$;

comment on function private.delivery_story(text) is
'The deliveries of a project, each with its tries; no query of the clients URL, no claim token.';

revoke execute on function private.delivery_story(text) from public, anon, authenticated, service_role;
