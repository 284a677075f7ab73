create or replace function private.provider_view(p_name text)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'name', providers.name,
    'is_paused', providers.is_paused,
    'max_in_flight', providers.max_in_flight,
    'max_in_flight_per_user', providers.max_in_flight_per_user,
    'in_flight', (
      select count(*)
      from private.steps
      where steps.provider = providers.name
        and steps.status in ('running', 'waiting')
        and steps.kind <> 'cancel_request'
    ),
    'held_until', case when providers.held_until > private.clock() then providers.held_until end,
    'hold_reason', providers.hold_reason,
    'failures_in_a_row', providers.failures_in_a_row,
    'updated_at', providers.updated_at
  )
  from private.providers
  where providers.name = p_name;
$$;

comment on function private.provider_view(text) is
'A provider''s limits, how much of them is in use, and whether it is held or paused; null for an unknown one.';

revoke execute on function private.provider_view(text) from public, anon, authenticated, service_role;
