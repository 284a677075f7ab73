-- A user's n-th due step has turn n plus what is in flight for the user already: whoever has least
-- comes first, and five hundred films of one user do not hold up another one's first. Of one user's
-- steps those go first that bring a film nearer to its end.
--
-- Giving a request up takes no place at a provider, it makes one: no limit holds it back.

create or replace function private.queued_steps(
  p_limit integer,
  p_providers jsonb,
  p_now timestamptz,
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
  with
  room as (select open.* from private.open_room(p_limit, p_now) as open),
  candidates as (
    select
      candidate.*,
      candidate.kind = 'cancel_request' as is_free,
      room.per_user,
      room.n as room
    from private.candidate_steps(p_limit, p_providers, p_now, p_are_few) as candidate
    join room on room.provider = candidate.provider
  ),
  -- Materialized: counted once for each user, not for each step
  in_flight as materialized (
    select pairs.user_id, pairs.provider, (
      select count(*)
      from private.steps
      where steps.status in ('running', 'waiting')
        and steps.kind <> 'cancel_request'
        and steps.user_id = pairs.user_id
        and steps.provider = pairs.provider
    ) as n
    from (select distinct candidates.user_id, candidates.provider from candidates) as pairs
  ),
  turns as (
    select
      candidates.*,
      in_flight.n + row_number() over (
        partition by candidates.user_id, candidates.provider, candidates.is_free
        order by candidates.kind = 'generate_clip', candidates.due_at
      ) as turn
    from candidates
    join in_flight on in_flight.user_id = candidates.user_id and in_flight.provider = candidates.provider
  ),
  -- As many as each provider has room for
  allowed as (
    select
      turns.*,
      row_number() over (partition by turns.provider, turns.is_free order by turns.turn, turns.due_at) as place
    from turns
    where turns.is_free
      or turns.turn <= coalesce(turns.per_user, turns.turn)
  )
  select allowed.step_id, allowed.turn, allowed.due_at
  from allowed
  where allowed.is_free
    or allowed.place <= allowed.room
  order by allowed.turn, allowed.due_at
  limit p_limit;
end;
$$;

comment on function private.queued_steps(integer, jsonb, timestamptz, boolean) is
'Due queued steps within the limits of their providers, users taking turns. p_are_few: all that are due may be read.';

revoke execute on function private.queued_steps(integer, jsonb, timestamptz, boolean)
from public, anon, authenticated, service_role;
