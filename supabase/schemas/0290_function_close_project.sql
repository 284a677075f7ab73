-- A film that has ended leaves nothing open: its scenes, chunks, steps and attempts are cancelled in
-- the lock order, and what still runs at a provider is given up there.

create or replace function private.close_project(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_step private.steps;
  v_attempt private.attempts;
begin
  update public.scenes
  set status = 'cancelled'
  where scenes.project_id = p_project_id
    and scenes.status in ('pending', 'generating', 'extracting_frame');

  update public.video_chunks
  set status = 'CANCELLED'
  where video_chunks.project_id = p_project_id
    and video_chunks.status in ('PENDING', 'SUBMITTED', 'IN_PROGRESS');

  for v_step in
    update private.steps
    set status = 'cancelled', claim_token = null, updated_at = v_now
    where steps.project_id = p_project_id
      and steps.status in ('queued', 'running', 'waiting')
      and steps.kind <> 'cancel_request'
    returning steps.*
  loop
    for v_attempt in
      update private.attempts
      set status = 'cancelled', ended_at = v_now
      where attempts.step_id = v_step.step_id
        and attempts.status in ('created', 'submitted', 'in_progress', 'lost')
      returning attempts.*
    loop
      perform private.abandon_request(v_attempt, v_step);
    end loop;
  end loop;
end;
$$;

comment on function private.close_project(text) is
'Cancels all that is open below a project, and queues cancel_request for what providers are still at. Called by the trigger on projects.';

revoke execute on function private.close_project(text) from public, anon, authenticated, service_role;
