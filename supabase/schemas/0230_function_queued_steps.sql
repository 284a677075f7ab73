-- A user's n-th due step has turn n plus what is in flight for the user already: whoever has least
-- comes first, and five hundred films of one user do not hold up another one's first. Of one user's
-- steps those go first that bring a film nearer to its end.
--
-- Giving a request up takes no place at a provider, it makes one: no limit holds it back.
--
-- What is read grows with the users who wait, not with the steps that do.

create or replace function private.queued_steps(p_limit integer, p_providers jsonb, p_now timestamptz)
returns table (step_id text, turn bigint, due_at timestamptz)
language plpgsql
volatile
security invoker
rows 20
set search_path = ''
as $$
begin
  return query
  with recursive
  -- The first step of each user and kind, by hopping along the index from one pair to the next
  firsts (user_id, kind, due_at) as (
    (
      select steps.user_id, steps.kind, steps.due_at
      from private.steps
      where steps.status = 'queued'
      order by steps.user_id, steps.kind, steps.due_at
      limit 1
    )
    union all
    select next.user_id, next.kind, next.due_at
    from firsts
    cross join lateral (
      select steps.user_id, steps.kind, steps.due_at
      from private.steps
      where steps.status = 'queued'
        and (steps.user_id, steps.kind) > (firsts.user_id, firsts.kind)
      order by steps.user_id, steps.kind, steps.due_at
      limit 1
    ) as next
  ),
  -- What is in flight, by provider and user
  in_flight as (
    select steps.provider, steps.user_id, count(*) as n
    from private.steps
    where steps.status in ('running', 'waiting')
      and steps.kind <> 'cancel_request'
    group by steps.provider, steps.user_id
  ),
  -- Room at each open provider; one step at a time feels the way after a row of failures
  room as (
    select
      providers.name,
      providers.max_in_flight_per_user,
      least(
        p_limit,
        providers.max_in_flight - coalesce(sum(in_flight.n), 0),
        case when providers.failures_in_a_row >= private.setting('breaker_failures') then 1 - (
          select count(*)
          from private.steps
          where steps.provider = providers.name
            and steps.status = 'running'
            and steps.kind <> 'cancel_request'
            and steps.updated_at >= providers.held_until
        ) end
      ) as n
    from private.providers
    left join in_flight on in_flight.provider = providers.name
    where not providers.is_paused
      and coalesce(providers.held_until <= p_now, true)
    group by providers.name
  ),
  -- Who may begin something there, with the turn of the first step
  openings as (
    select distinct on (firsts.user_id, kinds.provider, firsts.kind = 'cancel_request')
      firsts.user_id,
      kinds.provider,
      firsts.kind = 'cancel_request' as is_free,
      firsts.due_at,
      coalesce(in_flight.n, 0) as before
    from firsts
    join jsonb_each_text(p_providers) as kinds (name, provider) on kinds.name = firsts.kind
    join room on room.name = kinds.provider
    left join in_flight on in_flight.user_id = firsts.user_id and in_flight.provider = kinds.provider
    where firsts.due_at <= p_now
    order by firsts.user_id, kinds.provider, firsts.kind = 'cancel_request', firsts.kind = 'generate_clip', firsts.due_at
  ),
  -- No other user's steps can be among the first p_limit
  nearest as (
    select ranked.*
    from (
      select
        openings.*,
        row_number() over (
          partition by openings.provider, openings.is_free order by openings.before, openings.due_at
        ) as rank
      from openings
    ) as ranked
    where ranked.rank <= p_limit
  ),
  -- Their first due steps, with their turn
  turns as (
    select
      due.step_id,
      due.due_at,
      nearest.provider,
      nearest.is_free,
      nearest.before + row_number() over (
        partition by nearest.user_id, nearest.provider, nearest.is_free
        order by kinds.name = 'generate_clip', due.due_at
      ) as turn
    from nearest
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
        -- What nobody here can do is done for a test alone.
        and (kinds.provider <> 'test' or private.is_test(steps.project_id))
      order by steps.kind, steps.due_at
      limit p_limit
    ) as due
  ),
  -- As many as each provider has room for
  allowed as (
    select
      turns.*,
      room.n as room,
      row_number() over (partition by turns.provider, turns.is_free order by turns.turn, turns.due_at) as place
    from turns
    join room on room.name = turns.provider
    where turns.is_free
      or turns.turn <= coalesce(room.max_in_flight_per_user, turns.turn)
  )
  select allowed.step_id, allowed.turn, allowed.due_at
  from allowed
  where allowed.is_free
    or allowed.place <= allowed.room
  order by allowed.turn, allowed.due_at
  limit p_limit;
end;
$$;

comment on function private.queued_steps(integer, jsonb, timestamptz) is
'Due queued steps within the limits of their providers, users taking turns.';

revoke execute on function private.queued_steps(integer, jsonb, timestamptz)
from public, anon, authenticated, service_role;
