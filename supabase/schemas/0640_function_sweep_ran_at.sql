create or replace function private.sweep_ran_at()
returns timestamptz
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if to_regclass('cron.job_run_details') is null then
    return null;
  end if;
  return (
    select max(runs.end_time)
    from (
      select job_run_details.end_time, job_run_details.status
      from cron.job_run_details
      join cron.job using (jobid)
      where job.jobname = 'reelay-sweep'
      order by job_run_details.runid desc
      limit 50
    ) as runs
    where runs.status = 'succeeded'
  );
end;
$$;

comment on function private.sweep_ran_at() is
'When pg_cron last finished a sweep, by the machine''s own clock; null when it did not lately, or is not there.';

revoke execute on function private.sweep_ran_at() from public, anon, authenticated, service_role;
