-- scene pending | generating | extracting_frame → completed; the next scene starts, or the film is stitched

create or replace function private.complete_scene(p_scene_id text, p_last_frame_url text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_scene record;
  v_next_id text;
  v_is_last boolean;
begin
  update public.scenes
  set
    status = 'completed',
    last_frame_url = coalesce(p_last_frame_url, scenes.last_frame_url),
    input_hash = private.scene_hash(scenes.scene_id),
    completed_at = private.clock()
  where scenes.scene_id = p_scene_id
    and scenes.status in ('pending', 'generating', 'extracting_frame')
  returning scenes.project_id, scenes.position, scenes.last_frame_url into v_scene;

  if not found then
    return;
  end if;

  -- Whichever scene is the last one to complete, the project's lock makes it see all the others.
  select
    max(scenes.scene_id) filter (
      where scenes.position = v_scene.position + 1
        and scenes.continuity = 'last_frame'
        and scenes.status = 'pending'
    ),
    bool_and(scenes.status = 'completed')
  into v_next_id, v_is_last
  from public.scenes
  where scenes.project_id = v_scene.project_id;

  if v_next_id is not null then
    perform private.start_scene(v_next_id, v_scene.last_frame_url);
  elsif v_is_last then
    perform private.advance_project(v_scene.project_id, array['queued', 'storyboarding', 'generating'], 'stitching');
  end if;
end;
$$;

comment on function private.complete_scene(text, text) is
'→ completed; starts the scene that continues from its last frame, and the stitching once all are complete. The caller holds the project''s lock.';

revoke execute on function private.complete_scene(text, text) from public, anon, authenticated, service_role;
