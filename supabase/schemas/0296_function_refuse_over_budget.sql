create or replace function private.refuse_over_budget(p_project_id text, p_scenes jsonb default '[]')
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_max numeric := (select projects.max_cost_usd from public.projects where projects.project_id = p_project_id);
  v_usd numeric;
  v_unpriced text[];
begin
  if v_max is null then
    return;
  end if;

  select film.usd, film.unpriced into v_usd, v_unpriced from private.least_cost(p_project_id, p_scenes) as film;

  if v_usd is null or v_usd > v_max then
    raise exception 'Cannot create project: it does not fit into its budget' using
      errcode = 'RL402',
      detail = jsonb_build_object(
        'outcome', 'over_budget', 'estimated_cost_usd', v_usd, 'max_cost_usd', v_max, 'unpriced', to_jsonb(v_unpriced)
      )::text;
  end if;
end;
$$;

comment on function private.refuse_over_budget(text, jsonb) is
'Raises RL402 where a new film, and the clips and voices of p_scenes besides, cost more than its max_cost_usd, or an unknown sum.';

revoke execute on function private.refuse_over_budget(text, jsonb) from public, anon, authenticated, service_role;
