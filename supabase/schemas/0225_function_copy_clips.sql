-- chunks PENDING → COMPLETED, with the clips of another project's scene

create or replace function private.copy_clips(p_from public.scenes, p_to public.scenes)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.video_chunks
  set
    status = 'COMPLETED',
    progress = 100,
    image_url = made.image_url,
    kling_video_url = made.kling_video_url,
    kling_completed_at = made.kling_completed_at,
    input_hash = made.input_hash,
    metadata = video_chunks.metadata || jsonb_build_object('reused_from', made.chunk_id)
  from public.video_chunks as made
  where video_chunks.scene_id = p_to.scene_id
    and made.scene_id = p_from.scene_id
    -- Of the take that p_from is of: since it was read another one may have been begun, of which nothing is there yet.
    and made.take = (
      select last.take
      from public.video_chunks as last
      where last.scene_id = p_from.scene_id
        and last.status = 'COMPLETED'
        and last.kling_video_url = p_from.video_url
      order by last.selected desc, last.take desc
      limit 1
    )
    and made.position = video_chunks.position;

  update public.scenes
  set
    -- The film's thumbnail is its first clip's; a signed URL would not open for ever.
    thumbnail_url = coalesce(p_from.thumbnail_url, (
      select projects.thumbnail_url
      from public.projects
      where projects.project_id = p_from.project_id
        and p_from.position = 1
        and projects.thumbnail_url not like '%/object/sign/%'
    )),
    last_frame_url = p_from.last_frame_url,
    duration = p_from.duration,
    fps = p_from.fps,
    width = p_from.width,
    height = p_from.height,
    quality_score = p_from.quality_score
  where scenes.scene_id = p_to.scene_id;
end;
$$;

comment on function private.copy_clips(public.scenes, public.scenes) is
'Takes the finished clips and the last frame of a scene over into the same scene of a later version.';

revoke execute on function private.copy_clips(public.scenes, public.scenes) from public, anon, authenticated, service_role;
