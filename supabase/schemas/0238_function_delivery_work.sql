-- Secrets and header values leave the database here alone, on their way to the runner. Where an endpoint, or what a source is
-- passed on to, has moved meanwhile, a delivery goes to where it is today.

create or replace function private.delivery_work(p_claimed public.webhook_deliveries[], p_now timestamptz)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(
      jsonb_agg(
        jsonb_build_object(
          'kind', 'delivery',
          'delivery_id', claimed.delivery_id,
          'claim_token', claimed.claim_token,
          'url', coalesce(
            endpoints.url,
            (
              select webhook_sources.handler_target
              from private.webhook_sources
              where claimed.endpoint_id like 'source:%'
                and webhook_sources.name = substr(claimed.endpoint_id, 8)
                and webhook_sources.handler_kind = 'delivery'
            ),
            claimed.url
          ),
          'webhook_id', claimed.webhook_id,
          'body', claimed.body,
          'endpoint_id', claimed.endpoint_id,
          'headers', case
            when claimed.endpoint_id is null then coalesce((
              select job_requests.webhook_headers
              from private.job_requests
              where job_requests.project_id = claimed.project_id
            ), '{}')
            else jsonb_strip_nulls(jsonb_build_object(
              'traceparent',
              private.traceparent_of(claimed.project_id, claimed.delivery_id)
            )) || coalesce(endpoints.headers, '{}')
          end,
          'secrets', (
            select jsonb_agg(endpoint_secrets.secret order by endpoint_secrets.created_at desc)
            from private.endpoint_secrets
            where endpoint_secrets.endpoint_id = claimed.endpoint_id
              and coalesce(endpoint_secrets.expires_at, 'infinity') > p_now
          ),
          'number', claimed.attempt_count
        )
        order by claimed.position
      ),
      '[]'
    )
    from unnest(p_claimed) as claimed
    left join private.endpoints using (endpoint_id)
  );
end;
$$;

comment on function private.delivery_work(public.webhook_deliveries[], timestamptz) is
'What a runner needs to send these: where to, the exact body, headers, and an endpoint''s secrets (null: the installation''s).';

revoke execute on function private.delivery_work(public.webhook_deliveries[], timestamptz) from public, anon, authenticated, service_role;
