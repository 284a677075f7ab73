-- One after the other: each clip with its sound, the captions, the joined film (one piece alone is not
-- joined), the music under it, the captions burnt in. What was made from the same input counts as made.

create or replace function private.continue_film(p_project_id text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_has_more boolean := private.has_sound_or_captions(p_project_id);
  v_scene public.scenes;
  v_pieces text[];
  v_captions_input jsonb;
  v_captions jsonb;
  v_stitch private.steps;
  v_url text;
  v_input jsonb;
begin
  if v_has_more then
    perform private.begin_sound(p_project_id);

    for v_scene in
      select scenes.*
      from public.scenes
      where scenes.project_id = p_project_id
        and coalesce(scenes.audio_url, scenes.voice_over) is not null
      order by scenes.position
    loop
      perform private.ask_for_part(
        p_project_id, 'mux_audio', private.mux_input(v_scene), v_scene.scene_id, private.last_chunk(v_scene.scene_id)
      );
    end loop;

    select array_agg(film_pieces.url order by film_pieces.place)
    into v_pieces
    from private.film_pieces(p_project_id);
  else
    v_pieces := private.film_clips(p_project_id);
  end if;

  if array_position(v_pieces, null) is not null then
    return null;
  end if;

  if v_has_more then
    v_captions_input := private.captions_input(p_project_id);
    v_captions := private.ask_for_part(p_project_id, 'store_captions', v_captions_input);
    if v_captions_input is not null and v_captions is null then
      return null;
    end if;
  end if;

  if cardinality(v_pieces) = 1 then
    v_url := v_pieces[1];
  else
    v_stitch := private.film_step(p_project_id, 'stitch', v_pieces);
    if v_stitch.step_id is null then
      perform private.add_step(p_project_id, 'stitch');
    else
      v_url := v_stitch.output ->> 'video_url';
    end if;
  end if;

  if v_url is null or not v_has_more then
    return v_url;
  end if;

  v_input := private.mix_input(p_project_id, v_url);
  if v_input is not null then
    v_url := case when v_input ->> 'music_url' is not null
      then private.ask_for_part(p_project_id, 'mix_music', v_input) ->> 'video_url' end;
  end if;

  if v_url is not null and private.burns_captions(p_project_id) then
    v_url := private.ask_for_part(
      p_project_id, 'burn_captions', jsonb_build_object('video_url', v_url, 'captions_url', v_captions ->> 'srt_url')
    ) ->> 'video_url';
  end if;
  return v_url;
end;
$$;

comment on function private.continue_film(text) is
'Queues what a film whose clips are there needs next; the whole film''s URL once nothing is missing, else null. The caller holds the project''s lock.';

revoke execute on function private.continue_film(text) from public, anon, authenticated, service_role;
