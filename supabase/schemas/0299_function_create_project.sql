-- → queued
--
-- Takes a parsed job. The same job again (same key, same body) gets the first project back. p_needs
-- names what the job relies on: a database that does not know the argument does not take the job.

create or replace function public.create_project(p_job jsonb, p_needs text[] default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_answer text;
begin
  if p_job ->> 'max_cost_usd' is null then
    return coalesce(nullif(public.create_projects(jsonb_build_array(p_job)) -> 0, 'null'), private.open_project(p_job));
  end if;

  begin
    return private.open_project(p_job);
  exception
    when sqlstate 'RL402' then
      get stacked diagnostics v_answer = pg_exception_detail;
      return v_answer::jsonb;
  end;
end;
$$;

comment on function public.create_project(jsonb, text[]) is
'→ queued; idempotent by key. Outcome created, duplicate, conflict (same key, other body) or over_budget (nothing was created). Called by webhook and videos.';

revoke execute on function public.create_project(jsonb, text[]) from public, anon, authenticated;
grant execute on function public.create_project(jsonb, text[]) to service_role;
