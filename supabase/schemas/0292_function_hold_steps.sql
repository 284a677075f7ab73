-- queued steps → due with the project's resumption (due_at)

create or replace function private.hold_steps(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update private.steps
  set due_at = 'infinity', updated_at = private.clock()
  where steps.project_id = p_project_id
    and steps.status = 'queued'
    and steps.kind <> 'cancel_request';
end;
$$;

comment on function private.hold_steps(text) is
'A project is paused: what is queued for it waits, but for requests that are given up. The caller holds the project''s lock.';

revoke execute on function private.hold_steps(text) from public, anon, authenticated, service_role;
