-- The one way from a storyboard to the first clip, walked again after each approval and each still:
-- the storyboard is approved where the job asked for that, the film fits into its budget, images have
-- the film's aspect ratio, and those are approved.

create or replace function private.prepare_film(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_project public.projects;
  v_still record;
  v_stills integer := 0;
begin
  select projects.* into v_project from public.projects where projects.project_id = p_project_id;
  if v_project.status = 'paused' and v_project.awaiting_approval is not null then
    return;
  end if;

  -- Until its scenes are written there is nothing else to prepare, and nothing to approve but its cost.
  if not exists (select 1 from public.scenes where scenes.project_id = p_project_id) then
    perform private.hold_over_budget(p_project_id);
    return;
  end if;

  if v_project.stop_at = 'storyboard' then
    update public.projects
    set estimated_cost_usd = (select film.usd from private.estimate_film(p_project_id) as film)
    where projects.project_id = p_project_id;
    perform private.await_approval(p_project_id, 'storyboard');
    return;
  end if;

  if private.hold_over_budget(p_project_id) then
    return;
  end if;

  if v_project.stop_at = 'stills' then
    for v_still in select stills.* from private.missing_stills(p_project_id) as stills
    loop
      v_stills := v_stills + 1;
      perform private.ask_for_still(p_project_id, v_still.scene_id, v_still.chunk_id, v_still.image_url, v_still.aspect_ratio);
    end loop;
    if v_stills = 0 then
      perform private.await_approval(p_project_id, 'stills');
    end if;
    return;
  end if;

  perform private.continue_project(p_project_id);
end;
$$;

comment on function private.prepare_film(text) is
'Queues what the film needs next, or pauses it where an approval is missing. The caller holds the project''s lock.';

revoke execute on function private.prepare_film(text) from public, anon, authenticated, service_role;
