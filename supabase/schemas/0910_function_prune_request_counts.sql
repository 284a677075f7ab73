create or replace function private.prune_request_counts()
returns integer
language sql
volatile
security invoker
set search_path = ''
as $$
  with deleted as (
    delete from private.request_counts
    where request_counts.at < private.clock() - interval '2 minutes'
    returning 1
  )
  select count(*)::integer from deleted;
$$;

comment on function private.prune_request_counts() is
'Forgets requests that no limit looks at any more. Called by pg_cron every minute.';

revoke execute on function private.prune_request_counts() from public, anon, authenticated, service_role;
