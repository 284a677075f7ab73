-- The version that is meant when somebody speaks of the video; nothing is made or stored anew.

create or replace function public.prefer_project(p_project_id text, p_reason text default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_project public.projects := private.lock_project(p_project_id, 'prefer');
begin
  if v_project.status <> 'completed' then
    raise exception 'Cannot prefer project "%": it is %, and only a completed one can be preferred',
      p_project_id, v_project.status using errcode = 'RL409';
  end if;

  update public.projects
  set preferred_at = private.clock()
  where projects.project_id = p_project_id
    and projects.project_id is distinct from (
      select chosen.project_id from private.preferred_version(v_project.user_id, v_project.video_id) as chosen
      where chosen.preferred_at is not null
    );

  if found then
    perform private.record_event(p_project_id, 'project.preferred', null, null, jsonb_strip_nulls(jsonb_build_object(
      'version', v_project.version, 'reason', p_reason
    )));
  end if;
  return private.verb_answer(v_project) || jsonb_build_object('preferred', true);
end;
$$;

comment on function public.prefer_project(text, text) is
'Makes a completed film the preferred version of its video; idempotent. {project_id, was, status, requests_given_up, preferred}. Raises RL404, RL409. Called by webhook and webhook-manage.';

revoke execute on function public.prefer_project(text, text) from public, anon, authenticated;
grant execute on function public.prefer_project(text, text) to service_role;
