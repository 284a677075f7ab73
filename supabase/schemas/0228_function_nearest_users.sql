create or replace function private.nearest_users(p_limit integer, p_providers jsonb, p_now timestamptz)
returns table (user_id text, provider text, is_free boolean)
language plpgsql
volatile
security invoker
rows 20
set search_path = ''
as $$
begin
  return query
  with recursive
  -- The first step of each user and kind, by hopping along the index from one pair to the next
  firsts (user_id, kind, due_at) as (
    (
      select steps.user_id, steps.kind, steps.due_at
      from private.steps
      where steps.status = 'queued'
      order by steps.user_id, steps.kind, steps.due_at
      limit 1
    )
    union all
    select next.user_id, next.kind, next.due_at
    from firsts
    cross join lateral (
      select steps.user_id, steps.kind, steps.due_at
      from private.steps
      where steps.status = 'queued'
        and (steps.user_id, steps.kind) > (firsts.user_id, firsts.kind)
      order by steps.user_id, steps.kind, steps.due_at
      limit 1
    ) as next
  ),
  -- Who may begin something at an open provider
  openings as (
    select distinct on (firsts.user_id, providers.name, firsts.kind = 'cancel_request')
      firsts.user_id,
      providers.name as provider,
      firsts.kind = 'cancel_request' as is_free,
      first.due_at
    from firsts
    join private.providers
      on providers.name = p_providers ->> firsts.kind
      and not providers.is_paused
      and coalesce(providers.held_until <= p_now, true)
    -- A runner names the provider test for what nobody here can do, and that is for test films alone: users whose films only
    -- wait for somebody who can would else take the places of those who try something out.
    cross join lateral (
      select case when providers.name <> 'test' then firsts.due_at else (
        select steps.due_at
        from private.steps
        join public.projects using (project_id)
        where steps.status = 'queued'
          and steps.user_id = firsts.user_id
          -- As in candidate_steps
          and steps.kind between firsts.kind and firsts.kind
          and steps.due_at <= p_now
          and projects.execution_mode = 'test'
        order by steps.kind, steps.due_at
        limit 1
      ) end as due_at
    ) as first
    where first.due_at <= p_now
    order by firsts.user_id, providers.name, firsts.kind = 'cancel_request', firsts.kind = 'generate_clip', first.due_at
  )
  select ranked.user_id, ranked.provider, ranked.is_free
  from (
    select
      openings.*,
      row_number() over (
        partition by openings.provider, openings.is_free
        order by (
          select count(*)
          from private.steps
          where steps.status in ('running', 'waiting')
            and steps.kind <> 'cancel_request'
            and steps.user_id = openings.user_id
            and steps.provider = openings.provider
        ), openings.due_at
      ) as rank
    from openings
  ) as ranked
  where ranked.rank <= p_limit;
end;
$$;

comment on function private.nearest_users(integer, jsonb, timestamptz) is
'At each open provider the users who have something due there and least in flight: no other user''s steps can be among the first p_limit.';

revoke execute on function private.nearest_users(integer, jsonb, timestamptz)
from public, anon, authenticated, service_role;
