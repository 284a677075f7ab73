-- created → lost | failed
--
-- The runner of this attempt is gone. Whether its call went out is unknown, so what costs money is
-- looked up; copying a film or giving up a request again does no harm.

create or replace function private.end_lease(p_step private.steps, p_attempt private.attempts)
returns private.attempts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_attempt private.attempts := p_attempt;
  v_now timestamptz := private.clock();
begin
  if p_attempt.status <> 'created' then
    return p_attempt;
  end if;

  if private.is_free_kind(p_step.kind) then
    update private.attempts
    set status = 'failed', error_message = 'The lease ran out', ended_at = v_now
    where attempts.attempt_id = p_attempt.attempt_id
    returning attempts.* into v_attempt;
  else
    update private.attempts
    set
      status = 'lost',
      error_message = 'The runner ended before the answer was recorded',
      deadline_at = v_now + make_interval(secs => private.setting('lookup_seconds')::double precision)
    where attempts.attempt_id = p_attempt.attempt_id
    returning attempts.* into v_attempt;
    perform private.record_event(
      p_step.project_id, 'attempt.lost', p_step.scene_id, p_step.chunk_id,
      jsonb_build_object('kind', p_step.kind, 'attempt_id', p_attempt.attempt_id)
    );
  end if;

  perform private.record_error(
    'step',
    format('Cannot finish %s: the runner''s lease ran out', p_step.kind),
    jsonb_build_object('project_id', p_step.project_id, 'step_id', p_step.step_id, 'attempt_id', p_attempt.attempt_id),
    'warning'
  );
  return v_attempt;
end;
$$;

comment on function private.end_lease(private.steps, private.attempts) is
'created → lost (a paid call may have gone out) | failed (harmless to do again). Returns the attempt as it is now.';

revoke execute on function private.end_lease(private.steps, private.attempts)
from public, anon, authenticated, service_role;
