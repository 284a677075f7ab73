-- The schedule that the Standard Webhooks specification gives as its example, as a setting.

create or replace function private.delivery_delay(p_failed_tries integer)
returns interval
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select make_interval(secs => (settings.value ->> (p_failed_tries - 1))::double precision)
    from private.settings
    where settings.name = 'delivery_schedule_seconds'
      and p_failed_tries > 0
  );
end;
$$;

comment on function private.delivery_delay(integer) is
'The longest wait after this many failed tries; null when there is no further one.';

revoke execute on function private.delivery_delay(integer) from public, anon, authenticated, service_role;
