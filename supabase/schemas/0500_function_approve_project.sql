-- project paused, awaiting approval → where it was
--
-- Approving a budget raises max_cost_usd to the estimate that was seen, or, while scenes are being written,
-- to the least that the film can cost; one that nobody could estimate has no limit from then on.

create or replace function public.approve_project(
  p_project_id text,
  p_reason text default null,
  p_stage text default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_project public.projects := private.lock_project(p_project_id, 'approve');
  v_usd numeric := coalesce(
    v_project.estimated_cost_usd, (select film.usd from private.least_cost(p_project_id) as film)
  );
begin
  if v_project.status <> 'paused' or v_project.awaiting_approval is null
    or v_project.awaiting_approval <> coalesce(p_stage, v_project.awaiting_approval) then
    raise exception 'Cannot approve % of project "%": it awaits %', coalesce(p_stage, 'anything'), p_project_id,
      case when v_project.status = 'paused' then coalesce(v_project.awaiting_approval, 'no approval') else 'no approval' end
      using errcode = 'RL409';
  end if;

  update public.projects
  set
    status = projects.paused_from,
    paused_from = null,
    awaiting_approval = null,
    stop_at = case when projects.stop_at <> projects.awaiting_approval then projects.stop_at end,
    max_cost_usd = case
      when projects.awaiting_approval <> 'budget' then projects.max_cost_usd
      when v_usd is not null then greatest(projects.max_cost_usd, v_usd)
    end
  where projects.project_id = p_project_id;

  perform private.release_steps(p_project_id);

  perform private.record_event(p_project_id, 'project.approved', null, null, jsonb_build_object(
    'stage', v_project.awaiting_approval, 'reason', p_reason, 'estimated_cost_usd', v_usd
  ));
  perform private.prepare_film(p_project_id);
  return private.verb_answer(v_project) || jsonb_build_object('approved', v_project.awaiting_approval);
end;
$$;

comment on function public.approve_project(text, text, text) is
'paused, awaiting approval → paused_from. {project_id, was, status, requests_given_up, approved}. Raises RL404, and RL409 where nothing, or something else than p_stage, awaits it. Called by webhook and webhook-manage.';

revoke execute on function public.approve_project(text, text, text) from public, anon, authenticated;
grant execute on function public.approve_project(text, text, text) to service_role;
