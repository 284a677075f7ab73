-- chunk → PENDING with another model, its step → failed, and a new step
--
-- Once a clip. What the first model was asked has ended, so that nothing is paid twice.

create or replace function private.switch_model(p_step private.steps, p_message text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_chunk public.video_chunks;
  v_fallback text;
begin
  select video_chunks.*
  into v_chunk
  from public.video_chunks
  where video_chunks.chunk_id = p_step.chunk_id
    and p_step.kind = 'generate_clip'
    and not video_chunks.metadata ? 'fell_back_from'
    and video_chunks.status not in ('COMPLETED', 'FAILED', 'CANCELLED');

  select model_fallbacks.fallback
  into v_fallback
  from private.model_fallbacks
  where model_fallbacks.model = v_chunk.model
    and (model_fallbacks.takes_end_frame or private.end_frame(v_chunk) = '{}');

  if v_fallback is null then
    return false;
  end if;

  update private.steps
  set status = 'failed', claim_token = null, error_message = p_message, updated_at = v_now
  where steps.step_id = p_step.step_id
    and steps.status not in ('completed', 'failed', 'cancelled');

  update public.video_chunks
  set
    status = 'PENDING',
    request_id = null,
    progress = 0,
    model = v_fallback,
    metadata = video_chunks.metadata || jsonb_build_object('fell_back_from', v_chunk.model)
  where video_chunks.chunk_id = v_chunk.chunk_id;

  perform private.record_event(
    p_step.project_id, 'chunk.model_switched', p_step.scene_id, p_step.chunk_id,
    jsonb_build_object('from', v_chunk.model, 'to', v_fallback, 'reason', p_message, 'step_id', p_step.step_id)
  );
  perform private.add_step(p_step.project_id, 'generate_clip', p_step.scene_id, p_step.chunk_id);
  -- What was refused may have been paid for.
  perform private.hold_over_budget(p_step.project_id);
  return true;
end;
$$;

comment on function private.switch_model(private.steps, text) is
'Asks the model''s fallback for a clip that the model refused, or was down for; false where there is none. The caller holds the project''s lock.';

revoke execute on function private.switch_model(private.steps, text) from public, anon, authenticated, service_role;
