create or replace function private.is_about(
  p_log public.webhook_logs,
  p_attempt private.attempts,
  p_step private.steps
)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if p_log.source <> p_attempt.provider
    or p_log.request_id <> p_attempt.request_id
    or p_log.result ->> 'scene_id' <> p_step.scene_id
    or p_log.result ->> 'project_id' <> p_step.project_id
  then
    return false;
  -- No other attempt can have what is this one's own request.
  elsif p_log.request_id is null or p_attempt.request_id is not null then
    return true;
  end if;

  return not exists (
    select 1
    from private.attempts
    where attempts.provider = p_log.source
      and attempts.request_id = p_log.request_id
      and attempts.attempt_id <> p_attempt.attempt_id
  );
end;
$$;

comment on function private.is_about(public.webhook_logs, private.attempts, private.steps) is
'True unless source, request, scene or project of the callback contradict the attempt that it was matched with, or its request is another one''s.';

revoke execute on function private.is_about(public.webhook_logs, private.attempts, private.steps)
from public, anon, authenticated, service_role;
