-- → queued
--
-- Asks for a piece of work outside. A step for the same thing that is still open is enough.

create or replace function private.add_step(
  p_project_id text,
  p_kind text,
  p_scene_id text default null,
  p_chunk_id text default null,
  p_input jsonb default '{}'
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
  with queued as (
    insert into private.steps (
      project_id, scene_id, chunk_id, user_id, kind, due_at, input, created_at, updated_at
    )
    select
      p_project_id, p_scene_id, p_chunk_id, projects.user_id, p_kind, private.due_at(projects.status, p_kind, v_now),
      p_input, v_now, v_now
    from public.projects
    where projects.project_id = p_project_id
    on conflict do nothing
    returning steps.step_id
  )
  insert into public.pipeline_events (project_id, scene_id, chunk_id, type, data, at)
  select
    p_project_id, p_scene_id, p_chunk_id, 'step.queued',
    jsonb_build_object('kind', p_kind, 'step_id', queued.step_id), v_now
  from queued;
end;
$$;

comment on function private.add_step(text, text, text, text, jsonb) is
'→ queued. Idempotent while a step for the same project, kind and chunk is open.';

revoke execute on function private.add_step(text, text, text, text, jsonb)
from public, anon, authenticated, service_role;
