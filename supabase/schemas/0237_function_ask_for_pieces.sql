-- → queued: voices and music, and each scene's clips with the sound that goes under them

create or replace function private.ask_for_pieces(p_project_id text)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_scene public.scenes;
begin
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

  return (
    select array_agg(film_pieces.url order by film_pieces.place)
    from private.film_pieces(p_project_id)
  );
end;
$$;

comment on function private.ask_for_pieces(text) is
'What a film with sound or captions is joined from, in order; null for each piece that is not there yet, and then a step that makes it. The caller holds the project''s lock.';

revoke execute on function private.ask_for_pieces(text) from public, anon, authenticated, service_role;
