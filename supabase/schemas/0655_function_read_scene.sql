create or replace function public.read_scene(p_scene_id text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'scene_id', scenes.scene_id,
    'prompt', video_chunks.prompt,
    'is_chained', scenes.position > 1 and scenes.continuity = 'last_frame',
    'image_url', coalesce(scenes.image_url, projects.image_url),
    'end_image_url', private.end_image(scenes.scene_id),
    'aspect_ratio', projects.aspect_ratio,
    -- As a new take is asked for, a fallback having made it or not
    'model', coalesce(video_chunks.metadata ->> 'fell_back_from', video_chunks.model),
    'duration', (
      select sum(parts.duration)
      from public.video_chunks as parts
      where parts.scene_id = scenes.scene_id
        and parts.selected
    ),
    'driver_video_url', video_chunks.driver_video_url,
    'audio_url', video_chunks.audio_url
  )
  from public.scenes
  join public.projects using (project_id)
  join public.video_chunks using (scene_id)
  where scenes.scene_id = p_scene_id
    and video_chunks.selected
  order by video_chunks.position
  limit 1;
$$;

comment on function public.read_scene(text) is
'What the clips of a scene are asked for with, by its first one; null for an unknown id. Called by webhook-manage.';

revoke execute on function public.read_scene(text) from public, anon, authenticated;
grant execute on function public.read_scene(text) to service_role;
