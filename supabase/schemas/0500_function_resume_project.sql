-- project paused → where it was, or as far as it has come meanwhile

create or replace function public.resume_project(p_project_id text, p_reason text default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_project public.projects := private.lock_project(p_project_id, 'resume');
begin
  if v_project.status in ('completed', 'failed', 'cancelled') then
    raise exception 'Cannot resume project "%": it is %, and only a paused one can be resumed',
      p_project_id, v_project.status using errcode = 'RL409';
  end if;

  if v_project.status = 'paused' and v_project.awaiting_approval is not null then
    raise exception 'Cannot resume project "%": it awaits an approval of its %', p_project_id, v_project.awaiting_approval
      using errcode = 'RL409';
  end if;

  update public.projects
  set status = projects.paused_from, paused_from = null
  where projects.project_id = p_project_id
    and projects.status = 'paused';

  perform private.release_steps(p_project_id);

  -- It may be stitched only now, or for the second time: a thumbnail that failed before is asked for again.
  if v_project.status = 'paused' then
    perform private.hold_over_budget(p_project_id);
  end if;

  if p_reason is not null and v_project.status = 'paused' then
    perform private.record_event(p_project_id, 'project.resume_reason', null, null, jsonb_build_object('reason', p_reason));
  end if;
  return private.verb_answer(v_project);
end;
$$;

comment on function public.resume_project(text, text) is
'paused → paused_from; idempotent. {project_id, was, status, requests_given_up}. Raises RL404, and RL409 when the film has ended or awaits an approval. Called by webhook-manage.';

revoke execute on function public.resume_project(text, text) from public, anon, authenticated;
grant execute on function public.resume_project(text, text) to service_role;
