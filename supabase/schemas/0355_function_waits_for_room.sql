-- Which provider a queued step will have is known to the runner alone, so any that has no room explains
-- why the step is still waiting.

create or replace function private.waits_for_room(p_user_id text)
returns boolean
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.budget_left() is not distinct from 0
    or exists (
      select 1
      from private.providers
      cross join lateral (
        select count(*) as n, count(*) filter (where steps.user_id = p_user_id) as n_of_user
        from private.steps
        where steps.provider = providers.name
          and steps.status in ('running', 'waiting')
          and steps.kind <> 'cancel_request'
      ) as in_flight
      where providers.is_paused
        or providers.held_until > private.clock()
        or in_flight.n >= providers.max_in_flight
        or in_flight.n_of_user >= providers.max_in_flight_per_user
    );
$$;

comment on function private.waits_for_room(text) is
'True when a limit, a switch, a held provider or the spending cap may be why this user''s queued steps are not claimed.';

revoke execute on function private.waits_for_room(text) from public, anon, authenticated, service_role;
