create or replace function private.job_digest(p_job jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return (private.request_digests(array[p_job], array[private.job_request(p_job)]))[1];
end;
$$;

comment on function private.job_digest(jsonb) is 'The digest of a parsed job''s request.';

revoke execute on function private.job_digest(jsonb) from public, anon, authenticated, service_role;
