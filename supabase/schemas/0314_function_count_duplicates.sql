-- As log_callback, but for many at once, and waiting for nobody: a row that somebody holds is left out.

create or replace function private.count_duplicates(p_logs public.webhook_logs[])
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- A plan from when the tables were small is kept; there is an index for each of these joins.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_answers jsonb;
begin
  with
  again as materialized (
    select logs.webhook_log_id, seen_deliveries.webhook_log_id as first_id
    from unnest(p_logs) as logs
    join private.seen_deliveries using (source, webhook_id)
    where logs.webhook_log_id <> seen_deliveries.webhook_log_id
      and logs.error is null
  ),

  firsts as materialized (
    select webhook_logs.webhook_log_id
    from public.webhook_logs
    where webhook_logs.webhook_log_id = any (array(select again.first_id from again))
    for no key update skip locked
  ),

  counted as (
    update public.webhook_logs
    set duplicate_count = webhook_logs.duplicate_count + (
      select count(*) from again where again.first_id = firsts.webhook_log_id
    )
    from firsts
    where webhook_logs.webhook_log_id = firsts.webhook_log_id
    returning webhook_logs as log
  )

  select coalesce(jsonb_object_agg(again.webhook_log_id, private.callback_answer(counted.log, 'duplicate', '{}')), '{}')
  into v_answers
  from again
  join counted on (counted.log).webhook_log_id = again.first_id;

  return v_answers;
end;
$$;

comment on function private.count_duplicates(public.webhook_logs[]) is
'Counts up the callbacks whose deliveries were seen before; what is to be answered to each, by the id that it has here.';

revoke execute on function private.count_duplicates(public.webhook_logs[]) from public, anon, authenticated, service_role;
