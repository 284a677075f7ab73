-- Callbacks that came before the row that they are about.

create or replace function private.apply_buffered(p_source text, p_request_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_log public.webhook_logs;
  v_started_at timestamptz;
begin
  for v_log in
    select webhook_logs.*
    from public.webhook_logs
    where webhook_logs.source = p_source
      and webhook_logs.request_id = p_request_id
      and webhook_logs.status = 'pending'
      and webhook_logs.outcome = 'buffered'
    order by webhook_logs.received_at
    for no key update
  loop
    v_started_at := clock_timestamp();
    -- One that cannot be applied must not undo what its request has just been found by.
    begin
      perform private.settle_callback(
        v_log, private.apply_callback(v_log), clock_timestamp() - v_started_at
      );
    exception
      -- Whoever was in the way says nothing of it, and its sender, who was answered, does not send it again.
      when deadlock_detected or serialization_failure or lock_not_available then
        raise;
      when others then
        perform private.forget_delivery(v_log, sqlerrm);
    end;
  end loop;
end;
$$;

comment on function private.apply_buffered(text, text) is
'Applies the buffered callbacks of a request whose attempt or chunk has just appeared.';

revoke execute on function private.apply_buffered(text, text) from public, anon, authenticated, service_role;
