create or replace function private.is_test(p_project_id text)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return exists (
    select 1
    from public.projects
    where projects.project_id = p_project_id
      and projects.execution_mode = 'test'
  );
end;
$$;

comment on function private.is_test(text) is 'True for a project that goes through everything and pays for nothing.';

revoke execute on function private.is_test(text) from public, anon, authenticated, service_role;
