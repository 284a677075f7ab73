-- A provider that asks us to wait is given nothing new until then; one that fails too often in a row is left alone for
-- a while, twice as long each time, up to breaker_cap_seconds, and then given one step to feel the way. What was on its
-- way when it was held says nothing new: twenty that fail together are no fifteen failed probes.

create or replace function private.hold_provider(p_provider text, p_error jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  -- least() and greatest() skip nulls: without a Retry-After, zero seconds and not the cap.
  v_retry_after numeric := least(
    coalesce((p_error ->> 'retry_after')::numeric, 0), private.setting('retry_after_cap_seconds')
  );
  v_failures integer := private.setting('breaker_failures');
begin
  update private.providers
  set
    failures_in_a_row = providers.failures_in_a_row
      + case when providers.held_until > v_now then 0 else 1 end,
    held_until = greatest(
      providers.held_until,
      v_now + make_interval(secs => v_retry_after::double precision),
      case when coalesce(providers.held_until <= v_now, true) and providers.failures_in_a_row + 1 >= v_failures
        then v_now + make_interval(secs => least(
          private.setting('breaker_cap_seconds'),
          private.setting('breaker_seconds') * 2 ^ least(providers.failures_in_a_row + 1 - v_failures, 20)
        )::double precision) end
    ),
    hold_reason = left(p_error ->> 'message', 500),
    updated_at = v_now
  where providers.name = p_provider;
end;
$$;

comment on function private.hold_provider(text, jsonb) is
'Counts a failure that was the provider''s own, and holds it: for its Retry-After, or after breaker_failures in a row.';

revoke execute on function private.hold_provider(text, jsonb) from public, anon, authenticated, service_role;
