-- attempt created | lost → failed · step running | waiting → queued, or failed
--
-- A runner says that it did not make the call of this attempt, and will not. No claim is asked for: an
-- attempt is begun by one runner alone, and that one comes here because its claim is over, perhaps after
-- an announcement whose answer never reached it.

create or replace function public.withdraw_call(p_step_id text, p_attempt_id text)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_step private.steps := private.lock_step(p_step_id);
begin
  return case
    when v_step.status in ('running', 'waiting')
      and private.fail_unsent(v_step, p_attempt_id, 'The claim was over before anything was sent') then 'applied'
    else 'stale'
  end;
end;
$$;

comment on function public.withdraw_call(text, text) is
'Notes that an attempt''s call was not made, so that its step is begun anew; stale where it has ended. Called by the runner.';

revoke execute on function public.withdraw_call(text, text) from public, anon, authenticated;
grant execute on function public.withdraw_call(text, text) to service_role;
