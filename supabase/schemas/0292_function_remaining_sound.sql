create or replace function private.remaining_sound(p_project_id text)
returns table (kind text, input jsonb, chunk_id text)
language plpgsql
stable
rows 10
security invoker
set search_path = ''
as $$
declare
  v_finishing text[];
begin
  -- Most films have none of it.
  if not private.has_sound_or_captions(p_project_id) then
    return;
  end if;

  v_finishing := private.finishing_left(p_project_id);

  -- The same words are spoken once, however many scenes have them.
  return query
  select distinct on (voices.input) 'generate_voice', voices.input, private.last_chunk(scenes.scene_id)
  from public.scenes
  cross join lateral (select private.voice_input(scenes) as input) as voices
  where scenes.project_id = p_project_id
    and scenes.voice_over is not null
    and scenes.audio_url is null
    and private.is_to_be_made(p_project_id, 'generate_voice', voices.input)
  order by voices.input, scenes.position;

  return query
  select 'mux_audio', jsonb_build_object('seconds', clips.seconds), private.last_chunk(scenes.scene_id)
  from public.scenes
  cross join lateral (
    select case when count(*) = count(video_chunks.duration) then sum(video_chunks.duration) end as seconds
    from public.video_chunks
    where video_chunks.scene_id = scenes.scene_id
      and video_chunks.selected
  ) as clips
  where scenes.project_id = p_project_id
    and coalesce(scenes.audio_url, scenes.voice_over) is not null
    and private.film_part(p_project_id, 'mux_audio', private.mux_input(scenes)) is null
  union all
  select finish.kind, finish.input || jsonb_build_object('seconds', case
    -- Of scenes that are still being written nobody knows the length, but who finishes the film has a price.
    when exists (select 1 from public.scenes where scenes.project_id = p_project_id) then private.film_seconds(p_project_id)
    else 0
  end), null
  from public.projects
  cross join lateral (values
    (
      'generate_music',
      private.music_input(p_project_id),
      private.music_input(p_project_id) is not null
      and private.is_to_be_made(p_project_id, 'generate_music', private.music_input(p_project_id))
    ),
    (
      'level_music',
      '{}',
      projects.film_options -> 'music' -> 'loudness' is not null
      and private.is_to_be_made(p_project_id, 'level_music', private.level_input(p_project_id))
    ),
    ('mix_music', '{}', 'mix_music' = any (v_finishing)),
    ('burn_captions', '{}', 'burn_captions' = any (v_finishing))
  ) as finish (kind, input, is_wanted)
  where projects.project_id = p_project_id
    and projects.status <> 'completed'
    and finish.is_wanted;
end;
$$;

comment on function private.remaining_sound(text) is
'Voices, sound under clips, music and captions that a film still needs, with as much of the input as its price depends on.';

revoke execute on function private.remaining_sound(text) from public, anon, authenticated, service_role;
