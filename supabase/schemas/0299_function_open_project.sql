-- → queued, or what follows from it at once

create or replace function private.open_project(p_job jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_digest text := private.job_digest(p_job);
  v_key text := private.job_key(p_job, v_digest);
  v_user_id text := p_job ->> 'user_id';
  v_project public.projects;
begin
  perform pg_advisory_xact_lock(private.version_lock(p_job));

  v_project := private.insert_project(p_job, v_key);

  if v_project.project_id is null then
    select projects.*
    into strict v_project
    from public.projects
    where projects.user_id = v_user_id
      and projects.idempotency_key = v_key;

    return private.job_answer(v_project.project_id, (
      select case when job_requests.body_digest = v_digest then 'duplicate' else 'conflict' end
      from private.job_requests
      where job_requests.project_id = v_project.project_id
    ));
  end if;

  perform private.insert_job_requests(array[p_job], array[v_project.project_id], array[v_digest]);

  if p_job ->> 'storyboard' = 'model' then
    perform private.begin_storyboard(v_project, p_job -> 'scenes', nullif(p_job -> 'wishes', 'null'));
  else
    perform private.insert_scenes(v_project, p_job -> 'scenes');
    if v_project.revision_of is not null then
      perform private.reuse_scenes(v_project);
      perform private.reuse_late_clips(v_project);
    end if;
    perform private.refuse_over_budget(v_project.project_id);
    perform private.prepare_film(v_project.project_id);
  end if;

  return private.job_answer(v_project.project_id, 'created');
end;
$$;

comment on function private.open_project(jsonb) is
'→ queued; idempotent by key. Raises RL402, with the answer as its detail, where the film does not fit into max_cost_usd.';

revoke execute on function private.open_project(jsonb) from public, anon, authenticated, service_role;
