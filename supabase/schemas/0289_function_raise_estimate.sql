create or replace function private.raise_estimate(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_spent numeric := private.spent_on(p_project_id);
begin
  update public.projects
  set estimated_cost_usd = v_spent
  where projects.project_id = p_project_id
    and projects.estimated_cost_usd < v_spent;
end;
$$;

comment on function private.raise_estimate(text) is
'The estimate of a film that has ended is at least what it did cost: steps may have begun at other prices than it was estimated at. The caller holds the project''s lock.';

revoke execute on function private.raise_estimate(text) from public, anon, authenticated, service_role;
