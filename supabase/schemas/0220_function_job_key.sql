create or replace function private.job_key(p_job jsonb, p_digest text)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  -- A job that was tried out first is not the same one when it is meant.
  return coalesce(
    p_job ->> 'idempotency_key',
    case when p_job ->> 'execution_mode' = 'test' then 'test:' else '' end || 'body:' || p_digest
  );
end;
$$;

comment on function private.job_key(jsonb, text) is 'By which a user''s job is known again: the sender''s key, else its digest.';

revoke execute on function private.job_key(jsonb, text) from public, anon, authenticated, service_role;
