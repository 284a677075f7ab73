-- A step is begun while what is spent, and what the steps before it in this claim will cost, has not
-- reached the day's cap. What costs nothing or saves what was paid for goes on.

create or replace function private.affordable_steps(
  p_limit integer,
  p_providers jsonb,
  p_now timestamptz,
  p_budget numeric,
  p_are_few boolean
)
returns table (step_id text, turn bigint, due_at timestamptz)
language plpgsql
volatile
security invoker
rows 20
set search_path = ''
as $$
begin
  return query
  select priced.step_id, priced.turn, priced.due_at
  from (
    select
      queued.*,
      private.is_free(steps) as is_free,
      sum(case
        when private.is_free(steps) then 0
        else coalesce(private.estimate_cost(steps.kind, private.step_input(steps), p_providers ->> steps.kind), 0)
      end) over (
        order by queued.turn, queued.due_at, queued.step_id
        rows between unbounded preceding and 1 preceding
      ) as before_usd
    from private.queued_steps(p_limit, p_providers, p_now, p_are_few) as queued
    join private.steps using (step_id)
  ) as priced
  where priced.is_free
    or coalesce(priced.before_usd, 0) < p_budget;
end;
$$;

comment on function private.affordable_steps(integer, jsonb, timestamptz, numeric, boolean) is
'Of the queued steps that may be had, those that the day''s budget reaches for.';

revoke execute on function private.affordable_steps(integer, jsonb, timestamptz, numeric, boolean)
from public, anon, authenticated, service_role;
