-- project paused, awaiting approval of its budget → where it was, or paused by an operator alone
--
-- A clip that came too late, a price that is lowered again, or an attempt that cost less than was expected may have it fit:
-- then there is nothing left to approve. Whom an operator paused besides stays so, until he is resumed.

create or replace function private.release_within_budget(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_stays boolean;
begin
  select private.is_paused_by_operator(projects.project_id)
  into v_stays
  from public.projects
  where projects.project_id = p_project_id
    and projects.status = 'paused'
    and projects.awaiting_approval = 'budget';
  if not found then
    return;
  end if;

  update public.projects
  set
    awaiting_approval = null,
    status = case when v_stays then projects.status else projects.paused_from end,
    paused_from = case when v_stays then projects.paused_from end
  where projects.project_id = p_project_id;

  if not v_stays then
    perform private.release_steps(p_project_id);
  end if;
  perform private.prepare_film(p_project_id);
end;
$$;

comment on function private.release_within_budget(text) is
'paused, awaiting a budget → paused_from, for a film that fits into it again; one that an operator paused awaits nothing more, and stays paused. The caller holds the project''s lock, and has found that it fits.';

revoke execute on function private.release_within_budget(text) from public, anon, authenticated, service_role;
