-- Which provider a queued step will have is known to the runner alone, so any that has no room explains
-- why the step is still waiting.

create or replace function private.users_without_room()
returns table (user_id text)
language plpgsql
stable
rows 100
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
begin
  if private.budget_left() is not distinct from 0 or exists (
    select 1
    from private.providers
    where providers.is_paused
      or private.is_left_alone(providers, v_now)
      or providers.max_in_flight <= (
        select count(*)
        from private.steps
        where steps.provider = providers.name
          and steps.status in ('running', 'waiting')
          and steps.kind <> 'cancel_request'
      )
  ) then
    return query select null::text;
    return;
  end if;

  return query
  select steps.user_id
  from private.providers
  join private.steps on steps.provider = providers.name
  where providers.max_in_flight_per_user is not null
    and steps.status in ('running', 'waiting')
    and steps.kind <> 'cancel_request'
  group by providers.name, steps.user_id
  having count(*) >= providers.max_in_flight_per_user;
end;
$$;

comment on function private.users_without_room() is
'Users whose queued steps a limit may keep from being claimed; null: everybody''s, by a switch, a held provider, a limit or the spending cap.';

revoke execute on function private.users_without_room() from public, anon, authenticated, service_role;
