-- Gives a scene its first frame and asks for its first clip. The scene stays pending until a
-- provider has accepted the clip.

create or replace function private.start_scene(p_scene_id text, p_image_url text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_chunk public.video_chunks;
begin
  update public.video_chunks
  set image_url = p_image_url
  where video_chunks.scene_id = p_scene_id
    and video_chunks.selected
    and video_chunks.position = 1
    and video_chunks.status = 'PENDING'
  returning video_chunks.* into v_chunk;

  if found then
    perform private.add_step(v_chunk.project_id, 'generate_clip', v_chunk.scene_id, v_chunk.chunk_id);
  end if;
end;
$$;

comment on function private.start_scene(text, text) is
'Queues generate_clip for the first chunk of a pending scene, starting from this image (null: from the prompt alone).';

revoke execute on function private.start_scene(text, text) from public, anon, authenticated, service_role;
