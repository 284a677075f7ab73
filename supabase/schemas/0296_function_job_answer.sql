create or replace function private.job_answer(p_project_id text, p_outcome text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'outcome', p_outcome,
      'project_id', projects.project_id,
      -- A job that is being written for is still waiting for its first clip.
      'status', case when p_outcome = 'created' and projects.status = 'storyboarding' then 'queued' else projects.status end,
      -- In test mode no model is asked, and what is made costs nothing, however many scenes it has.
      'storyboard', case
        when projects.execution_mode = 'test' and projects.storyboard is not null then 'splitter'
        else coalesce(projects.storyboard ->> 'by', 'none')
      end,
      'execution_mode', projects.execution_mode,
      'estimated_cost_usd', case when projects.execution_mode = 'test' then 0 else projects.estimated_cost_usd end,
      'task_token', private.sign('task', projects.project_id)
    )
    from public.projects
    where projects.project_id = p_project_id
  );
end;
$$;

comment on function private.job_answer(text, text) is 'What create_project answers about a project that is there.';

revoke execute on function private.job_answer(text, text) from public, anon, authenticated, service_role;
