-- → queued, as add_step, but for the last frames of many clips at once

create or replace function private.ask_for_frames(p_chunk_ids text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- A plan from when the tables were small is kept; there is an index for each of these joins.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_now timestamptz := private.clock();
begin
  with queued as (
    insert into private.steps (project_id, scene_id, chunk_id, user_id, kind, due_at, created_at, updated_at)
    select
      video_chunks.project_id, video_chunks.scene_id, video_chunks.chunk_id, projects.user_id, 'extract_last_frame',
      private.due_at(projects.status, 'extract_last_frame', v_now), v_now, v_now
    from public.video_chunks
    join public.projects using (project_id)
    where video_chunks.chunk_id = any (p_chunk_ids)
    on conflict do nothing
    returning steps.project_id, steps.scene_id, steps.chunk_id, steps.step_id
  )
  insert into public.pipeline_events (project_id, scene_id, chunk_id, type, data, at)
  select
    queued.project_id, queued.scene_id, queued.chunk_id, 'step.queued',
    jsonb_build_object('kind', 'extract_last_frame', 'step_id', queued.step_id), v_now
  from queued;
end;
$$;

comment on function private.ask_for_frames(text[]) is
'→ queued: extract_last_frame for each of these clips. Idempotent while such a step is open.';

revoke execute on function private.ask_for_frames(text[]) from public, anon, authenticated, service_role;
