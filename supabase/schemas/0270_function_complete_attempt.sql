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
  v_now timestamptz := private.clock();
  v_ended record;
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

  with
  closed as (
    update private.steps
    set status = 'completed', output = p_output, claim_token = null, updated_at = v_now
    where steps.step_id = p_step.step_id
  ),
  recorded as (
    insert into public.pipeline_events (project_id, scene_id, chunk_id, type, data, at)
    values (
      p_step.project_id, p_step.scene_id, p_step.chunk_id, 'step.completed',
      jsonb_build_object('kind', p_step.kind, 'step_id', p_step.step_id), v_now
    )
  )
  update private.attempts
  set
    status = 'completed',
    output = p_output,
    actual_cost_usd = case
      when jsonb_typeof(p_output -> 'cost_usd') = 'number' then greatest((p_output ->> 'cost_usd')::numeric, 0)
      else attempts.actual_cost_usd
    end,
    error_message = null,
    ended_at = v_now
  where attempts.attempt_id = p_attempt.attempt_id
  returning
    (attempts.input ->> 'is_film')::boolean as is_film,
    attempts.actual_cost_usd > attempts.estimated_cost_usd as is_dearer
  into v_ended;

  case p_step.kind
    when 'storyboard' then
      perform private.complete_storyboard(p_step.project_id, p_output);
    when 'reframe_image' then
      perform private.complete_still(p_step, p_output);
    when 'generate_clip' then
      perform private.complete_chunk(p_project, p_step.chunk_id, p_attempt.input, p_output);
    when 'extract_last_frame' then
      perform private.check_frame(p_project, p_step, p_output);
    when 'check_frame' then
      perform private.complete_frame_check(p_step, p_output);
    when 'stitch', 'extract_thumbnail' then
      if v_ended.is_film then
        perform private.complete_project(p_step.project_id, private.with_thumbnail(p_step.project_id, p_output));
      else
        perform private.store_film_when_ready(p_step.project_id);
      end if;
    when 'generate_voice', 'generate_music', 'level_music', 'mux_audio', 'mix_music', 'store_captions', 'burn_captions' then
      perform private.complete_part(p_step, p_output, coalesce(v_ended.is_film, false));
    when 'store_film' then
      perform private.complete_project(p_step.project_id, p_output);
    else
      null;
  end case;

  -- Last, because what is done by now is not left to do.
  if v_ended.is_dearer then
    perform private.hold_over_budget(p_step.project_id);
  end if;
end;
$$;

comment on function private.complete_attempt(public.projects, private.steps, private.attempts, jsonb) is
'→ completed, for attempt and step; what was made moves chunk, scene or project on. A film that turns out dearer is estimated anew. The caller holds the project''s lock.';

revoke execute on function private.complete_attempt(public.projects, private.steps, private.attempts, jsonb)
from public, anon, authenticated, service_role;
