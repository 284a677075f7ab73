-- step running → waiting · chunk PENDING → SUBMITTED · scene pending → generating · project queued → generating

create or replace function private.await_callback(
  p_project public.projects,
  p_step private.steps,
  p_attempt private.attempts
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
begin
  if p_step.kind = 'generate_clip' then
    if coalesce(p_project.paused_from, p_project.status) in ('queued', 'storyboarding') then
      perform private.advance_project(p_step.project_id, array['queued', 'storyboarding'], 'generating');
    end if;

    with submitted as (
      update public.video_chunks
      set status = 'SUBMITTED', request_id = p_attempt.request_id
      where video_chunks.chunk_id = p_step.chunk_id
        and video_chunks.status not in ('SUBMITTED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED')
    )
    update public.scenes
    set status = 'generating'
    where scenes.scene_id = p_step.scene_id
      and scenes.status = 'pending';
  end if;

  update private.steps
  set status = 'waiting', claim_token = null, due_at = p_attempt.deadline_at, updated_at = v_now
  where steps.step_id = p_step.step_id
    and steps.status not in ('queued', 'completed', 'failed', 'cancelled');
end;
$$;

comment on function private.await_callback(public.projects, private.steps, private.attempts) is
'The provider has the submitted attempt: step waiting, and chunk, scene and project say that work has begun.';

revoke execute on function private.await_callback(public.projects, private.steps, private.attempts)
from public, anon, authenticated, service_role;
