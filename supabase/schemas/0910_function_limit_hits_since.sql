create or replace function private.limit_hits_since(p_since timestamptz)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(counted.what, counted.hits), '{}')
  from (
    select limit_hits.what, sum(limit_hits.hits) as hits
    from private.limit_hits
    where limit_hits.at >= p_since
    group by limit_hits.what
  ) as counted;
$$;

comment on function private.limit_hits_since(timestamptz) is
'{"RATE_LIMIT_FAL": 12, "source:crm": 3}: verified requests that limits refused since then.';

revoke execute on function private.limit_hits_since(timestamptz) from public, anon, authenticated, service_role;
