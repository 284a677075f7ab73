-- When the next try of a delivery is due after its n-th failed: the start of the schedule that the
-- Standard Webhooks specification gives as its example (5 s, 5 min, 30 min).

create or replace function private.delivery_delay(p_failed_tries integer)
returns interval
language sql
immutable
security invoker
set search_path = ''
as $$
  select case p_failed_tries
    when 1 then interval '5 seconds'
    when 2 then interval '5 minutes'
    when 3 then interval '30 minutes'
  end;
$$;

comment on function private.delivery_delay(integer) is
'How long to wait after this many failed tries; null when there is no further one.';

revoke execute on function private.delivery_delay(integer) from public, anon, authenticated, service_role;
