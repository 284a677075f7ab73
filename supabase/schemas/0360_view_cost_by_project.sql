create or replace view private.cost_by_project
with (security_invoker = true)
as
select
  projects.project_id,
  projects.user_id,
  projects.video_id,
  projects.version,
  projects.status,
  count(attempts.attempt_id) as attempts,
  count(*) filter (
    where attempts.request_id is not null and private.attempt_cost(attempts) is null
  ) as unpriced,
  coalesce(sum(private.attempt_cost(attempts)), 0) as usd,
  coalesce(sum(attempts.actual_cost_usd), 0) as actual_usd
from public.projects
left join private.steps on steps.project_id = projects.project_id and steps.kind <> 'cancel_request'
left join private.attempts on attempts.step_id = steps.step_id
group by projects.project_id;

comment on view private.cost_by_project is
'What each film cost: usd is what providers said, else the estimate; unpriced counts requests for which neither is known. As long as attempts are kept.';

revoke all on table private.cost_by_project from public, anon, authenticated, service_role;
