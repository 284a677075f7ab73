-- Estimate and cost of an attempt, before and after: the ledger gets the difference. What it reserves as it
-- begins: tg_attempts__reserve.

create or replace function private.tg_attempts__keep_ledger()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_was_over boolean := old.ended_at is not null;
  v_reserved numeric := case when new.ended_at is null then new.estimated_cost_usd else 0 end;
  v_reserved_before numeric := case when v_was_over then 0 else old.estimated_cost_usd end;
  v_spent numeric := case when new.ended_at is null then 0 else private.attempt_cost(new) end;
  v_spent_before numeric := case when v_was_over then private.attempt_cost(old) else 0 end;
begin
  if coalesce(v_reserved, 0) = coalesce(v_reserved_before, 0) and coalesce(v_spent, 0) = coalesce(v_spent_before, 0) then
    return null;
  end if;

  insert into private.ledger (project_id, user_id, attempt_id, kind, usd)
  select steps.project_id, steps.user_id, new.attempt_id, entry.kind, entry.usd
  from private.steps
  cross join (values
    ('reserve', coalesce(v_reserved, 0) - coalesce(v_reserved_before, 0)),
    ('release', coalesce(v_reserved_before, 0) - coalesce(v_reserved, 0)),
    ('settle', coalesce(v_spent, 0) - coalesce(v_spent_before, 0))
  ) as entry (kind, usd)
  where steps.step_id = new.step_id
    and (entry.usd > 0 or (entry.kind = 'settle' and entry.usd < 0));
  return null;
end;
$$;

comment on function private.tg_attempts__keep_ledger() is
'An attempt ends → release and settle. Its cost is learnt, or learnt anew → settle the difference.';

revoke execute on function private.tg_attempts__keep_ledger() from public, anon, authenticated, service_role;

create or replace trigger _500_keep_ledger_updated
after update of ended_at, estimated_cost_usd, actual_cost_usd on private.attempts
for each row execute function private.tg_attempts__keep_ledger();

-- A late receipt shows that the provider took what had failed: then it counts as paid.
create or replace trigger _500_keep_ledger_received after update of request_id on private.attempts
for each row when (old.ended_at is not null) execute function private.tg_attempts__keep_ledger();
