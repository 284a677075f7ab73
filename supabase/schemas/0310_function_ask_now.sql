-- The provider is done but its callback did not hold the result: ask for it at once.

create or replace function private.ask_now(p_step private.steps)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update private.steps
  set status = 'waiting', claim_token = null, due_at = private.clock(), updated_at = private.clock()
  where steps.step_id = p_step.step_id
    and steps.status not in ('queued', 'running', 'completed', 'failed', 'cancelled');

  -- Its submission is still being recorded: the first look comes as soon as that is done.
  update private.attempts
  set deadline_at = private.clock()
  where attempts.step_id = p_step.step_id
    and attempts.status in ('created', 'submitted', 'in_progress', 'lost');
end;
$$;

comment on function private.ask_now(private.steps) is 'Makes a waiting step due, so that the runner fetches the result.';

revoke execute on function private.ask_now(private.steps) from public, anon, authenticated, service_role;
