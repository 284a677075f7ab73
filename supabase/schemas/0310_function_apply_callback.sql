-- Finds what a callback is about and moves it on. Returns {outcome, reason, project_id, flags}.
--
-- A token that is not ours, or that names another request, scene or project than the body does, is
-- unknown. Without a token the request id decides, and for a stitcher with ids of its own the project;
-- nothing known yet is buffered. What a custom source sent goes to that source's handler.

create or replace function private.apply_callback(p_log public.webhook_logs)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_attempt private.attempts;
  v_is_by_project boolean := false;
  v_step private.steps;
  v_last_event bigint;
  v_outcome text;
begin
  if not private.is_provider(p_log.source) then
    return private.apply_to_source(p_log);
  elsif p_log.is_token_wrong then
    return '{"outcome": "unknown", "reason": "The token in the callback URL is not ours"}';
  elsif p_log.attempt_id is not null then
    select attempts.* into v_attempt from private.attempts where attempts.attempt_id = p_log.attempt_id;
  else
    v_attempt := private.attempt_of_request(p_log.source, p_log.request_id);
  end if;

  if v_attempt.attempt_id is null then
    v_attempt := private.attempt_of_stitching(p_log);
    v_is_by_project := v_attempt.attempt_id is not null;
  end if;

  if v_attempt.attempt_id is null then
    if private.keep_images(p_log) then
      return jsonb_build_object('outcome', 'applied', 'project_id', p_log.result ->> 'project_id');
    end if;
    return private.apply_to_outside_chunk(p_log);
  end if;

  v_step := private.lock_step(v_attempt.step_id);
  -- Read again under the lock: what was open a moment ago may have ended.
  select attempts.* into v_attempt from private.attempts where attempts.attempt_id = v_attempt.attempt_id;

  if not v_is_by_project and not private.is_about(p_log, v_attempt, v_step) then
    return jsonb_build_object('outcome', 'unknown', 'reason', case
      when p_log.attempt_id is null then 'The callback names another scene or project than its request has'
      else 'The callback names another request, scene or project than its token'
    end);
  end if;

  select coalesce(max(pipeline_events.event_id), 0)
  into v_last_event
  from public.pipeline_events
  where pipeline_events.project_id = v_step.project_id;

  v_outcome := private.apply_result(v_attempt, v_step, p_log.result);
  return private.callback_flags(v_step, v_last_event) || jsonb_build_object('outcome', v_outcome);
end;
$$;

comment on function private.apply_callback(public.webhook_logs) is
'Matches a recorded callback with its attempt (or an outside worker''s chunk) and applies it.';

revoke execute on function private.apply_callback(public.webhook_logs)
from public, anon, authenticated, service_role;
