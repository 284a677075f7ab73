create or replace function private.is_left_alone(p_provider private.providers, p_now timestamptz)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return p_provider.held_until > p_now
    -- As open_room counts: the one that feels the way is on its way.
    or p_provider.failures_in_a_row >= private.setting('breaker_failures') and exists (
      select 1
      from private.steps
      where steps.provider = p_provider.name
        and steps.status = 'running'
        and steps.kind <> 'cancel_request'
        and steps.updated_at >= p_provider.held_until
    );
end;
$$;

comment on function private.is_left_alone(private.providers, timestamptz) is
'True while a provider that failed is held, and while one step feels the way there: what is due for it waits.';

revoke execute on function private.is_left_alone(private.providers, timestamptz)
from public, anon, authenticated, service_role;
