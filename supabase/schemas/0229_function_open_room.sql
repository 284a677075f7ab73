create or replace function private.open_room(p_limit integer, p_now timestamptz)
returns table (provider text, per_user integer, n bigint)
language plpgsql
volatile
security invoker
rows 8
set search_path = ''
as $$
begin
  return query
  select
    providers.name,
    providers.max_in_flight_per_user,
    least(
      p_limit,
      case when providers.max_in_flight is not null then providers.max_in_flight - (
        select count(*)
        from private.steps
        where steps.provider = providers.name
          and steps.status in ('running', 'waiting')
          and steps.kind <> 'cancel_request'
      ) end,
      -- The setting is looked up where something failed, and nowhere else.
      case when providers.failures_in_a_row > 0 and providers.failures_in_a_row >= (select private.setting('breaker_failures')) then 1 - (
        select count(*)
        from private.steps
        where steps.provider = providers.name
          and steps.status = 'running'
          and steps.kind <> 'cancel_request'
          and steps.updated_at >= providers.held_until
      ) end
    )
  from private.providers
  where not providers.is_paused
    and coalesce(providers.held_until <= p_now, true);
end;
$$;

comment on function private.open_room(integer, timestamptz) is
'Open providers and how many steps each has room for; after a row of failures one at a time feels the way.';

revoke execute on function private.open_room(integer, timestamptz) from public, anon, authenticated, service_role;
