create or replace function private.raw_music_url(p_project_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(
      projects.film_options -> 'music' ->> 'url',
      private.film_part(p_project_id, 'generate_music', private.music_input(p_project_id)) ->> 'audio_url'
    )
    from public.projects
    where projects.project_id = p_project_id
  );
end;
$$;

comment on function private.raw_music_url(text) is
'The music as the job gave it, or as it was made; null for a film without, or while it is not there.';

revoke execute on function private.raw_music_url(text) from public, anon, authenticated, service_role;
