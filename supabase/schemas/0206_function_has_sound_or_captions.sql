-- Most films have neither, and need not be asked for each of their pieces.

create or replace function private.has_sound_or_captions(p_project_id text)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select projects.film_options ?| array['music', 'captions']
      or exists (
        select 1
        from public.scenes
        where scenes.project_id = p_project_id
          and coalesce(scenes.audio_url, scenes.voice_over) is not null
      )
    from public.projects
    where projects.project_id = p_project_id
  );
end;
$$;

comment on function private.has_sound_or_captions(text) is
'False for a film whose clips are joined as they are: no voice, music, sound track or captions.';

revoke execute on function private.has_sound_or_captions(text) from public, anon, authenticated, service_role;
