create or replace function private.error_metrics(p_since timestamptz)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(counted.type, counted.n), '{}')
  from (
    select error_logs.type, count(*) as n
    from public.error_logs
    where error_logs.created_at > p_since
    group by error_logs.type
  ) as counted;
$$;

comment on function private.error_metrics(timestamptz) is
'{"webhook": 3, "step": 1}: rows of error_logs since then.';

revoke execute on function private.error_metrics(timestamptz) from public, anon, authenticated, service_role;
