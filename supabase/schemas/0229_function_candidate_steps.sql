-- Where few steps are due (due_steps says how many that is), all of them are candidates. Among many, the first of each user
-- and kind is found by hopping along the index, and only users who can be among the first p_limit are looked at further:
-- what is read grows with the users who wait, not with their steps.

create or replace function private.candidate_steps(
  p_limit integer,
  p_providers jsonb,
  p_now timestamptz,
  p_are_few boolean
)
returns table (step_id text, user_id text, kind text, provider text, due_at timestamptz)
language plpgsql
volatile
security invoker
rows 50
set search_path = ''
as $$
begin
  if p_are_few then
    return query
    select soonest.step_id, soonest.user_id, soonest.kind::text, p_providers ->> soonest.kind, soonest.due_at
    from (
      select steps.*
      from private.steps
      -- All that is open, not what is queued: else the planner may read what is queued for later, too.
      where steps.status in ('queued', 'running', 'waiting')
        and steps.due_at <= p_now
      order by steps.due_at
      limit 200
    ) as soonest
    where soonest.status = 'queued'
      and p_providers ? soonest.kind
      and (p_providers ->> soonest.kind <> 'test' or private.is_test(soonest.project_id));
    return;
  end if;

  return query
  select due.step_id, nearest.user_id, kinds.name, nearest.provider, due.due_at
  from private.nearest_users(p_limit, p_providers, p_now) as nearest
  join jsonb_each_text(p_providers) as kinds (name, provider)
    on kinds.provider = nearest.provider
    and (kinds.name = 'cancel_request') = nearest.is_free
  cross join lateral (
    select steps.step_id, steps.due_at
    from private.steps
    where steps.status = 'queued'
      and steps.user_id = nearest.user_id
      -- Not by =, which would make the order below that of due_at alone: then the limit lures the
      -- planner to the index of all that is due, and through it for every user.
      and steps.kind between kinds.name and kinds.name
      and steps.due_at <= p_now
      and (kinds.provider <> 'test' or private.is_test(steps.project_id))
    order by steps.kind, steps.due_at
    limit p_limit
  ) as due;
end;
$$;

comment on function private.candidate_steps(integer, jsonb, timestamptz, boolean) is
'Due queued steps, all that can be among the first p_limit. What nobody here can do is done for a test alone.';

revoke execute on function private.candidate_steps(integer, jsonb, timestamptz, boolean)
from public, anon, authenticated, service_role;
