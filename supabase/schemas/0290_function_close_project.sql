-- A film that has ended leaves nothing open: its scenes, chunks, steps and attempts are cancelled in
-- the lock order, and what still runs at a provider is given up there.

create or replace function private.close_project(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.scenes
  set status = 'cancelled'
  where scenes.project_id = p_project_id
    and scenes.status in ('pending', 'generating', 'extracting_frame');

  update public.video_chunks
  set status = 'CANCELLED'
  where video_chunks.project_id = p_project_id
    -- Not by in (...), which would lure the planner to the index of all films' clips by status.
    and video_chunks.status not in ('COMPLETED', 'FAILED', 'CANCELLED');

  perform private.close_steps(p_project_id, null);
  perform private.raise_estimate(p_project_id);
end;
$$;

comment on function private.close_project(text) is
'Cancels all that is open below a project, and queues cancel_request for what providers are still at. Called by the trigger on projects.';

revoke execute on function private.close_project(text) from public, anon, authenticated, service_role;
