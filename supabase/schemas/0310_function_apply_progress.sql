create or replace function private.apply_progress(p_attempt private.attempts, p_result jsonb)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.report_progress(p_attempt.attempt_id, (p_result ->> 'progress')::numeric);
  return 'applied';
end;
$$;

comment on function private.apply_progress(private.attempts, jsonb) is 'Takes a progress callback over; answers applied.';

revoke execute on function private.apply_progress(private.attempts, jsonb) from public, anon, authenticated, service_role;
