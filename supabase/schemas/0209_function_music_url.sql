-- Where nobody downstream can set a volume, the music is brought to its loudness beforehand.

create or replace function private.music_url(p_project_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select case
      when projects.film_options -> 'music' -> 'loudness' is null then private.raw_music_url(p_project_id)
      else private.film_part(p_project_id, 'level_music', private.level_input(p_project_id)) ->> 'audio_url'
    end
    from public.projects
    where projects.project_id = p_project_id
  );
end;
$$;

comment on function private.music_url(text) is 'The music as it goes under the film; null while it is not there yet.';

revoke execute on function private.music_url(text) from public, anon, authenticated, service_role;
