create or replace function private.mix_input(p_project_id text, p_video_url text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'video_url', p_video_url,
      'music_url', private.music_url(p_project_id),
      'volume', case when projects.film_options -> 'music' -> 'loudness' is null
        then projects.film_options -> 'music' -> 'volume' end,
      'ducking', projects.film_options -> 'music' -> 'ducking',
      'has_sound', exists (
        select 1
        from public.scenes
        where scenes.project_id = p_project_id
          and coalesce(scenes.audio_url, scenes.voice_over) is not null
      ) or exists (
        -- What a model was given to follow is heard in its clip.
        select 1
        from public.video_chunks
        where video_chunks.project_id = p_project_id
          and video_chunks.selected
          and video_chunks.audio_url is not null
      ),
      'seconds', private.film_seconds(p_project_id)
    )
    from public.projects
    where projects.project_id = p_project_id
      and projects.film_options -> 'music' is not null
  );
end;
$$;

comment on function private.mix_input(text, text) is 'This film and its music; null for a film without.';

revoke execute on function private.mix_input(text, text) from public, anon, authenticated, service_role;
