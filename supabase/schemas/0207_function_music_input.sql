-- Music that is made to order is as long as the film.

create or replace function private.music_input(p_project_id text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'prompt', projects.film_options -> 'music' ->> 'prompt',
      'model', projects.film_options -> 'music' ->> 'model',
      'seconds', private.film_seconds(p_project_id)
    )
    from public.projects
    where projects.project_id = p_project_id
      and projects.film_options -> 'music' ->> 'prompt' is not null
  );
end;
$$;

comment on function private.music_input(text) is 'What generate_music is asked for; null where the job gave a file, or wants none.';

revoke execute on function private.music_input(text) from public, anon, authenticated, service_role;
