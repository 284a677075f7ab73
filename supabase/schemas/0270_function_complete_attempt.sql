-- attempt created | submitted | in_progress | lost → completed · step → completed
--
-- The verb of what was made then moves chunk, scene or project on.

create or replace function private.complete_attempt(p_attempt_id text, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_step private.steps;
  v_is_film boolean;
  v_is_dearer boolean;
begin
  select steps.*
  into v_step
  from private.steps
  join private.attempts using (step_id)
  where attempts.attempt_id = p_attempt_id;

  if not private.is_output_of(v_step.kind, p_output) then
    perform private.fail_attempt(p_attempt_id, jsonb_build_object(
      'message', format('The provider reported success without the result of %s', v_step.kind),
      'retryable', false
    ));
    return;
  end if;

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
  where attempts.attempt_id = p_attempt_id
    and attempts.status in ('created', 'submitted', 'in_progress', 'lost')
  returning (attempts.input ->> 'is_film')::boolean, attempts.actual_cost_usd > attempts.estimated_cost_usd
  into v_is_film, v_is_dearer;

  if not found then
    return;
  end if;

  update private.steps
  set status = 'completed', output = p_output, claim_token = null, updated_at = v_now
  where steps.step_id = v_step.step_id;

  perform private.record_event(
    v_step.project_id, 'step.completed', v_step.scene_id, v_step.chunk_id,
    jsonb_build_object('kind', v_step.kind, 'step_id', v_step.step_id)
  );

  case v_step.kind
    when 'storyboard' then
      perform private.complete_storyboard(v_step.project_id, p_output);
    when 'reframe_image' then
      perform private.complete_still(v_step, p_output);
    when 'generate_clip' then
      perform private.complete_chunk(v_step.chunk_id, p_output);
    when 'extract_last_frame' then
      perform private.check_frame(v_step, p_output);
    when 'check_frame' then
      perform private.complete_frame_check(v_step, p_output);
    when 'stitch', 'extract_thumbnail' then
      if v_is_film then
        perform private.complete_project(v_step.project_id, private.with_thumbnail(v_step.project_id, p_output));
      else
        perform private.store_film_when_ready(v_step.project_id);
      end if;
    when 'generate_voice', 'generate_music', 'level_music', 'mux_audio', 'mix_music', 'store_captions', 'burn_captions' then
      perform private.complete_part(v_step, p_output, coalesce(v_is_film, false));
    when 'store_film' then
      perform private.complete_project(v_step.project_id, p_output);
    else
      null;
  end case;

  -- Last, because what is done by now is not left to do.
  if v_is_dearer then
    perform private.hold_over_budget(v_step.project_id);
  end if;
end;
$$;

comment on function private.complete_attempt(text, jsonb) is
'→ completed, for attempt and step; what was made moves chunk, scene or project on. A film that turns out dearer is estimated anew. The caller holds the project''s lock.';

revoke execute on function private.complete_attempt(text, jsonb) from public, anon, authenticated, service_role;
