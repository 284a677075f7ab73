create or replace function private.fits_budget(p_project_id text)
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
    cross join private.least_cost(p_project_id) as film
    where projects.project_id = p_project_id
      and film.usd <= projects.max_cost_usd
  );
end;
$$;

comment on function private.fits_budget(text) is
'True of a film whose least_cost is within its max_cost_usd. Of one that is held nothing else is looked at: the estimate that somebody is about to approve stays as it was seen.';

revoke execute on function private.fits_budget(text) from public, anon, authenticated, service_role;
