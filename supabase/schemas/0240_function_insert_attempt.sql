create or replace function private.insert_attempt(p_step private.steps, p_provider text)
returns private.attempts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_input jsonb := private.step_input(p_step);
  v_attempt private.attempts;
begin
  insert into private.attempts (step_id, number, provider, input, input_hash)
  values (
    p_step.step_id,
    p_step.attempt_count + 1,
    p_provider,
    v_input,
    encode(sha256(convert_to(v_input::text, 'UTF8')), 'hex')
  )
  returning attempts.* into v_attempt;

  return v_attempt;
end;
$$;

comment on function private.insert_attempt(private.steps, text) is
'→ created: the attempt exists, its input frozen, before the provider is called.';

revoke execute on function private.insert_attempt(private.steps, text) from public, anon, authenticated, service_role;
