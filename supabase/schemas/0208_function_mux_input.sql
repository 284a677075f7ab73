create or replace function private.mux_input(p_scene public.scenes)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'audio_url', sound.url,
      'video_urls', jsonb_agg(video_chunks.kling_video_url order by video_chunks.position),
      'lengths', jsonb_agg(video_chunks.duration order by video_chunks.position),
      'seconds', case when count(*) = count(video_chunks.duration) then sum(video_chunks.duration) end
    )
    from (
      select coalesce(
        p_scene.audio_url,
        private.film_part(p_scene.project_id, 'generate_voice', private.voice_input(p_scene)) ->> 'audio_url'
      ) as url
    ) as sound
    join public.video_chunks on video_chunks.scene_id = p_scene.scene_id and video_chunks.selected
    where sound.url is not null
    group by sound.url
    having count(*) = count(video_chunks.kling_video_url)
  );
end;
$$;

comment on function private.mux_input(public.scenes) is
'A scene''s clips and the sound that goes under them; null for a scene without a sound of its own, or while a part is missing.';

revoke execute on function private.mux_input(public.scenes) from public, anon, authenticated, service_role;
