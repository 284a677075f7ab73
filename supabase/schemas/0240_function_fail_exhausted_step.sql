-- Called below a step lock, where waiting for the project would break the lock order: if the project
-- is busy, the step stays due and the next claim tries again.

create or replace function private.fail_exhausted_step(p_step private.steps, p_attempt private.attempts)
returns void
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

  if found then
    perform private.fail_step(p_step.step_id, p_attempt.error_message);
  end if;
end;
$$;

comment on function private.fail_exhausted_step(private.steps, private.attempts) is
'running → failed, for a step whose runners died as often as it may be tried.';

revoke execute on function private.fail_exhausted_step(private.steps, private.attempts)
from public, anon, authenticated, service_role;
