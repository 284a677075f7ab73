-- pending → delivering · a delivering one whose lease ran out is claimed again
--
-- The lease is longer than the 30 seconds that one try may take: a repeated post is harmless, because
-- its webhook-id stays the same.

create or replace function private.claim_deliveries(p_limit integer)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  with
  -- What is due, each row for one runner only
  due as (
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.status in ('pending', 'delivering')
      and webhook_deliveries.due_at <= (select private.clock())
    order by webhook_deliveries.due_at
    limit p_limit
    for no key update skip locked
  ),
  -- Under a lease from now on
  claimed as (
    update public.webhook_deliveries
    set
      status = 'delivering',
      claim_token = gen_random_uuid(),
      attempt_count = webhook_deliveries.attempt_count + 1,
      due_at = private.clock() + make_interval(secs => private.setting('lease_seconds.delivery')::double precision),
      updated_at = private.clock()
    from due
    where webhook_deliveries.delivery_id = due.delivery_id
    returning webhook_deliveries.*
  )
  select coalesce(
    jsonb_agg(jsonb_build_object(
      'kind', 'delivery',
      'delivery_id', claimed.delivery_id,
      'claim_token', claimed.claim_token,
      'url', claimed.url,
      'webhook_id', claimed.webhook_id,
      'body', claimed.body,
      'endpoint_id', claimed.endpoint_id,
      'headers', case when claimed.endpoint_id is null then coalesce(job_requests.webhook_headers, '{}') else '{}' end,
      'number', claimed.attempt_count
    )),
    '[]'
  )
  from claimed
  left join private.job_requests using (project_id);
$$;

comment on function private.claim_deliveries(integer) is
'pending → delivering: leases up to p_limit due deliveries, with the client''s own headers.';

revoke execute on function private.claim_deliveries(integer) from public, anon, authenticated, service_role;
