-- Full jitter: anywhere between the schedule's step before and this one, so that what failed together does not come
-- back together. Those that a receiver asked to stay away for as long spread out behind that time too.

create or replace function private.delivery_wait(p_failed_tries integer, p_retry_after numeric)
returns interval
language sql
volatile
security invoker
set search_path = ''
as $$
  select greatest(
    coalesce(private.delivery_delay(p_failed_tries - 1), interval '0') * (1 - drawn.part)
      + private.delivery_delay(p_failed_tries) * drawn.part,
    make_interval(secs => (
      least(greatest(coalesce(p_retry_after, 0), 0), private.setting('retry_after_cap_seconds')) * (1 + drawn.part / 10)
    )::double precision)
  )
  from (select random() as part) as drawn
  where private.delivery_delay(p_failed_tries) is not null;
$$;

comment on function private.delivery_wait(integer, numeric) is
'How long until the next try after this many; p_retry_after is in seconds. Null when there is no further one.';

revoke execute on function private.delivery_wait(integer, numeric) from public, anon, authenticated, service_role;
