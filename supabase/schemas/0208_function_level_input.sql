create or replace function private.level_input(p_project_id text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('audio_url', raw.url, 'loudness', projects.film_options -> 'music' -> 'loudness')
    from public.projects
    cross join private.raw_music_url(p_project_id) as raw (url)
    where projects.project_id = p_project_id
      and projects.film_options -> 'music' -> 'loudness' is not null
      and raw.url is not null
  );
end;
$$;

comment on function private.level_input(text) is
'The music, and the loudness in LUFS that it is brought to; null where its volume is set in mixing, or while it is not there.';

revoke execute on function private.level_input(text) from public, anon, authenticated, service_role;
