create or replace view private.stuck_work
with (security_invoker = true)
as
select found.what, found.id, found.project_id, found.since, private.clock() - found.since as stuck_for, found.why
from (
  select
    steps.kind || ' ' || steps.status as what,
    steps.step_id as id,
    steps.project_id,
    steps.due_at as since,
    case steps.status
      when 'queued' then 'No runner claims it: is pipeline-step reachable, and is its provider configured?'
      when 'running' then 'Its runner''s lease ran out and no other one claims it: is pipeline-step reachable?'
      else 'Its provider is overdue and no runner asks it: is pipeline-step reachable?'
    end as why
  from private.steps
  where steps.status in ('queued', 'running', 'waiting')
    and steps.due_at < (select private.clock()) - interval '10 minutes'
    -- "not in" is true of nobody where one of them is null.
    and (
      steps.status <> 'queued'
      or steps.user_id not in (select users_without_room.user_id from private.users_without_room())
    )
  union all
  select
    'delivery ' || webhook_deliveries.status,
    webhook_deliveries.delivery_id,
    webhook_deliveries.project_id,
    webhook_deliveries.due_at,
    'No runner sends it: is pipeline-step reachable?'
  from public.webhook_deliveries
  where webhook_deliveries.status in ('pending', 'delivering')
    and webhook_deliveries.due_at < (select private.clock()) - interval '10 minutes'
    and webhook_deliveries.lane not in (select waiting_lanes.lane from private.waiting_lanes())
  union all
  select
    'project ' || projects.status,
    projects.project_id,
    projects.project_id,
    projects.updated_at,
    'It is unfinished and has no open step: retry or cancel it'
  from public.projects
  where projects.status in ('queued', 'storyboarding', 'generating', 'stitching')
    and not exists (
      select 1
      from private.steps
      where steps.project_id = projects.project_id
        and steps.status in ('queued', 'running', 'waiting')
    )
  union all
  select
    'receiver failing',
    delivery_lanes.lane,
    null,
    delivery_lanes.first_failed_at,
    format('%s failures in a row: one delivery at a time feels the way, next at %s', delivery_lanes.failures_in_a_row, delivery_lanes.held_until)
  from private.delivery_lanes
  where delivery_lanes.failures_in_a_row >= private.setting('delivery_breaker_failures')
    and delivery_lanes.first_failed_at < (select private.clock()) - interval '1 hour'
    and private.has_open_deliveries(delivery_lanes.lane)
  union all
  select
    'provider held',
    providers.name,
    null,
    providers.updated_at,
    format('It gets nothing new until %s: %s', providers.held_until, coalesce(providers.hold_reason, 'no reason is known'))
  from private.providers
  where providers.held_until > (select private.clock())
  union all
  select
    'provider paused',
    providers.name,
    null,
    providers.updated_at,
    'It gets nothing new until is_paused is set to false in private.providers'
  from private.providers
  where providers.is_paused
  union all
  select
    'callback buffered',
    webhook_logs.webhook_log_id,
    null,
    webhook_logs.received_at,
    format('Nothing is known of request %s of %s: whose is it?', webhook_logs.request_id, webhook_logs.source)
  from public.webhook_logs
  where webhook_logs.status = 'pending'
    and webhook_logs.received_at < (select private.clock()) - interval '1 hour'
  union all
  select
    'bell unanswered',
    'bell',
    null,
    bell.unanswered_since,
    'No runner answers: do the functions'' URL and the bell''s secret in Vault match, and does pg_net deliver?'
  from private.bell
  where bell.unanswered_since < (select private.clock()) - interval '1 minute'
  union all
  select
    'spending cap reached',
    'max_usd_per_day',
    null,
    private.clock(),
    format('Today''s %s USD have reached it: nothing new is begun before midnight UTC, or before it is raised', private.spent_today())
  where private.budget_left() = 0
) as found;

comment on view private.stuck_work is
'What moves on by nobody: steps and deliveries overdue by 10 minutes, films without an open step, receivers failing for an hour, held or paused providers, callbacks buffered for an hour, an unanswered bell, a reached spending cap. why says what to look at.';

revoke all on table private.stuck_work from public, anon, authenticated, service_role;
