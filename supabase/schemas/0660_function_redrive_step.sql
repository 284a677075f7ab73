-- step failed → queued, for a request that could not be given up
-- project completed → stitching, for a film whose thumbnail could not be made

create or replace function public.redrive_step(p_step_id text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_step private.steps := private.lock_step(p_step_id, 'redrive');
  v_project public.projects;
  v_again private.steps;
  v_status text := 'queued';
begin
  select projects.* into v_project from public.projects where projects.project_id = v_step.project_id;

  if v_step.status <> 'failed' or v_step.kind not in ('cancel_request', 'extract_thumbnail') then
    raise exception 'Cannot redrive step "%": it is a % that is %, and only a failed cancel_request or extract_thumbnail can be redriven; what else fails is retried with its project',
      p_step_id, v_step.kind, v_step.status using errcode = 'RL409';
  elsif v_step.kind = 'extract_thumbnail' and v_project.status <> 'completed' then
    raise exception 'Cannot redrive step "%": its project is %, and only a completed one gets another thumbnail',
      p_step_id, v_project.status using errcode = 'RL409';
  elsif v_step.kind = 'extract_thumbnail' and v_project.thumbnail_url is not null then
    raise exception 'Cannot redrive step "%": its film has a thumbnail meanwhile', p_step_id using errcode = 'RL409';
  end if;

  if v_step.kind = 'cancel_request' then
    update private.steps
    set status = 'queued', due_at = private.clock(), error_message = null, updated_at = private.clock()
    where steps.step_id = p_step_id;
  else
    perform private.reopen_project(v_step.project_id);
    v_again := private.film_step(v_step.project_id, 'extract_thumbnail');
    -- Another version may be the same film, with a thumbnail: then this one has it by now, and nobody is asked.
    if v_again.step_id is not null then
      v_step := v_again;
    else
      v_status := (select projects.status from public.projects where projects.project_id = v_step.project_id);
    end if;
  end if;

  perform private.record_event(v_step.project_id, 'step.redriven', v_step.scene_id, v_step.chunk_id, jsonb_build_object(
    'kind', v_step.kind, 'step_id', v_step.step_id
  ));
  return jsonb_build_object('step_id', v_step.step_id, 'kind', v_step.kind, 'was', 'failed', 'status', v_status);
end;
$$;

comment on function public.redrive_step(text) is
'failed → queued, for what a film went on without: a cancel_request, or a thumbnail (as a new step; the film is stored again with it). {step_id, kind, was, status}. Raises RL404, RL409. Called by webhook-manage.';

revoke execute on function public.redrive_step(text) from public, anon, authenticated;
grant execute on function public.redrive_step(text) to service_role;
