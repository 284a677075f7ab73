-- What is not known to fit into the budget does not fit.

create or replace function private.hold_over_budget(p_project_id text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_max numeric;
  v_awaits text;
  v_usd numeric;
  v_unpriced text[];
begin
  if exists (
    select 1
    from public.projects
    where projects.project_id = p_project_id
      and projects.status in ('completed', 'failed', 'cancelled')
  ) then
    perform private.raise_estimate(p_project_id);
    return false;
  end if;

  select film.usd, film.unpriced into v_usd, v_unpriced from private.least_cost(p_project_id) as film;

  -- Nobody knows yet how many scenes a model will write: no estimate is better than one that is too low.
  update public.projects
  set estimated_cost_usd = case
    when exists (select 1 from public.scenes where scenes.project_id = p_project_id) then v_usd
  end
  where projects.project_id = p_project_id
  returning projects.max_cost_usd, projects.awaiting_approval into v_max, v_awaits;

  if v_max is null or v_usd <= v_max then
    if v_awaits = 'budget' then
      perform private.release_within_budget(p_project_id);
    end if;
    return false;
  end if;

  perform private.await_approval(p_project_id, 'budget', jsonb_build_object(
    'estimated_cost_usd', v_usd, 'max_cost_usd', v_max, 'unpriced', to_jsonb(nullif(v_unpriced, '{}'))
  ));
  return true;
end;
$$;

comment on function private.hold_over_budget(text) is
'Writes the film''s estimate down, and pauses it where that, or the least that it can cost, is above its max_cost_usd: true then. One that was held and fits again goes on. The caller holds the project''s lock.';

revoke execute on function private.hold_over_budget(text) from public, anon, authenticated, service_role;
