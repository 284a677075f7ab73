-- project queued | storyboarding | generating → paused, until somebody approves

create or replace function private.await_approval(p_project_id text, p_stage text, p_data jsonb default '{}')
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.projects
  set
    status = 'paused',
    paused_from = coalesce(projects.paused_from, projects.status),
    awaiting_approval = p_stage
  where projects.project_id = p_project_id
    and projects.status not in ('completed', 'failed', 'cancelled');

  if not found then
    return;
  end if;

  perform private.hold_steps(p_project_id);

  perform private.record_event(
    p_project_id, 'project.awaiting_approval', null, null, jsonb_build_object('stage', p_stage) || p_data
  );
end;
$$;

comment on function private.await_approval(text, text, jsonb) is
'→ paused, awaiting approval of p_stage. The caller holds the project''s lock.';

revoke execute on function private.await_approval(text, text, jsonb) from public, anon, authenticated, service_role;
