-- As receive_callback, as many callbacks as came together: a statement for each table, however many they are.
--
-- What cannot be done for several at a time, would have to wait for somebody, or is neither a plain success
-- nor a duplicate is left to receive_callback, as if it had not been seen here. If one of them cannot be applied, none is.

create or replace function public.receive_callbacks(p_callbacks jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
-- Whoever waits here keeps all that came with it waiting: each is tried alone instead.
set lock_timeout = '250ms'
as $$
declare
  v_started_at timestamptz := clock_timestamp();
  v_logs public.webhook_logs[];
  v_seen text[];
  v_answers jsonb;
begin
  v_logs := array(
    select private.callback_row(item.callback)
    from jsonb_array_elements(p_callbacks) with ordinality as item (callback, n)
    order by item.n
  );
  v_seen := private.see_deliveries(v_logs);

  with
  done as materialized (
    select private.settled_row(done.log, done.flags, clock_timestamp() - v_started_at) as log, done.flags
    from private.complete_together(v_logs, v_seen) as done
  ),

  kept as (
    insert into public.webhook_logs
    select (done.log).*
    from done
  )

  select coalesce(
    jsonb_object_agg((done.log).webhook_log_id, private.callback_answer(done.log, 'applied', done.flags)), '{}'
  )
  into v_answers
  from done;

  delete from private.seen_deliveries
  using unnest(v_logs) as logs
  where logs.webhook_log_id = any (v_seen)
    and not v_answers ? logs.webhook_log_id
    and seen_deliveries.source = logs.source
    and seen_deliveries.webhook_id = logs.webhook_id;

  if cardinality(v_seen) < cardinality(v_logs) then
    v_answers := v_answers || private.count_duplicates(v_logs);
  end if;

  return (
    select coalesce(jsonb_agg(v_answers -> logs.webhook_log_id order by logs.ordinality), '[]')
    from unnest(v_logs) with ordinality as logs
  );
end;
$$;

comment on function public.receive_callbacks(jsonb) is
'What receive_callback answers to each of these callbacks, in their order; null for one that it has to be asked about. Called by the doors.';

revoke execute on function public.receive_callbacks(jsonb) from public, anon, authenticated;
grant execute on function public.receive_callbacks(jsonb) to service_role;
