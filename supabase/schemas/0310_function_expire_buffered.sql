-- buffered → unknown, after 24 hours; bounded, so that a flood of them cannot hold the sweep up

create or replace function private.expire_buffered()
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_before timestamptz := private.clock() - make_interval(secs => private.setting('buffer_seconds')::double precision);
  v_log public.webhook_logs;
  v_count integer := 0;
begin
  for v_log in
    select webhook_logs.*
    from public.webhook_logs
    where webhook_logs.status = 'pending'
      and webhook_logs.received_at < v_before
    order by webhook_logs.received_at
    limit 500
    for no key update skip locked
  loop
    perform private.settle_callback(
      v_log, '{"outcome": "unknown", "reason": "Nothing appeared that it could be about"}', interval '0'
    );
    v_count := v_count + 1;
  end loop;
  return v_count;
end;
$$;

comment on function private.expire_buffered() is 'buffered → unknown for callbacks that nothing matched within buffer_seconds.';

revoke execute on function private.expire_buffered() from public, anon, authenticated, service_role;
