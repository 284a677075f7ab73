-- For a claim that has to close a film's steps. It holds steps of other films by then, and another claim may hold some of
-- this one: waited for, each would wait for the other.

create or replace function private.try_lock_film(p_project_id text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform 1
  from public.projects
  where projects.project_id = p_project_id
  for no key update skip locked;

  if not found then
    return false;
  end if;

  return (
    select count(*)
    from private.steps
    where steps.project_id = p_project_id
      and steps.status in ('queued', 'running', 'waiting')
  ) = (
    select count(*)
    from (
      select steps.step_id
      from private.steps
      where steps.project_id = p_project_id
        and steps.status in ('queued', 'running', 'waiting')
      for no key update skip locked
    ) as locked
  );
end;
$$;

comment on function private.try_lock_film(text) is
'Locks the project and its open steps, waiting for nobody; false where somebody has one of them.';

revoke execute on function private.try_lock_film(text) from public, anon, authenticated, service_role;
