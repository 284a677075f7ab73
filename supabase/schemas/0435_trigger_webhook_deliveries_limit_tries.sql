-- A job may ask for fewer tries of its deliveries than the schedule has; one that is redriven or replayed has as many
-- again. A try counts once its result is on record: one whose runner was lost may never have been sent. Metadata keep
-- a number as it was written: 2.0 is one that integer would not read.

create or replace function private.tg_webhook_deliveries__limit_tries()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if new.attempt_count - new.tries_before >= (
    select (projects.metadata #>> '{webhook_retry,max_attempts}')::numeric
    from public.projects
    join private.job_requests using (project_id)
    where projects.project_id = new.project_id
      and job_requests.via = 'videos'
  ) and exists (
    select 1
    from public.webhook_delivery_attempts
    where webhook_delivery_attempts.delivery_id = new.delivery_id
      and webhook_delivery_attempts.number = new.attempt_count
  ) then
    new.status := 'dead';
  end if;
  return new;
end;
$$;

comment on function private.tg_webhook_deliveries__limit_tries() is
'delivering → dead instead of pending, after webhook_retry.max_attempts of a job of the door videos.';

revoke execute on function private.tg_webhook_deliveries__limit_tries() from public, anon, authenticated, service_role;

create or replace trigger _300_limit_tries before update of status on public.webhook_deliveries
for each row when (old.status = 'delivering' and new.status = 'pending' and new.endpoint_id is null)
execute function private.tg_webhook_deliveries__limit_tries();
