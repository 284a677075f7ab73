create or replace function private.burns_captions(p_project_id text)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return exists (
    select 1
    from public.projects
    join public.scenes using (project_id)
    where projects.project_id = p_project_id
      and projects.film_options ->> 'captions' = 'burn'
      and coalesce(scenes.caption, scenes.voice_over, scenes.prompt, '') <> ''
  );
end;
$$;

comment on function private.burns_captions(text) is 'True when the film is to show its captions, and has any.';

revoke execute on function private.burns_captions(text) from public, anon, authenticated, service_role;
