create or replace function private.delete_records(
  p_project_ids text[],
  out callbacks integer,
  out deliveries integer,
  out media integer,
  out errors integer
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_logs text[] := private.callbacks_about(p_project_ids);
begin
  select count(*) into deliveries from public.webhook_deliveries where webhook_deliveries.project_id = any (p_project_ids);
  select count(*) into media from public.media where media.project_id = any (p_project_ids);

  -- Before what was seen: whoever gives a buffered one up has its record first.
  perform 1
  from public.webhook_logs
  where webhook_logs.webhook_log_id = any (v_logs)
  order by webhook_logs.webhook_log_id
  for update;

  delete from private.seen_deliveries
  using public.webhook_logs
  where webhook_logs.webhook_log_id = any (v_logs)
    and seen_deliveries.source = webhook_logs.source
    and seen_deliveries.webhook_id = webhook_logs.webhook_id;

  delete from public.error_logs
  -- As the index has it
  where coalesce(error_logs.context ->> 'project_id', error_logs.context ->> 'webhook_log_id')
    = any (p_project_ids || v_logs);
  get diagnostics errors = row_count;

  delete from public.webhook_logs where webhook_logs.webhook_log_id = any (v_logs);
  get diagnostics callbacks = row_count;
end;
$$;

comment on function private.delete_records(text[]) is
'Deletes what was recorded about these projects and hangs on none of their rows; counts that and what will go with them.';

revoke execute on function private.delete_records(text[]) from public, anon, authenticated, service_role;
