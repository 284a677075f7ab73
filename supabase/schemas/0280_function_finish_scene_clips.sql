-- scenes pending | generating → extracting_frame, or → completed where nobody needs the last frame

create or replace function private.finish_scene_clips(p_chunk_ids text[], p_outputs jsonb[])
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
  v_framed_ids text[];
  v_scene_ids text[];
  v_scene_id text;
begin
  with
  clips as materialized (
    select
      video_chunks.chunk_id, video_chunks.scene_id, video_chunks.take, video_chunks.kling_video_url, given.output,
      case when video_chunks.position = 1 then given.output end as opening,
      -- A reused scene brings its last frame along.
      scenes.last_frame_url is null and following.scene_id is not null as is_frame_needed
    from unnest(p_chunk_ids, p_outputs) as given (chunk_id, output)
    join public.video_chunks using (chunk_id)
    join public.scenes using (scene_id)
    left join public.scenes as following
      on following.project_id = scenes.project_id
      and following.position = scenes.position + 1
      and following.continuity = 'last_frame'
    -- Said twice, as in update_progress.
    where video_chunks.chunk_id = any (p_chunk_ids)
  ),

  updated as (
    update public.scenes
    set
      status = case when clips.is_frame_needed then 'extracting_frame' else scenes.status end,
      video_url = clips.kling_video_url,
      thumbnail_url = coalesce(clips.opening ->> 'thumbnail_url', scenes.thumbnail_url),
      duration = coalesce(
        (clips.opening ->> 'duration')::numeric,
        -- No news of the clip: what was measured before holds.
        case when clips.output = '{}' then scenes.duration end,
        (
          select sum(video_chunks.duration)
          from public.video_chunks
          where video_chunks.scene_id = clips.scene_id
            and video_chunks.take = clips.take
        )
      ),
      fps = coalesce((clips.output ->> 'fps')::numeric, scenes.fps),
      width = coalesce((clips.output ->> 'width')::numeric, scenes.width),
      height = coalesce((clips.output ->> 'height')::numeric, scenes.height),
      quality_score = coalesce((clips.output ->> 'quality_score')::numeric, scenes.quality_score)
    from clips
    where scenes.scene_id = clips.scene_id
      and scenes.scene_id = any (array(select clips.scene_id from clips))
      and scenes.status in ('pending', 'generating')
  )

  select
    array_agg(clips.chunk_id) filter (where clips.is_frame_needed),
    array_agg(clips.scene_id) filter (where not clips.is_frame_needed)
  into v_framed_ids, v_scene_ids
  from clips;

  if v_framed_ids is not null then
    perform private.ask_for_frames(v_framed_ids);
  end if;
  foreach v_scene_id in array coalesce(v_scene_ids, '{}') loop
    perform private.complete_scene(v_scene_id, null);
  end loop;
end;
$$;

comment on function private.finish_scene_clips(text[], jsonb[]) is
'The last chunk of each of these scenes is there: take its figures over, then ask for its last frame or complete the scene. The caller holds their projects'' locks.';

revoke execute on function private.finish_scene_clips(text[], jsonb[]) from public, anon, authenticated, service_role;
