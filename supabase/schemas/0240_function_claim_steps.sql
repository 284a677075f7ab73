create or replace function private.claim_steps(p_limit integer, p_providers jsonb, p_now timestamptz)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
-- For all that it calls: their limits, and how many steps are claimed, would have them planned each time.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_due record := private.due_steps(p_limit, p_providers, p_now);
  v_step private.steps;
  v_work jsonb := '[]';
begin
  if cardinality(v_due.overdue) > 0 then
    for v_step in
      select steps.*
      from private.steps
      where steps.step_id = any (v_due.overdue)
        and steps.status not in ('queued', 'completed', 'failed', 'cancelled')
        and steps.due_at <= p_now
      order by steps.due_at
      for no key update skip locked
    loop
      v_work := v_work || private.claim_step(v_step, p_providers);
    end loop;
  end if;

  if cardinality(v_due.queued) > 0 then
    v_work := v_work || private.start_steps(v_due.queued, p_providers, p_now);
  end if;
  return v_work;
end;
$$;

comment on function private.claim_steps(integer, jsonb, timestamptz) is
'Leases up to p_limit due steps, overdue ones first; the work for the runner.';

revoke execute on function private.claim_steps(integer, jsonb, timestamptz) from public, anon, authenticated, service_role;
