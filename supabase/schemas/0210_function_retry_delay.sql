-- Full jitter (Marc Brooker, "Exponential Backoff And Jitter", AWS 2015): a random part of a doubling
-- cap, so that what failed together does not come back together. What the provider asked for is the least.

create or replace function private.retry_delay(p_attempt_count integer, p_retry_after numeric)
returns interval
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return make_interval(secs => greatest(
    least(
      private.setting('retry_cap_seconds'),
      private.setting('retry_base_seconds') * 2 ^ least(p_attempt_count, 20)
    ) * random(),
    least(coalesce(p_retry_after, 0), private.setting('retry_after_cap_seconds'))
  )::double precision);
end;
$$;

comment on function private.retry_delay(integer, numeric) is
'How long to wait before the next attempt; p_retry_after is in seconds.';

revoke execute on function private.retry_delay(integer, numeric) from public, anon, authenticated, service_role;
