-- queued steps that waited for the project's resumption → due

create or replace function private.release_steps(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update private.steps
  set due_at = private.clock(), updated_at = private.clock()
  where steps.project_id = p_project_id
    and steps.status = 'queued'
    and steps.due_at = 'infinity';
end;
$$;

comment on function private.release_steps(text) is
'A project goes on: what hold_steps held, and what was queued meanwhile, is due. The caller holds the project''s lock.';

revoke execute on function private.release_steps(text) from public, anon, authenticated, service_role;
