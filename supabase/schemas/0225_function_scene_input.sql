create or replace function private.scene_input(p_scene_id text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'aspect_ratio', projects.aspect_ratio,
      'image_url', case
        when scenes.position = 1 or scenes.continuity <> 'last_frame' then coalesce(scenes.image_url, projects.image_url)
      end,
      -- As the job named it: another version finds it again before it is reframed, too.
      'end_image_url', (
        select coalesce(following.image_url, projects.image_url)
        from public.scenes as following
        where following.project_id = scenes.project_id
          and following.position = scenes.position + 1
          and following.continuity = 'shared_keyframe'
      ),
      'chunks', (
        -- By the model that was asked for: which one made it is no change of the job.
        select jsonb_agg(
          jsonb_build_array(
            coalesce(video_chunks.metadata ->> 'fell_back_from', video_chunks.model), video_chunks.prompt, video_chunks.duration,
            video_chunks.driver_video_url, video_chunks.audio_url
          )
          order by video_chunks.position
        )
        from public.video_chunks
        where video_chunks.scene_id = scenes.scene_id
          and video_chunks.selected
      )
    )
    from public.scenes
    join public.projects using (project_id)
    where scenes.scene_id = p_scene_id
  );
end;
$$;

comment on function private.scene_input(text) is
'All that the clips of a scene are made from, but for the frame that a scene before hands over.';

revoke execute on function private.scene_input(text) from public, anon, authenticated, service_role;
