create or replace view private.cost_by_user_and_day
with (security_invoker = true)
as
select
  steps.user_id,
  (attempts.created_at at time zone 'utc')::date as day,
  count(distinct steps.project_id) as projects,
  count(*) as attempts,
  count(*) filter (
    where attempts.request_id is not null and private.attempt_cost(attempts) is null
  ) as unpriced,
  coalesce(sum(private.attempt_cost(attempts)), 0) as usd,
  coalesce(sum(attempts.actual_cost_usd), 0) as actual_usd
from private.steps
join private.attempts using (step_id)
where steps.kind <> 'cancel_request'
group by steps.user_id, (attempts.created_at at time zone 'utc')::date;

comment on view private.cost_by_user_and_day is
'What each user''s attempts cost, by day (UTC); the columns are those of private.cost_by_project.';

revoke all on table private.cost_by_user_and_day from public, anon, authenticated, service_role;
