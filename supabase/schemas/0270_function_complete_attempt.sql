-- attempt created | submitted | in_progress | lost → completed · step → completed
--
-- p_attempt is as it is under its lock. The verb of what was made then moves chunk, scene or project on.

create or replace function private.complete_attempt(
  p_project public.projects,
  p_step private.steps,
  p_attempt private.attempts,
  p_output jsonb
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_cost numeric := p_attempt.actual_cost_usd;
begin
  if p_attempt.status not in ('created', 'submitted', 'in_progress', 'lost') then
    return;
  elsif not private.is_output_of(p_step.kind, p_output) then
    perform private.fail_attempt(p_attempt.attempt_id, jsonb_build_object(
      'message', format('The provider reported success without the result of %s', p_step.kind),
      'retryable', false
    ));
    return;
  end if;

  if jsonb_typeof(p_output -> 'cost_usd') = 'number' then
    v_cost := (p_output ->> 'cost_usd')::numeric;
  end if;
  perform private.close_attempts(array[p_attempt.attempt_id], array[p_output]);

  if p_step.kind = 'generate_clip' then
    -- The callback may be faster than the record of the submission.
    if coalesce(p_project.paused_from, p_project.status) in ('queued', 'storyboarding') then
      perform private.advance_project(p_step.project_id, array['queued', 'storyboarding'], 'generating');
    end if;
    perform private.complete_chunks(array[p_step.chunk_id], array[p_attempt.input], array[p_output]);
  else
    perform private.use_output(p_project, p_step, p_attempt, p_output);
  end if;

  -- Last, because what is done by now is not left to do.
  if v_cost > p_attempt.estimated_cost_usd or p_project.awaiting_approval = 'budget'
    and (p_project.estimated_cost_usd is null or private.fits_budget(p_step.project_id)) then
    perform private.hold_over_budget(p_step.project_id);
  elsif p_project.estimated_cost_usd is not null then
    perform private.hold_dearer(array[p_step.project_id]);
  end if;
end;
$$;

comment on function private.complete_attempt(public.projects, private.steps, private.attempts, jsonb) is
'→ completed, for attempt and step; what was made moves chunk, scene or project on. A film that turns out dearer is estimated anew. The caller holds the project''s lock.';

revoke execute on function private.complete_attempt(public.projects, private.steps, private.attempts, jsonb)
from public, anon, authenticated, service_role;
