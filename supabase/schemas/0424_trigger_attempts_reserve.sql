-- Of a whole statement at once: a claim begins ten attempts.

create or replace function private.tg_attempts__reserve()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  insert into private.ledger (project_id, user_id, attempt_id, kind, usd)
  select steps.project_id, steps.user_id, begun.attempt_id, 'reserve', begun.estimated_cost_usd
  from begun
  join private.steps on steps.step_id = begun.step_id
  where begun.estimated_cost_usd > 0
    and begun.ended_at is null;
  return null;
end;
$$;

comment on function private.tg_attempts__reserve() is 'Attempts begin → reserve their estimates.';

revoke execute on function private.tg_attempts__reserve() from public, anon, authenticated, service_role;

create or replace trigger _500_reserve after insert on private.attempts
referencing new table as begun
for each statement execute function private.tg_attempts__reserve();
