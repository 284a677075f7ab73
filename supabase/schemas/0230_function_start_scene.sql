-- Gives a scene its first frame and asks for its first clip. The scene stays pending until a
-- provider has accepted the clip. Where it ends with the keyframe of the next scene, that image gets its
-- shape first: its still brings this scene back here.

create or replace function private.start_scene(p_scene_id text, p_image_url text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_chunk public.video_chunks;
  v_still record;
begin
  select
    following.project_id,
    following.scene_id,
    following.reframe_to,
    coalesce(following.image_url, projects.image_url) as image_url,
    video_chunks.chunk_id
  into v_still
  from public.scenes
  join public.projects using (project_id)
  join public.scenes as following
    on following.project_id = scenes.project_id
    and following.position = scenes.position + 1
    and following.continuity = 'shared_keyframe'
    and following.reframe_to is not null
    and following.reframed_image_url is null
  join public.video_chunks
    on video_chunks.scene_id = following.scene_id
    and video_chunks.selected
    and video_chunks.position = 1
  where scenes.scene_id = p_scene_id
    and coalesce(following.image_url, projects.image_url) is not null;

  if found then
    perform private.ask_for_still(
      v_still.project_id, v_still.scene_id, v_still.chunk_id, v_still.image_url, v_still.reframe_to
    );
    return;
  end if;

  update public.video_chunks
  set image_url = p_image_url
  where video_chunks.scene_id = p_scene_id
    and video_chunks.selected
    and video_chunks.position = 1
    and video_chunks.status not in ('SUBMITTED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED')
  returning video_chunks.* into v_chunk;

  if found and not private.use_kept_clip(v_chunk.chunk_id) then
    perform private.add_step(v_chunk.project_id, 'generate_clip', v_chunk.scene_id, v_chunk.chunk_id);
  end if;
end;
$$;

comment on function private.start_scene(text, text) is
'Queues generate_clip for the first chunk of a pending scene, starting from this image (null: from the prompt alone).';

revoke execute on function private.start_scene(text, text) from public, anon, authenticated, service_role;
