-- The door hands the body over as text: jsonb keeps every digit of a number, JavaScript does not.

create or replace function private.job_request(p_job jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case jsonb_typeof(p_job -> 'request')
    when 'string' then (p_job ->> 'request')::jsonb
    else p_job -> 'request'
  end;
end;
$$;

comment on function private.job_request(jsonb) is 'The job as it was sent.';

revoke execute on function private.job_request(jsonb) from public, anon, authenticated, service_role;
