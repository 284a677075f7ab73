create or replace function private.voice_input(p_scene public.scenes)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'text', p_scene.voice_over,
      'model', projects.film_options ->> 'speech_model',
      'voice', projects.film_options ->> 'voice'
    )
    from public.projects
    where projects.project_id = p_scene.project_id
      and p_scene.voice_over is not null
      and p_scene.audio_url is null
  );
end;
$$;

comment on function private.voice_input(public.scenes) is 'What generate_voice is asked for; null for a scene that is not spoken.';

revoke execute on function private.voice_input(public.scenes) from public, anon, authenticated, service_role;
