create or replace function private.is_about(
  p_log public.webhook_logs,
  p_attempt private.attempts,
  p_step private.steps
)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select p_log.source = p_attempt.provider
    and coalesce(p_log.request_id = p_attempt.request_id, true)
    and coalesce(p_log.result ->> 'scene_id' = p_step.scene_id, true)
    and coalesce(p_log.result ->> 'project_id' = p_step.project_id, true);
$$;

comment on function private.is_about(public.webhook_logs, private.attempts, private.steps) is
'True unless source, request, scene or project of the callback contradict the attempt that it was matched with.';

revoke execute on function private.is_about(public.webhook_logs, private.attempts, private.steps)
from public, anon, authenticated, service_role;
