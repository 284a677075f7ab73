create or replace function private.lock_step(p_step_id text, p_verb text default 'lock')
returns private.steps
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_step private.steps;
begin
  perform 1
  from public.projects
  where projects.project_id = (select steps.project_id from private.steps where steps.step_id = p_step_id)
  for no key update;

  select steps.* into v_step from private.steps where steps.step_id = p_step_id for no key update;

  if not found then
    raise exception 'Cannot % step "%": no such step', p_verb, p_step_id using errcode = 'RL404';
  end if;

  return v_step;
end;
$$;

comment on function private.lock_step(text, text) is
'Locks project, then step, and returns the step as it is now. Raises RL404, naming the verb.';

revoke execute on function private.lock_step(text, text) from public, anon, authenticated, service_role;
