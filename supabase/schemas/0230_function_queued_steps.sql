-- A user's n-th due step has turn n plus what is in flight for the user already: whoever has least
-- comes first, and five hundred films of one user do not hold up another one's first. Of one user's
-- steps those go first that bring a film nearer to its end.
--
-- Giving a request up takes no place at a provider, it makes one: no limit holds it back.

create or replace function private.queued_steps(p_limit integer, p_providers jsonb, p_now timestamptz)
returns table (step_id text, turn bigint, due_at timestamptz)
language plpgsql
volatile
security invoker
rows 10
set search_path = ''
as $$
begin
  return query
  with recursive
  -- Users with queued steps, by hopping along the index from one to the next
  users (user_id) as (
    (select min(steps.user_id) from private.steps where steps.status = 'queued')
    union all
    select (
      select min(steps.user_id) from private.steps where steps.status = 'queued' and steps.user_id > users.user_id
    )
    from users
    where users.user_id is not null
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
  -- The first due steps of each user, with their turn
  turns as (
    select
      due.step_id,
      due.due_at,
      kinds.provider,
      kinds.name = 'cancel_request' as is_free,
      coalesce(in_flight.n, 0) + row_number() over (
        partition by users.user_id, kinds.provider, kinds.name = 'cancel_request'
        order by kinds.name = 'generate_clip', due.due_at
      ) as turn
    from users
    cross join jsonb_each_text(p_providers) as kinds (name, provider)
    cross join lateral (
      select steps.step_id, steps.due_at
      from private.steps
      where steps.status = 'queued'
        and steps.user_id = users.user_id
        -- Not by =, which would make the order below that of due_at alone: then the limit lures the
        -- planner to the index of all that is due, and through it for every user.
        and steps.kind between kinds.name and kinds.name
        and steps.due_at <= p_now
        -- What nobody here can do is done for a test alone.
        and (kinds.provider <> 'test' or private.is_test(steps.project_id))
      order by steps.kind, steps.due_at
      limit p_limit
    ) as due
    left join in_flight on in_flight.user_id = users.user_id and in_flight.provider = kinds.provider
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
