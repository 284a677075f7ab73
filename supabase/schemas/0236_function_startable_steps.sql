create or replace function private.startable_steps(
  p_limit integer,
  p_providers jsonb,
  p_now timestamptz,
  p_are_few boolean
)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_budget numeric := private.budget_left();
  v_providers jsonb := p_providers;
begin
  if v_budget = 0 and exists (
    select 1
    from private.steps
    where steps.status = 'queued'
      and steps.due_at <= p_now
      and not private.is_free_kind(steps.kind)
  ) then
    perform private.note_spending_cap();
  end if;

  -- With nothing left, what costs money is done for a test alone. Were it looked for all the same, it would take the places
  -- of what goes on.
  if v_budget = 0 then
    select jsonb_object_agg(kinds.name, case
      when private.is_free_kind(kinds.name) then kinds.provider
      else 'test'
    end)
    into v_providers
    from jsonb_each_text(p_providers) as kinds (name, provider);
  end if;

  return array(
    select queued.step_id
    from private.affordable_steps(p_limit, v_providers, p_now, v_budget, p_are_few) as queued
    order by queued.turn, queued.due_at
  );
end;
$$;

comment on function private.startable_steps(integer, jsonb, timestamptz, boolean) is
'Queued steps that may begin now under max_usd_per_day, within the limits of their providers and the day''s budget, in order.';

revoke execute on function private.startable_steps(integer, jsonb, timestamptz, boolean)
from public, anon, authenticated, service_role;
