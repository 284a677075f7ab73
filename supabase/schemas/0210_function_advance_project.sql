-- A paused project goes on with what is under way: it remembers how far it has come.

create or replace function private.advance_project(p_project_id text, p_from text[], p_to text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.projects
  set
    status = case when projects.status = 'paused' then 'paused' else p_to end,
    paused_from = case when projects.status = 'paused' then p_to end
  where projects.project_id = p_project_id
    and coalesce(projects.paused_from, projects.status) = any (p_from);
end;
$$;

comment on function private.advance_project(text, text[], text) is
'p_from → p_to, for status or, while the project is paused, for paused_from. The caller holds the project''s lock.';

revoke execute on function private.advance_project(text, text[], text) from public, anon, authenticated, service_role;
