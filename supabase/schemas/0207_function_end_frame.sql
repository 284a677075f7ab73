create or replace function private.end_frame(p_chunk public.video_chunks)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return coalesce(
    (
      select jsonb_build_object('end_image_url', ends.image_url)
      from (
        select coalesce(following.reframed_image_url, following.image_url, projects.image_url) as image_url
        from public.scenes
        join public.scenes as following
          on following.project_id = scenes.project_id
          and following.position = scenes.position + 1
          and following.continuity = 'shared_keyframe'
        join public.projects on projects.project_id = scenes.project_id
        where scenes.scene_id = p_chunk.scene_id
      ) as ends
      where ends.image_url is not null
        and not exists (
          select 1
          from public.video_chunks
          where video_chunks.scene_id = p_chunk.scene_id
            and video_chunks.take = p_chunk.take
            and video_chunks.position > p_chunk.position
        )
    ),
    '{}'
  );
end;
$$;

comment on function private.end_frame(public.video_chunks) is
'{end_image_url} for the last clip of a scene before a shared keyframe (end_image), else {}.';

revoke execute on function private.end_frame(public.video_chunks) from public, anon, authenticated, service_role;
