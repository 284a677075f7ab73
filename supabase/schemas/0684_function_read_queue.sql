create or replace function public.read_queue(p_limit integer default 100)
returns jsonb
language sql
volatile
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'depth', (
      select coalesce(jsonb_agg(to_jsonb(depth) order by depth.what, depth.status, depth.provider), '[]')
      from (
        select
          queue_depth.what,
          queue_depth.status,
          queue_depth.provider,
          queue_depth.items,
          queue_depth.due,
          queue_depth.paused,
          nullif(queue_depth.first_due_at, 'infinity') as first_due_at
        from private.queue_depth
      ) as depth
    ),
    'stuck', (
      select coalesce(jsonb_agg(to_jsonb(stuck) order by stuck.since), '[]')
      from (
        select
          stuck_work.what,
          stuck_work.id,
          stuck_work.project_id,
          stuck_work.since,
          stuck_work.why
        from private.stuck_work
        order by stuck_work.stuck_for desc
        limit p_limit
      ) as stuck
    ),
    'broken', (
      select coalesce(jsonb_agg(broken.found order by broken.place), '[]')
      from (
        select each.found, each.place
        from private.invariant_check
        cross join lateral jsonb_array_elements(invariant_check.first_broken) with ordinality as each (found, place)
        order by each.place
        limit p_limit
      ) as broken
    )
  );
$$;

comment on function public.read_queue(integer) is
'{depth, stuck, broken}: what is open, what moves on by nobody and why, which invariants the last look found broken and by what; p_limit of each. Called by webhook-manage.';

revoke execute on function public.read_queue(integer) from public, anon, authenticated;
grant execute on function public.read_queue(integer) to service_role;
