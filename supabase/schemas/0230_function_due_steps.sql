-- Which steps a runner may have next, in order: overdue ones, which hold their place at the provider already, then new
-- ones, as many as provider and user have room for and the day's spending cap reaches for, users taking turns.
--
-- Where new ones are due, half of the places are theirs: a provider that answers nothing makes steps overdue faster than
-- they can be asked about, and these would keep all new ones, at every provider, from being begun.
--
-- Where a limit or the cap is set, claims go one after the other, so that what is counted here is still true
-- when the step is claimed.
--
-- Up to a hundred due steps are read as they are; among more, those that come first are looked for.

create or replace function private.due_steps(
  p_limit integer,
  p_providers jsonb,
  p_now timestamptz,
  out overdue text[],
  out queued text[]
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_are_few boolean;
  v_is_paused boolean;
  v_is_limited boolean;
  v_is_capped boolean := private.setting('max_usd_per_day') > 0;
  v_is_something_queued boolean;
begin
  select
    coalesce(bool_or(providers.name = '*' and providers.is_paused), false),
    coalesce(bool_or(
      coalesce(providers.max_in_flight, providers.max_in_flight_per_user) is not null
      or (providers.failures_in_a_row > 0 and providers.failures_in_a_row >= (select private.setting('breaker_failures')))
    ), false)
  into v_is_paused, v_is_limited
  from private.providers;

  if v_is_paused then
    return;
  end if;
  if v_is_limited or v_is_capped then
    perform pg_advisory_xact_lock(hashtextextended('claim', 0));
  end if;

  select
    count(*) <= 100,
    coalesce(bool_or(soonest.status = 'queued'), false),
    array_agg(soonest.step_id order by soonest.due_at) filter (
      where soonest.status <> 'queued' and p_providers ? soonest.kind
    )
  into v_are_few, v_is_something_queued, overdue
  from (
    select steps.step_id, steps.status, steps.kind, steps.due_at
    from private.steps
    where steps.status in ('queued', 'running', 'waiting')
      and steps.due_at <= p_now
    order by steps.due_at
    limit 101
  ) as soonest;

  if not v_are_few then
    overdue := private.overdue_steps(p_limit, p_providers, p_now);
  end if;
  overdue := coalesce(overdue[:p_limit], '{}');
  queued := '{}';
  if not v_is_something_queued and v_are_few then
    return;
  end if;

  queued := case
    when v_is_capped then private.startable_steps(p_limit, p_providers, p_now, v_are_few)
    else array(
      select startable.step_id
      from private.queued_steps(p_limit, p_providers, p_now, v_are_few) as startable
      order by startable.turn, startable.due_at
    )
  end;
  overdue := overdue[:p_limit - least(cardinality(queued), p_limit / 2)];
  queued := queued[:p_limit - cardinality(overdue)];
end;
$$;

comment on function private.due_steps(integer, jsonb, timestamptz) is
'Up to p_limit steps that are due and allowed, fair between users: overdue ones, and queued ones. The caller locks them.';

revoke execute on function private.due_steps(integer, jsonb, timestamptz) from public, anon, authenticated, service_role;
