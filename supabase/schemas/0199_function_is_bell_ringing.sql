-- Volatile: it is asked again once the bell is locked, and has to see what it has become.

create or replace function private.is_bell_ringing()
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_is_ringing boolean;
begin
  select
    bell.unanswered_since is not null
    and bell.last_rung_at > private.clock() - make_interval(secs => (settings.value #>> '{}')::double precision)
  into v_is_ringing
  from private.bell
  join private.settings on settings.name = 'bell_repeat_seconds';

  return coalesce(v_is_ringing, false);
end;
$$;

comment on function private.is_bell_ringing() is
'True while a ring is on its way that no runner has answered, and that is not to be repeated yet.';

revoke execute on function private.is_bell_ringing() from public, anon, authenticated, service_role;
