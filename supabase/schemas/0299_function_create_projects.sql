-- → queued, or what follows from it at once, as many jobs as came together
--
-- A statement for each table, however many they are. What cannot be done for several at a time, or
-- would have to wait for somebody, is left to create_project: a slow job keeps no other one waiting.

create or replace function public.create_projects(p_jobs jsonb, p_providers jsonb default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
  -- A plpgsql array is taken apart once: its elements are read in place from then on.
  v_jobs jsonb[] := array(select jsonb_array_elements(p_jobs));
  v_scenes jsonb[] := array(select v_jobs[each.n] -> 'scenes' from generate_series(1, cardinality(v_jobs)) as each (n));
  v_shapes text[] := private.job_shapes(v_jobs, v_scenes);
  v_locks bigint[];
  v_taken boolean[];
  v_usd numeric[];
  v_ids text[];
  v_key text := (select settings.value #>> '{}' from private.settings where settings.name = 'token_key');
begin
  -- version_lock of each
  v_locks := array(
    select hashtextextended('version:' || (v_jobs[each.n] ->> 'user_id') || ':' || (v_jobs[each.n] ->> 'video_id'), 0)
    from generate_series(1, cardinality(v_jobs)) as each (n)
  );
  -- In a statement of its own, so that the next ones see what those committed who held these locks. They
  -- are tried, not waited for: two calls with the same videos in another order would wait for each other.
  v_taken := array(
    select v_shapes[each.n] is not null
      and array_position(v_locks, v_locks[each.n]) = each.n
      and pg_try_advisory_xact_lock(v_locks[each.n])
    from generate_series(1, cardinality(v_jobs)) as each (n)
  );

  v_usd := private.estimate_jobs(v_jobs, v_shapes, p_providers);
  v_ids := private.insert_projects(v_jobs, v_taken, v_usd, p_providers);
  perform private.insert_films(v_jobs, v_scenes, v_ids);

  -- What job_answer would say of each that is there now, with sign's token for it.
  return (
    select coalesce(jsonb_agg(
      case when v_ids[each.n] is not null then jsonb_build_object(
        'outcome', 'created',
        'project_id', v_ids[each.n],
        'status', 'queued',
        'storyboard', coalesce(v_jobs[each.n] ->> 'storyboard', 'none'),
        'estimated_cost_usd', v_usd[each.n],
        'task_token', encode(extensions.hmac('task:' || v_ids[each.n], v_key, 'sha256'), 'hex')
      ) end
      order by each.n
    ), '[]')
    from generate_series(1, cardinality(v_jobs)) as each (n)
  );
end;
$$;

comment on function public.create_projects(jsonb, jsonb) is
'→ queued, each idempotent by its key. What create_project answers to each, in the order of the jobs; null for a job that it has to be asked about. Providers: of the jobs that do not name their own. Called by webhook.';

revoke execute on function public.create_projects(jsonb, jsonb) from public, anon, authenticated;
grant execute on function public.create_projects(jsonb, jsonb) to service_role;
