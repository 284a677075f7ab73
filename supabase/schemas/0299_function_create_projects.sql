-- → queued, or what follows from it at once, as many jobs as came together
--
-- A statement for each table, however many they are. What cannot be done for several at a time, or
-- would have to wait for somebody, is left to create_project: a slow job keeps no other one waiting.

create or replace function public.create_projects(p_jobs jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_taken boolean[];
  v_usd numeric[];
  v_ids text[];
  v_tokens text[];
begin
  -- In a statement of its own, so that the next ones see what those committed who held these locks. They
  -- are tried, not waited for: two calls with the same videos in another order would wait for each other.
  select array_agg(
    job.place = 1
    and private.is_plain_job(job.job)
    and pg_try_advisory_xact_lock(private.version_lock(job.job))
    order by job.n
  )
  into v_taken
  from (
    select
      item.n,
      item.job,
      row_number() over (partition by item.job ->> 'user_id', item.job ->> 'video_id' order by item.n) as place
    from jsonb_array_elements(p_jobs) with ordinality as item (job, n)
  ) as job;

  v_usd := private.estimate_jobs(p_jobs, v_taken);
  v_ids := private.insert_projects(p_jobs, v_taken, v_usd);
  perform private.insert_films(p_jobs, v_ids);

  v_tokens := private.task_tokens(v_ids);

  -- What job_answer would say of each that is there now.
  return (
    select coalesce(jsonb_agg(
      case when v_ids[item.n] is not null then jsonb_build_object(
        'outcome', 'created',
        'project_id', v_ids[item.n],
        'status', 'queued',
        'storyboard', coalesce(item.job ->> 'storyboard', 'none'),
        'estimated_cost_usd', v_usd[item.n],
        'task_token', v_tokens[item.n]
      ) end
      order by item.n
    ), '[]')
    from jsonb_array_elements(p_jobs) with ordinality as item (job, n)
  );
end;
$$;

comment on function public.create_projects(jsonb) is
'→ queued, each idempotent by its key. What create_project answers to each, in the order of the jobs; null for a job that it has to be asked about. Called by webhook.';

revoke execute on function public.create_projects(jsonb) from public, anon, authenticated;
grant execute on function public.create_projects(jsonb) to service_role;
