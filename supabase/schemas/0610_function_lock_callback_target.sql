create or replace function private.lock_callback_target(p_log public.webhook_logs)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_attempt private.attempts;
begin
  if p_log.attempt_id is not null then
    select attempts.* into v_attempt from private.attempts where attempts.attempt_id = p_log.attempt_id;
  else
    v_attempt := private.attempt_of_request(p_log.source, p_log.request_id);
  end if;

  if v_attempt.attempt_id is not null then
    perform private.lock_step(v_attempt.step_id);
  end if;
end;
$$;

comment on function private.lock_callback_target(public.webhook_logs) is
'Locks what a recorded callback is about, so that its own row can be locked after it: the order in which buffered ones are applied.';

revoke execute on function private.lock_callback_target(public.webhook_logs) from public, anon, authenticated, service_role;
