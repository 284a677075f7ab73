-- lost → outcome_unknown
--
-- Then the step fails: nobody pays twice. An installation that would rather risk that than lose a film
-- sets on_outcome_unknown to resubmit; what happens then is on the timeline and in error_logs.

create or replace function private.end_unknown(p_attempt private.attempts)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_message text := format('Cannot tell whether %s accepted the request: %s', p_attempt.provider, p_attempt.error_message);
  v_step private.steps;
  v_limit private.settings;
begin
  update private.attempts
  set status = 'outcome_unknown', ended_at = private.clock()
  where attempts.attempt_id = p_attempt.attempt_id
    and attempts.status = 'lost';

  if not found then
    return;
  end if;

  select steps.* into v_step from private.steps where steps.step_id = p_attempt.step_id;

  v_limit := private.step_setting('give_up_seconds', v_step.kind, p_attempt.input ->> 'model');
  if p_attempt.created_at + make_interval(secs => (v_limit.value #>> '{}')::double precision) > private.clock() then
    select settings.* into v_limit from private.settings where settings.name = 'lookup_seconds';
  end if;
  perform private.record_event(
    v_step.project_id, 'attempt.outcome_unknown', v_step.scene_id, v_step.chunk_id,
    jsonb_build_object(
      'kind', v_step.kind, 'attempt_id', p_attempt.attempt_id,
      'deadline', v_limit.name, 'seconds', v_limit.value
    )
  );

  perform private.record_error('step', format('Cannot finish %s: %s', v_step.kind, v_message), jsonb_build_object(
    'project_id', v_step.project_id, 'scene_id', v_step.scene_id, 'chunk_id', v_step.chunk_id,
    'step_id', v_step.step_id, 'attempt_id', p_attempt.attempt_id, 'attempt', p_attempt.number
  ));

  if p_attempt.number - v_step.refusal_count < private.setting('max_attempts')
    and private.setting_says('on_outcome_unknown', 'resubmit') then
    perform private.record_event(
      v_step.project_id, 'attempt.resubmitted_unknown', v_step.scene_id, v_step.chunk_id,
      jsonb_build_object('kind', v_step.kind, 'attempt_id', p_attempt.attempt_id, 'reason', v_message)
    );
    perform private.requeue_step(v_step, v_message, null);
  elsif private.has_kept_clip(v_step) then
    perform private.requeue_step(v_step, v_message, null);
  else
    perform private.fail_step(v_step.step_id, v_message);
  end if;
end;
$$;

comment on function private.end_unknown(private.attempts) is
'lost → outcome_unknown: visibly unknown; the step fails, or is queued again where on_outcome_unknown says resubmit.';

revoke execute on function private.end_unknown(private.attempts) from public, anon, authenticated, service_role;
