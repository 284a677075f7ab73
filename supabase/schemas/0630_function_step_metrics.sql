create or replace function private.step_metrics(p_since timestamptz)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  with
  -- What is open, or ended since then: each through an index of its own
  seen as (
    select steps.step_id, steps.kind, steps.status
    from private.steps
    where steps.status in ('queued', 'running', 'waiting')
    union all
    select steps.step_id, steps.kind, steps.status
    from private.steps
    where steps.status in ('completed', 'failed', 'cancelled')
      and steps.updated_at > p_since
  )
  select jsonb_build_object(
    'by_kind', coalesce(
      (
        select jsonb_object_agg(kinds.kind, kinds.by_status)
        from (
          select counted.kind, jsonb_object_agg(counted.status, counted.n) as by_status
          from (
            select seen.kind, seen.status, count(*) as n
            from seen
            group by seen.kind, seen.status
          ) as counted
          group by counted.kind
        ) as kinds
      ),
      '{}'
    ),
    'oldest_due', (
      select jsonb_build_object(
        'step_id', steps.step_id,
        'kind', steps.kind,
        'status', steps.status,
        'project_id', steps.project_id,
        'due_at', steps.due_at,
        'overdue_s', round(extract(epoch from private.clock() - steps.due_at), 1)
      )
      from private.steps
      where steps.status in ('queued', 'running', 'waiting')
        and steps.due_at <= private.clock()
      order by steps.due_at
      limit 1
    ),
    'attempts', (
      select jsonb_build_object(
        'lost', count(*) filter (where attempts.status = 'lost'),
        'outcome_unknown', count(*) filter (where attempts.status = 'outcome_unknown'),
        'completed', count(*) filter (where attempts.status = 'completed'),
        'failed', count(*) filter (where attempts.status = 'failed')
      )
      from seen
      join private.attempts using (step_id)
      where attempts.ended_at > p_since
        or attempts.status = 'lost'
    )
  );
$$;

comment on function private.step_metrics(timestamptz) is
'Open steps and those that ended since then by kind and status, the one that is due for longest, and attempts by what became of them.';

revoke execute on function private.step_metrics(timestamptz) from public, anon, authenticated, service_role;
