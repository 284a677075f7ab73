-- step running → waiting · attempt created | lost → submitted
-- chunk PENDING → SUBMITTED · scene pending → generating · project queued → generating

create or replace function private.await_callback(
  p_step private.steps,
  p_stage text,
  p_attempt_id text,
  p_submission jsonb,
  p_deadline timestamptz
)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
begin
  if p_step.kind = 'generate_clip' then
    if p_stage in ('queued', 'storyboarding') then
      perform private.advance_project(p_step.project_id, array['queued', 'storyboarding'], 'generating');
    end if;

    with submitted as (
      update public.video_chunks
      set status = 'SUBMITTED', request_id = p_submission ->> 'request_id'
      where video_chunks.chunk_id = p_step.chunk_id
        and video_chunks.status not in ('SUBMITTED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED')
    )
    update public.scenes
    set status = 'generating'
    where scenes.scene_id = p_step.scene_id
      and scenes.status = 'pending';
  end if;

  with accepted as (
    update private.attempts
    set
      status = 'submitted',
      request_id = p_submission ->> 'request_id',
      status_url = p_submission ->> 'status_url',
      response_url = p_submission ->> 'response_url',
      cancel_url = p_submission ->> 'cancel_url',
      submitted_at = coalesce(attempts.submitted_at, v_now),
      deadline_at = p_deadline,
      error_message = null
    where attempts.attempt_id = p_attempt_id
  )
  update private.steps
  set status = 'waiting', claim_token = null, due_at = p_deadline, updated_at = v_now
  where steps.step_id = p_step.step_id
    and steps.status not in ('queued', 'completed', 'failed', 'cancelled');
  return 'applied';
end;
$$;

comment on function private.await_callback(private.steps, text, text, jsonb, timestamptz) is
'The provider has the attempt''s request: {request_id, status_url, response_url, cancel_url}. Chunk, scene and project say that work has begun; p_stage is how far the project is.';

revoke execute on function private.await_callback(private.steps, text, text, jsonb, timestamptz)
from public, anon, authenticated, service_role;
