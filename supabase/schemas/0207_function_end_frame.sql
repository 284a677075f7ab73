create or replace function private.end_frame(p_chunk public.video_chunks)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_image_url text := private.end_image(p_chunk.scene_id);
begin
  if v_image_url is null or exists (
    select 1
    from public.video_chunks
    where video_chunks.scene_id = p_chunk.scene_id
      and video_chunks.take = p_chunk.take
      and video_chunks.position > p_chunk.position
  ) then
    return '{}';
  end if;

  return jsonb_build_object('end_image_url', v_image_url);
end;
$$;

comment on function private.end_frame(public.video_chunks) is
'{end_image_url} for the last clip of a scene before a shared keyframe (end_image), else {}.';

revoke execute on function private.end_frame(public.video_chunks) from public, anon, authenticated, service_role;
