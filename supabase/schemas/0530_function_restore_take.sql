create or replace function private.restore_take(p_scene_ids text[])
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.scenes
  set
    video_url = clip.kling_video_url,
    thumbnail_url = clip.metadata -> 'scene' ->> 'thumbnail_url',
    last_frame_url = clip.metadata -> 'scene' ->> 'last_frame_url',
    duration = (clip.metadata -> 'scene' ->> 'duration')::numeric,
    fps = (clip.metadata -> 'scene' ->> 'fps')::numeric,
    width = (clip.metadata -> 'scene' ->> 'width')::integer,
    height = (clip.metadata -> 'scene' ->> 'height')::integer,
    quality_score = (clip.metadata -> 'scene' ->> 'quality_score')::numeric,
    input_hash = clip.metadata -> 'scene' ->> 'input_hash',
    prompt = was.prompt,
    image_url = was.image_url,
    audio_url = was.audio_url,
    reframe_to = was.reframe_to,
    reframed_image_url = was.reframed_image_url
  from (
    select distinct on (video_chunks.scene_id) video_chunks.*
    from public.video_chunks
    where video_chunks.scene_id = any (p_scene_ids)
      and video_chunks.selected
    order by video_chunks.scene_id, video_chunks.position desc
  ) as clip
  join public.scenes as made using (scene_id)
  -- What is not there stays: earlier releases did not keep what a take was made from.
  cross join lateral jsonb_to_record(to_jsonb(made) || coalesce(clip.metadata -> 'scene', '{}'))
    as was (prompt text, image_url text, audio_url text, reframe_to text, reframed_image_url text)
  where scenes.scene_id = clip.scene_id;
$$;

comment on function private.restore_take(text[]) is
'Gives these scenes what keep_take wrote down for the takes that are selected now. The caller holds the project''s lock.';

revoke execute on function private.restore_take(text[]) from public, anon, authenticated, service_role;
