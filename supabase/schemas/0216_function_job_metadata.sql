create or replace function private.job_metadata(p_job jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_request jsonb := private.job_request(p_job);
begin
  return (
    select coalesce(jsonb_object_agg(kept.key, coalesce(v_request -> kept.key, kept.value)), '{}')
    from jsonb_each(coalesce(p_job -> 'metadata', '{}')) as kept
    where kept.value <> 'null'
  );
end;
$$;

comment on function private.job_metadata(jsonb) is
'The fields of a job that have no column of their own, with the values that were sent.';

revoke execute on function private.job_metadata(jsonb) from public, anon, authenticated, service_role;
