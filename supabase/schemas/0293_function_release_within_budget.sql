-- project paused, awaiting approval of its budget → where it was
--
-- A clip that came too late, a price that is lowered again, or an attempt that cost less than was expected may have it fit:
-- then there is nothing left to approve. Whom an operator paused besides, before that or since, stays so.

create or replace function private.release_within_budget(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.projects
  set status = projects.paused_from, paused_from = null, awaiting_approval = null
  where projects.project_id = p_project_id
    and projects.status = 'paused'
    and projects.awaiting_approval = 'budget'
    and not exists (
      select 1
      from public.pipeline_events
      where pipeline_events.project_id = p_project_id
        and pipeline_events.type = 'project.pause_reason'
        and pipeline_events.event_id > (
          select max(paused.event_id)
          from public.pipeline_events as paused
          where paused.project_id = p_project_id
            and paused.type = 'project.paused'
        )
    );

  if not found then
    return;
  end if;

  perform private.release_steps(p_project_id);
  perform private.prepare_film(p_project_id);
end;
$$;

comment on function private.release_within_budget(text) is
'paused, awaiting a budget → paused_from, for a film that fits into it again. The caller holds the project''s lock, and has found that it fits.';

revoke execute on function private.release_within_budget(text) from public, anon, authenticated, service_role;
