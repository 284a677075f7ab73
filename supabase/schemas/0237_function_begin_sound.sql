-- Voices and music need no clip: they are made while the clips are.

create or replace function private.begin_sound(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_scene public.scenes;
begin
  if not private.has_sound_or_captions(p_project_id) then
    return;
  end if;

  for v_scene in
    select scenes.*
    from public.scenes
    where scenes.project_id = p_project_id
      and scenes.voice_over is not null
      and scenes.audio_url is null
    order by scenes.position
  loop
    perform private.ask_for_part(
      p_project_id, 'generate_voice', private.voice_input(v_scene), v_scene.scene_id,
      private.last_chunk(v_scene.scene_id)
    );
  end loop;

  perform private.ask_for_part(p_project_id, 'generate_music', private.music_input(p_project_id));
  perform private.ask_for_part(p_project_id, 'level_music', private.level_input(p_project_id));
end;
$$;

comment on function private.begin_sound(text) is
'Queues the voices and the music that a film asks for and that are not there. The caller holds the project''s lock.';

revoke execute on function private.begin_sound(text) from public, anon, authenticated, service_role;
