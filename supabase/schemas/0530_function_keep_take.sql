-- A scene has one place for its figures, and for what it was made from, and each of its takes has its own: they are kept
-- with the last chunk of the take, in metadata.scene, before another one is selected.

create or replace function private.keep_take(p_scene_ids text[])
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.video_chunks
  set metadata = video_chunks.metadata || jsonb_build_object('scene', jsonb_build_object(
    'thumbnail_url', scenes.thumbnail_url,
    'last_frame_url', scenes.last_frame_url,
    'duration', scenes.duration,
    'fps', scenes.fps,
    'width', scenes.width,
    'height', scenes.height,
    'quality_score', scenes.quality_score,
    'input_hash', scenes.input_hash,
    'prompt', scenes.prompt,
    'image_url', scenes.image_url,
    'audio_url', scenes.audio_url,
    'reframe_to', scenes.reframe_to,
    'reframed_image_url', scenes.reframed_image_url,
    'end_image_url', private.end_image(scenes.scene_id)
  ))
  from public.scenes
  where scenes.scene_id = any (p_scene_ids)
    and video_chunks.scene_id = scenes.scene_id
    and video_chunks.selected
    and video_chunks.status = 'COMPLETED'
    and video_chunks.kling_video_url = scenes.video_url;
$$;

comment on function private.keep_take(text[]) is
'Writes the figures of these scenes, and what they were made from, down with their selected takes. The caller holds the project''s lock.';

revoke execute on function private.keep_take(text[]) from public, anon, authenticated, service_role;
