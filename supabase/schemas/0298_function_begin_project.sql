-- What prepare_film comes to for a project of which nothing is made yet, that waits for no approval, and
-- whose images need not be reframed: the first scene and each that does not go on from the one before
-- begin. One statement, however many they are: every job pays for this.

create or replace function private.begin_project(p_project public.projects)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.projects
  set estimated_cost_usd = (select film.usd from private.estimate_film(p_project.project_id) as film)
  where projects.project_id = p_project.project_id;

  with
  -- The first clip of each scene that waits for no other one
  queued as (
    insert into private.steps (project_id, scene_id, chunk_id, user_id, kind, due_at)
    select
      p_project.project_id,
      scenes.scene_id,
      video_chunks.chunk_id,
      p_project.user_id,
      'generate_clip',
      -- Read for each: the first scene's is due first.
      private.clock()
    from public.scenes
    join public.video_chunks using (scene_id)
    where scenes.project_id = p_project.project_id
      and (scenes.position = 1 or scenes.continuity <> 'last_frame')
      and video_chunks.position = 1
    order by scenes.position
    returning steps.step_id, steps.scene_id, steps.chunk_id
  )
  insert into public.pipeline_events (project_id, scene_id, chunk_id, type, data)
  select
    p_project.project_id,
    queued.scene_id,
    queued.chunk_id,
    'step.queued',
    jsonb_build_object('kind', 'generate_clip', 'step_id', queued.step_id)
  from queued;

  perform private.begin_sound(p_project.project_id);
end;
$$;

comment on function private.begin_project(public.projects) is
'Writes a new project''s estimate down and queues its first clips, and its sound, where none of it is there yet. Its chunks have the images that they start from.';

revoke execute on function private.begin_project(public.projects) from public, anon, authenticated, service_role;
