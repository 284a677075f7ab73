-- Deliveries are looked for while they are kept, at most a week back. The time is asked for once: asked
-- for at each row of a million, it would take longer than all else, and use no index. By when the film ended: one that is
-- preferred years later changes once more.

create or replace function private.broken_messages()
returns table (invariant text, id text)
language sql
stable
security invoker
set search_path = ''
as $$
  select 'the end of a film is delivered to its callback_url', projects.project_id
  from public.projects
  left join private.job_requests using (project_id)
  where projects.status in ('completed', 'failed', 'cancelled')
    and projects.callback_url is not null
    and coalesce(projects.completed_at, projects.updated_at) > (
      select greatest(private.kept_since('deliveries'), private.clock() - interval '7 days')
    )
    and 'video.generation.' || projects.status
      = any (coalesce(job_requests.events, array['video.generation.' || projects.status]))
    and not exists (
      select 1
      from public.webhook_deliveries
      where webhook_deliveries.project_id = projects.project_id
        and webhook_deliveries.endpoint_id is null
        and webhook_deliveries.type = 'video.generation.' || projects.status
    )
  union all
  select 'the notification service hears of the end of a film', projects.project_id
  from public.projects
  join private.job_requests using (project_id)
  where projects.status in ('completed', 'failed')
    and job_requests.is_notified
    and coalesce(projects.completed_at, projects.updated_at) > (
      select greatest(private.kept_since('deliveries'), private.clock() - interval '7 days')
    )
    and not exists (
      select 1
      from public.webhook_deliveries
      where webhook_deliveries.project_id = projects.project_id
        and webhook_deliveries.endpoint_id = 'notification'
        and webhook_deliveries.type = 'video.generation.' || projects.status
    )
  union all
  select 'a delivery that has ended has its last try on record', webhook_deliveries.delivery_id
  from public.webhook_deliveries
  where webhook_deliveries.status in ('delivered', 'dead')
    and webhook_deliveries.attempt_count > 0
    and not exists (
      select 1
      from public.webhook_delivery_attempts
      where webhook_delivery_attempts.delivery_id = webhook_deliveries.delivery_id
        and webhook_delivery_attempts.number = webhook_deliveries.attempt_count
    )
  union all
  select 'an open delivery has a time at which it is tried', webhook_deliveries.delivery_id
  from public.webhook_deliveries
  where webhook_deliveries.status in ('pending', 'delivering')
    and webhook_deliveries.due_at = 'infinity'
  union all
  select 'a delivery knows its lane', webhook_deliveries.delivery_id
  from public.webhook_deliveries
  where webhook_deliveries.status in ('pending', 'delivering')
    and webhook_deliveries.lane <> private.delivery_lane(webhook_deliveries.endpoint_id, webhook_deliveries.url)
    -- What is passed on for a source was in the lane of its URL's host at first.
    and not (webhook_deliveries.endpoint_id like 'source:%' and webhook_deliveries.lane = private.delivery_lane(null, webhook_deliveries.url))
  union all
  select 'what travels in a batch ends with it', webhook_deliveries.delivery_id
  from public.webhook_deliveries
  left join public.webhook_deliveries as batch on batch.delivery_id = webhook_deliveries.batch_id
  where webhook_deliveries.status = 'batched'
    and coalesce(batch.status, 'gone') not in ('pending', 'delivering', 'skipped')
  union all
  select 'an ordered endpoint has one delivery on its way at most', webhook_deliveries.endpoint_id
  from public.webhook_deliveries
  join private.endpoints using (endpoint_id)
  where endpoints.is_ordered
    and endpoints.updated_at < (select private.clock()) - interval '2 minutes'
    and webhook_deliveries.status = 'delivering'
  group by webhook_deliveries.endpoint_id
  having count(*) > 1
  union all
  select 'an endpoint has one secret of today', endpoints.endpoint_id
  from private.endpoints
  where 1 <> (
    select count(*)
    from private.endpoint_secrets
    where endpoint_secrets.endpoint_id = endpoints.endpoint_id
      and endpoint_secrets.expires_at is null
  )
  union all
  select 'a recorded callback has an outcome', webhook_logs.webhook_log_id
  from public.webhook_logs
  where webhook_logs.status = 'pending'
    and webhook_logs.outcome is distinct from 'buffered'
  union all
  select 'a callback that did something was seen', webhook_logs.webhook_log_id
  from public.webhook_logs
  where webhook_logs.outcome in ('applied', 'buffered')
    and webhook_logs.received_at > (select private.clock()) - interval '1 day'
    and not exists (
      select 1
      from private.seen_deliveries
      where seen_deliveries.source = webhook_logs.source
        and seen_deliveries.webhook_id = webhook_logs.webhook_id
    );
$$;

comment on function private.broken_messages() is 'Broken invariants of deliveries and callbacks.';

revoke execute on function private.broken_messages() from public, anon, authenticated, service_role;
