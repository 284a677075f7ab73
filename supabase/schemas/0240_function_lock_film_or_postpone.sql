-- For a claim that has to close a film's steps, below the lock of one of them. It holds steps of other films by then, and
-- another claim may hold some of this one: waited for, each would wait for the other. Where the film is busy, the step's
-- lease goes on for a moment, so that the steps of a project that somebody holds for minutes do not come first in every
-- claim and hide the others.

create or replace function private.lock_film_or_postpone(p_step private.steps)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform 1
  from public.projects
  where projects.project_id = p_step.project_id
  for no key update skip locked;

  if found and (
    select count(*)
    from private.steps
    where steps.project_id = p_step.project_id
      and steps.status in ('queued', 'running', 'waiting')
  ) = (
    select count(*)
    from (
      select steps.step_id
      from private.steps
      where steps.project_id = p_step.project_id
        and steps.status in ('queued', 'running', 'waiting')
      for no key update skip locked
    ) as locked
  ) then
    return true;
  end if;

  update private.steps
  set due_at = private.clock() + interval '2 seconds'
  where steps.step_id = p_step.step_id;
  return false;
end;
$$;

comment on function private.lock_film_or_postpone(private.steps) is
'True with the project and its open steps locked, waiting for nobody; else the step is looked at again two seconds later.';

revoke execute on function private.lock_film_or_postpone(private.steps) from public, anon, authenticated, service_role;
