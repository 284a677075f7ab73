create or replace function private.delivery_story(p_project_id text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      private.delivery_doc(webhook_deliveries) || jsonb_build_object(
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
'The deliveries of a project, as lists show them (delivery_doc), each with its tries.';

revoke execute on function private.delivery_story(text) from public, anon, authenticated, service_role;
