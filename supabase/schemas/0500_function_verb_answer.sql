create or replace function private.verb_answer(p_before public.projects)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'project_id', projects.project_id,
    'was', p_before.status,
    'status', projects.status,
    'requests_given_up', (
      select count(*)
      from private.steps
      where steps.project_id = projects.project_id
        and steps.kind = 'cancel_request'
        and steps.status in ('queued', 'running', 'waiting')
    )
  )
  from public.projects
  where projects.project_id = p_before.project_id;
$$;

comment on function private.verb_answer(public.projects) is
'What an operator''s verb answers: the status before and after, and how many requests are being given up.';

revoke execute on function private.verb_answer(public.projects) from public, anon, authenticated, service_role;
