create or replace function private.go_on_with_parts(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.begin_sound(p_project_id);
  if exists (
    select 1
    from public.projects
    where projects.project_id = p_project_id
      and 'stitching' in (projects.status, projects.paused_from)
  ) then
    perform private.store_film_when_ready(p_project_id);
  end if;
end;
$$;

comment on function private.go_on_with_parts(text) is
'A part of the film is there: asks for what comes next. The caller holds the project''s lock.';

revoke execute on function private.go_on_with_parts(text) from public, anon, authenticated, service_role;
