-- Every verb begins here: what happens to one film happens one thing after the other.

create or replace function private.lock_project(p_project_id text, p_verb text default 'lock')
returns public.projects
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_project public.projects;
begin
  select projects.*
  into v_project
  from public.projects
  where projects.project_id = p_project_id
  for no key update;

  if not found then
    raise exception 'Cannot % project "%": no such project', p_verb, p_project_id using errcode = 'RL404';
  end if;

  return v_project;
end;
$$;

comment on function private.lock_project(text, text) is
'Locks the project first, as the lock order asks, and returns it as it is now. Raises RL404, naming the verb.';

revoke execute on function private.lock_project(text, text) from public, anon, authenticated, service_role;
