create or replace function private.note_overdue(p_step private.steps, p_attempt private.attempts)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_limit private.settings := private.step_setting('deadline_seconds', p_step.kind, p_attempt.input ->> 'model');
begin
  if p_attempt.status not in ('submitted', 'in_progress')
    or p_attempt.deadline_at > private.clock()
    or exists (
      select 1
      from public.pipeline_events
      where pipeline_events.project_id = p_step.project_id
        and pipeline_events.type = 'attempt.overdue'
        and pipeline_events.data ->> 'attempt_id' = p_attempt.attempt_id
    ) then
    return;
  end if;

  perform private.record_event(
    p_step.project_id, 'attempt.overdue', p_step.scene_id, p_step.chunk_id,
    jsonb_build_object(
      'kind', p_step.kind, 'attempt_id', p_attempt.attempt_id,
      'deadline', v_limit.name, 'seconds', v_limit.value
    )
  );
end;
$$;

comment on function private.note_overdue(private.steps, private.attempts) is
'Notes once on the timeline that no callback came, and which deadline said so.';

revoke execute on function private.note_overdue(private.steps, private.attempts)
from public, anon, authenticated, service_role;
