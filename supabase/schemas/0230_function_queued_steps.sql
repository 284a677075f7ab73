-- A user's n-th due step has turn n plus what is in flight for the user already: whoever has least
-- comes first, and five hundred films of one user do not hold up another one's first.

create or replace function private.queued_steps(p_limit integer, p_providers jsonb, p_now timestamptz)
returns table (step_id text, turn bigint, due_at timestamptz)
language sql
stable
security invoker
set search_path = ''
as $$
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
    group by steps.provider, steps.user_id
  ),
  -- Room at each provider; one step feels the way after a row of failures
  room as (
    select
      providers.name,
      providers.max_in_flight_per_user,
      case
        when providers.is_paused or providers.held_until > p_now then 0
        when providers.failures_in_a_row >= private.setting('breaker_failures') then 1
        else coalesce(providers.max_in_flight - coalesce(sum(in_flight.n), 0), p_limit)
      end as n
    from private.providers
    left join in_flight on in_flight.provider = providers.name
    group by providers.name
  ),
  -- The first due steps of each user, with their turn
  turns as (
    select
      due.step_id,
      due.due_at,
      due.provider,
      row_number() over (partition by users.user_id, due.provider order by due.due_at)
        + coalesce(in_flight.n, 0) as turn
    from users
    cross join lateral (
      select steps.step_id, steps.due_at, steps.user_id, p_providers ->> steps.kind as provider
      from private.steps
      where steps.status = 'queued'
        and steps.user_id = users.user_id
        and steps.due_at <= p_now
        and p_providers ? steps.kind
      order by steps.due_at
      limit p_limit
    ) as due
    left join in_flight on in_flight.user_id = due.user_id and in_flight.provider = due.provider
  ),
  -- As many as each provider has room for
  allowed as (
    select turns.*, row_number() over (partition by turns.provider order by turns.turn, turns.due_at) as place, room.n as room
    from turns
    join room on room.name = turns.provider
    where turns.turn <= coalesce(room.max_in_flight_per_user, turns.turn)
  )
  select allowed.step_id, allowed.turn, allowed.due_at
  from allowed
  where allowed.place <= allowed.room
  order by allowed.turn, allowed.due_at
  limit p_limit;
$$;

comment on function private.queued_steps(integer, jsonb, timestamptz) is
'Due queued steps within the limits of their providers, users taking turns.';

revoke execute on function private.queued_steps(integer, jsonb, timestamptz)
from public, anon, authenticated, service_role;
