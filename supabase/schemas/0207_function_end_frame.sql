create or replace function private.end_frame(p_chunk public.video_chunks)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object('end_image_url', case
    when not exists (
      select 1
      from public.video_chunks
      where video_chunks.scene_id = p_chunk.scene_id
        and video_chunks.take = p_chunk.take
        and video_chunks.position > p_chunk.position
    ) then private.end_image(p_chunk.scene_id)
  end));
$$;

comment on function private.end_frame(public.video_chunks) is
'{end_image_url} for the last clip of a scene before a shared keyframe, else {}.';

revoke execute on function private.end_frame(public.video_chunks) from public, anon, authenticated, service_role;
