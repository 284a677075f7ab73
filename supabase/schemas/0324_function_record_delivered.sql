-- What arrived where all had gone well before changes nothing else, so that a page of it is one statement and locks
-- no lane.

create or replace function private.record_delivered(p_results jsonb)
returns text[]
language sql
volatile
security invoker
set search_path = ''
as $$
  with
  locked as (
    select webhook_deliveries.delivery_id, results.status_code, results.error, results.duration_ms, results.response_excerpt, results.timing
    from jsonb_to_recordset(p_results) as results (
      delivery_id text, claim_token uuid, status_code integer, error text, duration_ms numeric, response_excerpt text, timing jsonb
    )
    join public.webhook_deliveries using (delivery_id)
    -- None but a delivering one has a token (delivering_delivery_is_claimed).
    where webhook_deliveries.claim_token = results.claim_token
    order by webhook_deliveries.delivery_id
    for no key update of webhook_deliveries
  ),
  instant as materialized (select private.clock() as now),
  ended as (
    update public.webhook_deliveries
    set
      status = 'delivered',
      claim_token = null,
      due_at = instant.now,
      status_code = locked.status_code,
      error = null,
      delivered_at = instant.now,
      updated_at = instant.now
    from locked
    cross join instant
    where webhook_deliveries.delivery_id = locked.delivery_id
    returning webhook_deliveries.*
  ),
  tried as (
    insert into public.webhook_delivery_attempts (
      delivery_id, number, status_code, error, duration_ms, response_excerpt, attempted_at, timing
    )
    select
      ended.delivery_id, ended.attempt_count, ended.status_code, locked.error, locked.duration_ms, locked.response_excerpt,
      ended.delivered_at, nullif(locked.timing, 'null')
    from ended
    join locked using (delivery_id)
  ),
  told as (
    insert into public.pipeline_events (project_id, type, data)
    select ended.project_id, 'delivery.delivered', jsonb_strip_nulls(jsonb_build_object(
      'delivery_id', ended.delivery_id, 'endpoint_id', ended.endpoint_id, 'try', ended.attempt_count, 'status_code', ended.status_code
    ))
    from ended
    order by ended.delivery_id
  )
  select coalesce(array_agg(ended.delivery_id), '{}') from ended;
$$;

comment on function private.record_delivered(jsonb) is
'delivering → delivered for each of the results, all of them plain_results; the ids of those that were not stale.';

revoke execute on function private.record_delivered(jsonb) from public, anon, authenticated, service_role;
