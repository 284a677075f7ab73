-- step → failed; what cannot do without it fails too
--
-- A film does without a thumbnail and without a written storyboard, and a request that cannot be given up ends by itself.

create or replace function private.fail_step(p_step_id text, p_message text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_step private.steps;
begin
  update private.steps
  set status = 'failed', claim_token = null, error_message = p_message, updated_at = v_now
  where steps.step_id = p_step_id
    and steps.status not in ('completed', 'failed', 'cancelled')
  returning steps.* into v_step;

  if not found then
    return;
  end if;

  perform private.record_event(
    v_step.project_id, 'step.failed', v_step.scene_id, v_step.chunk_id,
    jsonb_build_object('kind', v_step.kind, 'step_id', v_step.step_id, 'reason', p_message)
  );

  case v_step.kind
    when 'cancel_request' then
      null;
    when 'storyboard' then
      perform private.fail_storyboard(v_step, p_message);
    when 'extract_thumbnail' then
      perform private.store_film_when_ready(v_step.project_id);
      perform private.hold_dearer(array[v_step.project_id]);
    when 'generate_clip' then
      update public.video_chunks
      set status = 'FAILED', error_message = p_message, kling_completed_at = v_now
      where video_chunks.chunk_id = v_step.chunk_id
        and video_chunks.status not in ('COMPLETED', 'FAILED', 'CANCELLED');
      perform private.fail_project(v_step.project_id, p_message, v_step.scene_id);
    else
      perform private.fail_project(v_step.project_id, p_message, v_step.scene_id);
  end case;
end;
$$;

comment on function private.fail_step(text, text) is
'→ failed; chunk, scene and project fail with the provider''s own words. The caller holds the project''s lock.';

revoke execute on function private.fail_step(text, text) from public, anon, authenticated, service_role;
