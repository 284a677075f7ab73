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
  v_attempt_id text := p_log.attempt_id;
  v_is_by_project boolean := false;
  v_found record;
  v_last_event bigint;
  v_outcome text;
  v_flags jsonb[];
begin
  if not private.is_provider(p_log.source) then
    return private.apply_to_source(p_log);
  elsif p_log.is_token_wrong then
    return '{"outcome": "unknown", "reason": "The token in the callback URL is not ours"}';
  end if;

  if v_attempt_id is null then
    v_attempt_id := (private.attempt_of_request(p_log.source, p_log.request_id)).attempt_id;
  end if;
  if v_attempt_id is null then
    v_attempt_id := (private.attempt_of_stitching(p_log)).attempt_id;
    v_is_by_project := v_attempt_id is not null;
  end if;

  if v_attempt_id is null then
    v_outcome := coalesce(private.compare_images(p_log), case when private.keep_images(p_log) then 'applied' end);
    if v_outcome is not null then
      return jsonb_build_object('outcome', v_outcome, 'project_id', p_log.result ->> 'project_id');
    end if;
    return private.apply_to_outside_chunk(p_log);
  end if;

  -- Locked in this order, and each as it is once it is locked: what was open a moment ago may have ended.
  select projects as project, steps as step, attempts as attempt
  into v_found
  from private.attempts
  join private.steps using (step_id)
  join public.projects using (project_id)
  where attempts.attempt_id = v_attempt_id
  for no key update of projects, steps, attempts;

  if not found then
    return '{"outcome": "unknown", "reason": "The attempt that the token names is not kept any more"}';
  elsif not v_is_by_project and not private.is_about(p_log, v_found.attempt, v_found.step) then
    return jsonb_build_object('outcome', 'unknown', 'reason', case
      when p_log.attempt_id is null then 'The callback names another scene or project than its request has'
      else 'The callback names another request, scene or project than its token'
    end);
  end if;

  -- Under the lock nobody else writes this film's timeline: what is beyond this is ours.
  v_last_event := coalesce(pg_sequence_last_value('public.pipeline_events_event_id_seq'), 0);
  v_outcome := private.apply_result(v_found.project, v_found.step, v_found.attempt, p_log.result);
  v_flags := private.callback_flags(array[v_found.step], v_last_event);
  return v_flags[1] || jsonb_build_object('outcome', v_outcome);
end;
$$;

comment on function private.apply_callback(public.webhook_logs) is
'Matches a recorded callback with its attempt (or an outside worker''s chunk) and applies it.';

revoke execute on function private.apply_callback(public.webhook_logs)
from public, anon, authenticated, service_role;
