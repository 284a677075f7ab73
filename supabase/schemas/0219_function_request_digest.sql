-- jsonb has one text for equal values (keys sorted, spacing normal), which makes it a canonical form.
-- Left out is what differs between two sendings of one job; null is as absent.

create or replace function private.request_digest(p_request jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return encode(sha256(convert_to(
    (jsonb_strip_nulls(p_request) - array['idempotency_key', 'request_timestamp', 'webhookUrl', 'executionMode'])::text,
    'UTF8'
  )), 'hex');
end;
$$;

comment on function private.request_digest(jsonb) is 'SHA-256 in hex of a job as it was sent, by which the same job is known again.';

revoke execute on function private.request_digest(jsonb) from public, anon, authenticated, service_role;
