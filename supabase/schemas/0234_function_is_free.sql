create or replace function private.is_free(p_step private.steps)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return private.is_free_kind(p_step.kind) or private.is_test(p_step.project_id);
end;
$$;

comment on function private.is_free(private.steps) is 'True for a step that nobody asks money for: of its kind, or of a test.';

revoke execute on function private.is_free(private.steps) from public, anon, authenticated, service_role;
