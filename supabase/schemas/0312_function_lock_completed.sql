-- Waits for nobody: whoever has one of these films may wait for another of them. Each attempt is judged as it is
-- once it is locked. Of a film's callbacks one is taken, since each may change what the next one meets.

create or replace function private.lock_completed(p_logs public.webhook_logs[], p_seen text[])
returns table (log public.webhook_logs, project public.projects, step private.steps, attempt private.attempts)
language plpgsql
volatile
rows 20
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- A plan from when the tables were small is kept; there is an index for each of these joins, in their order.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
begin
  return query
  select p_logs[firsts.place], projects, steps, attempts
  from (
    select distinct on (steps.project_id) logs.ordinality as place, logs.attempt_id
    from unnest(p_logs) with ordinality as logs
    join private.attempts using (attempt_id)
    join private.steps using (step_id)
    where logs.webhook_log_id = any (p_seen)
    order by steps.project_id, logs.ordinality
  ) as firsts
  join private.attempts using (attempt_id)
  join private.steps using (step_id)
  join public.projects using (project_id)
  where projects.status in ('generating', 'stitching')
    and attempts.status in ('submitted', 'in_progress')
    and attempts.request_id is not null
    and attempts.actual_cost_usd is null
    and private.is_about(p_logs[firsts.place], attempts, steps)
    and private.is_output_of(steps.kind, p_logs[firsts.place].result -> 'output')
  for no key update of projects, steps, attempts skip locked;
end;
$$;

comment on function private.lock_completed(public.webhook_logs[], text[]) is
'Locks project, step and attempt of the callbacks whose ids are in p_seen, where nobody holds them, the film is running and the attempt is open.';

revoke execute on function private.lock_completed(public.webhook_logs[], text[]) from public, anon, authenticated, service_role;
