-- lost → outcome_unknown

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
begin
  update private.attempts
  set status = 'outcome_unknown', ended_at = private.clock()
  where attempts.attempt_id = p_attempt.attempt_id
    and attempts.status = 'lost';

  if not found then
    return;
  end if;

  select steps.* into v_step from private.steps where steps.step_id = p_attempt.step_id;

  perform private.record_error('step', format('Cannot finish %s: %s', v_step.kind, v_message), jsonb_build_object(
    'project_id', v_step.project_id, 'scene_id', v_step.scene_id, 'chunk_id', v_step.chunk_id,
    'step_id', v_step.step_id, 'attempt_id', p_attempt.attempt_id, 'attempt', p_attempt.number
  ));
  perform private.fail_step(v_step.step_id, v_message);
end;
$$;

comment on function private.end_unknown(private.attempts) is
'lost → outcome_unknown: visibly unknown, the step fails and is not submitted again.';

revoke execute on function private.end_unknown(private.attempts) from public, anon, authenticated, service_role;
