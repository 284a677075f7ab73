create or replace function private.prune_request_counts()
returns integer
language sql
volatile
security invoker
set search_path = ''
as $$
  with
  counts as (
    delete from private.request_counts
    where request_counts.at < (select private.clock()) - interval '2 minutes'
    returning 1
  ),

  hits as (
    delete from private.limit_hits
    where limit_hits.at < (select private.clock()) - interval '8 days'
    returning 1
  )

  select (
    (select count(*) from counts) + (select count(*) from hits)
    + private.roll_up_door_requests() + private.fold_door_requests()
  )::integer;
$$;

comment on function private.prune_request_counts() is
'Forgets requests that no limit looks at any more, and refusals that no figure does; sums up older figures of doors. Called by pg_cron every minute.';

revoke execute on function private.prune_request_counts() from public, anon, authenticated, service_role;
