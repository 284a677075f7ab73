-- What a price, or who does a step, was when a film was estimated need not be what it is when the step begins: then the
-- film costs more than anybody was told. Here that is noticed, once more is spent and reserved than the whole was to cost.

create or replace function private.hold_dearer(p_project_ids text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- A plan from when the tables were small is kept; there is an index for each of these joins.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_project_id text;
begin
  for v_project_id in
    select projects.project_id
    from public.projects
    where projects.project_id = any (p_project_ids)
      and projects.estimated_cost_usd < private.committed_on(projects.project_id)
  loop
    perform private.hold_over_budget(v_project_id);
  end loop;
end;
$$;

comment on function private.hold_dearer(text[]) is
'hold_over_budget, for those films for which more is spent and reserved than was estimated. The caller holds their locks.';

revoke execute on function private.hold_dearer(text[]) from public, anon, authenticated, service_role;
