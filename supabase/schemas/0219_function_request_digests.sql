-- jsonb has one text whatever the order of keys and the spacing, which makes it a canonical form. A number keeps its
-- digits: 5 and 5.0 are two, and so are two that a double could not tell apart. Left out is what differs between two
-- sendings of one job; null is as absent.

create or replace function private.request_digests(p_jobs jsonb[], p_requests jsonb[])
returns text[]
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return array(
    select encode(sha256(convert_to((
      -- Text in which null is nowhere to be seen has none to be stripped of.
      case when strpos(p_jobs[each.n] ->> 'request', 'null') = 0 then p_requests[each.n]
        else jsonb_strip_nulls(p_requests[each.n]) end
      - array['idempotency_key', 'request_timestamp', 'webhookUrl', 'executionMode']
    )::text, 'UTF8')), 'hex')
    from generate_series(1, cardinality(p_requests)) as each (n)
  );
end;
$$;

comment on function private.request_digests(jsonb[], jsonb[]) is
'SHA-256 in hex of each of these jobs as it was sent (p_requests; null: null), by which the same job is known again.';

revoke execute on function private.request_digests(jsonb[], jsonb[]) from public, anon, authenticated, service_role;
