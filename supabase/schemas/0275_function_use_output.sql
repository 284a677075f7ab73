-- What a step has made moves chunk, scene or project on; clips are used by complete_chunks.

create or replace function private.use_output(
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
  v_is_film boolean := coalesce((p_attempt.input ->> 'is_film')::boolean, false);
begin
  case p_step.kind
    when 'storyboard' then
      perform private.complete_storyboard(p_step.project_id, p_output);
    when 'reframe_image' then
      perform private.complete_still(p_step, p_output);
    when 'extract_last_frame' then
      perform private.check_frame(p_project, p_step, p_output);
    when 'check_frame' then
      perform private.complete_frame_check(p_step, p_output);
    when 'stitch', 'extract_thumbnail' then
      if v_is_film then
        perform private.complete_project(p_step.project_id, private.with_thumbnail(p_step.project_id, p_output));
      else
        perform private.store_film_when_ready(p_step.project_id);
      end if;
    when 'generate_voice', 'generate_music', 'level_music', 'mux_audio', 'mix_music', 'store_captions', 'burn_captions' then
      perform private.complete_part(p_step, p_output, v_is_film);
    when 'store_film' then
      perform private.complete_project(p_step.project_id, p_output);
    when 'cancel_request' then
      -- It was ready before, and whoever makes the same again need not pay for it again.
      perform private.keep_late_result(p_project, steps, attempts.attempt_id, p_output -> 'made')
      from private.attempts
      join private.steps using (step_id)
      where attempts.attempt_id = p_attempt.input ->> 'attempt_id';
    else
      null;
  end case;
end;
$$;

comment on function private.use_output(public.projects, private.steps, private.attempts, jsonb) is
'Moves a film on by what one of its steps, but generate_clip, has made. The caller holds the project''s lock.';

revoke execute on function private.use_output(public.projects, private.steps, private.attempts, jsonb) from public, anon, authenticated, service_role;
