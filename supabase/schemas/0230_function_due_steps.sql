-- Which steps a runner may have next, in order: overdue ones first (they hold their place at the
-- provider already), then new ones, as many as provider and user have room for and the day's spending
-- cap reaches for, users taking turns.
--
-- Where a limit or the cap is set, claims go one after the other, so that what is counted here is still true
-- when the step is claimed.

create or replace function private.due_steps(p_limit integer, p_providers jsonb)
returns table (step_id text, status text, place bigint)
language plpgsql
volatile
security invoker
rows 20
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_budget numeric;
begin
  if exists (select 1 from private.providers where providers.name = '*' and providers.is_paused) then
    return;
  end if;
  if private.setting('max_usd_per_day') > 0
    or exists (
      select 1
      from private.providers
      where coalesce(providers.max_in_flight, providers.max_in_flight_per_user) is not null
        or providers.failures_in_a_row >= private.setting('breaker_failures')
    ) then
    perform pg_advisory_xact_lock(hashtextextended('claim', 0));
    v_budget := private.budget_left();
  end if;
  if v_budget = 0 and exists (
    select 1
    from private.steps
    where steps.status = 'queued'
      and steps.due_at <= v_now
      and steps.kind not in ('store_film', 'store_captions', 'check_frame', 'cancel_request')
  ) then
    perform private.note_spending_cap();
  end if;

  return query
  with
  overdue as (
    select steps.step_id, steps.status, steps.due_at
    from private.steps
    where steps.status in ('running', 'waiting')
      and steps.due_at <= v_now
      and p_providers ? steps.kind
    order by steps.due_at
    limit p_limit
  ),
  fresh as (
    select queued.step_id, queued.turn, queued.due_at
    from private.affordable_steps(p_limit, p_providers, v_now, v_budget) as queued
  )
  select ordered.step_id, ordered.status, row_number() over (order by ordered.turn, ordered.due_at)
  from (
    select overdue.step_id, overdue.status, 0::bigint as turn, overdue.due_at from overdue
    union all
    select fresh.step_id, 'queued', fresh.turn, fresh.due_at from fresh
  ) as ordered
  order by ordered.turn, ordered.due_at
  limit p_limit;
end;
$$;

comment on function private.due_steps(integer, jsonb) is
'Up to p_limit steps that are due and allowed, fair between users. The caller locks them.';

revoke execute on function private.due_steps(integer, jsonb) from public, anon, authenticated, service_role;
