-- jsonb has one text for equal values (keys sorted, spacing normal), which makes it a canonical form.
-- Left out is what differs between two sendings of one job; null is as absent.

create or replace function private.job_digest(p_job jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return encode(sha256(convert_to(
    (
      jsonb_strip_nulls(private.job_request(p_job))
        - array['idempotency_key', 'request_timestamp', 'webhookUrl', 'executionMode']
    )::text,
    'UTF8'
  )), 'hex');
end;
$$;

comment on function private.job_digest(jsonb) is 'SHA-256 in hex of the job as it was sent, by which the same job is known again.';

revoke execute on function private.job_digest(jsonb) from public, anon, authenticated, service_role;
