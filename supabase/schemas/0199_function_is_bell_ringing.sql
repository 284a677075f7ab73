-- Volatile: it is asked again once the bell is locked, and has to see what it has become.
--
-- A ring may be younger than the time that was asked for here. One that is younger by more than that was rung before the clock
-- was set back, and would be waited for until the clock is there again.

create or replace function private.is_bell_ringing()
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_is_ringing boolean;
begin
  select
    bell.unanswered_since is not null
    and bell.last_rung_at > v_now - repeat.after
    and bell.last_rung_at < v_now + repeat.after
  into v_is_ringing
  from private.bell
  cross join (
    select make_interval(secs => (settings.value #>> '{}')::double precision) as after
    from private.settings
    where settings.name = 'bell_repeat_seconds'
  ) as repeat;

  return coalesce(v_is_ringing, false);
end;
$$;

comment on function private.is_bell_ringing() is
'True while a ring is on its way that no runner has answered, and that is not to be repeated yet.';

revoke execute on function private.is_bell_ringing() from public, anon, authenticated, service_role;
