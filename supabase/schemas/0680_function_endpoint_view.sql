create or replace function private.endpoint_view(p_endpoint private.endpoints)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select to_jsonb(p_endpoint) - array['headers', 'idempotency_key'] || jsonb_build_object(
    'url', private.without_query(p_endpoint.url),
    'header_names', (select coalesce(jsonb_agg(names.name order by names.name), '[]') from jsonb_object_keys(p_endpoint.headers) as names (name)),
    'secrets', (
      select jsonb_agg(
        jsonb_build_object('created_at', endpoint_secrets.created_at, 'expires_at', endpoint_secrets.expires_at)
        order by endpoint_secrets.created_at desc
      )
      from private.endpoint_secrets
      where endpoint_secrets.endpoint_id = p_endpoint.endpoint_id
        and coalesce(endpoint_secrets.expires_at, 'infinity') > private.clock()
    ),
    'held_until', (
      select delivery_lanes.held_until
      from private.delivery_lanes
      where delivery_lanes.lane = p_endpoint.endpoint_id
    ),
    -- No further than that: days of deliveries may wait for a receiver that is away, and whoever looks does so every second.
    'open', (
      select count(*)
      from (
        select 1
        from public.webhook_deliveries
        where webhook_deliveries.lane = p_endpoint.endpoint_id
          and (webhook_deliveries.status = 'pending' or webhook_deliveries.status = 'delivering')
        limit 10000
      ) as counted
    )
  );
$$;

comment on function private.endpoint_view(private.endpoints) is
'An endpoint as an operator sees it: no secret, no header''s value, no query of its URL; of its open deliveries ten thousand are counted at most.';

revoke execute on function private.endpoint_view(private.endpoints) from public, anon, authenticated, service_role;
