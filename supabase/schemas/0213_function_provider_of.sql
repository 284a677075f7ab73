-- Storing costs nothing, also in a test: its film goes to where films are. Giving up goes to whoever
-- has the request.

create or replace function private.provider_of(p_project_id text, p_kind text, p_providers jsonb)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return case
    when not private.is_free_kind(p_kind) and private.is_test(p_project_id) then 'test'
    else p_providers ->> p_kind
  end;
end;
$$;

comment on function private.provider_of(text, text, jsonb) is
'Who does this kind of step for this project, of those that are configured; test, where it is a test.';

revoke execute on function private.provider_of(text, text, jsonb) from public, anon, authenticated, service_role;
