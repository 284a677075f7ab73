-- scene pending | generating → extracting_frame, or → completed where nobody needs its last frame

create or replace function private.finish_scene_clip(p_chunk public.video_chunks, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_is_frame_needed boolean;
begin
  select exists (
    select 1
    from public.scenes
    join public.scenes as following
      on following.project_id = scenes.project_id
      and following.position = scenes.position + 1
      and following.continuity = 'last_frame'
    where scenes.scene_id = p_chunk.scene_id
      -- A reused scene brings its last frame along.
      and scenes.last_frame_url is null
  )
  into v_is_frame_needed;

  update public.scenes
  set
    status = case when v_is_frame_needed then 'extracting_frame' else scenes.status end,
    video_url = p_chunk.kling_video_url,
    thumbnail_url = coalesce(
      case when p_chunk.position = 1 then p_output ->> 'thumbnail_url' end,
      scenes.thumbnail_url
    ),
    duration = coalesce(
      case when p_chunk.position = 1 then (p_output ->> 'duration')::numeric end,
      -- No news of the clip: what was measured before holds.
      case when p_output = '{}' then scenes.duration end,
      (
        select sum(video_chunks.duration)
        from public.video_chunks
        where video_chunks.scene_id = p_chunk.scene_id
          and video_chunks.take = p_chunk.take
      )
    ),
    fps = coalesce((p_output ->> 'fps')::numeric, scenes.fps),
    width = coalesce((p_output ->> 'width')::numeric, scenes.width),
    height = coalesce((p_output ->> 'height')::numeric, scenes.height),
    quality_score = coalesce((p_output ->> 'quality_score')::numeric, scenes.quality_score)
  where scenes.scene_id = p_chunk.scene_id
    and scenes.status in ('pending', 'generating');

  if v_is_frame_needed then
    perform private.add_step(p_chunk.project_id, 'extract_last_frame', p_chunk.scene_id, p_chunk.chunk_id);
  else
    perform private.complete_scene(p_chunk.scene_id, null);
  end if;
end;
$$;

comment on function private.finish_scene_clip(public.video_chunks, jsonb) is
'The last chunk of a scene is there: take its figures over, then ask for its last frame or complete the scene.';

revoke execute on function private.finish_scene_clip(public.video_chunks, jsonb)
from public, anon, authenticated, service_role;
