-- A step along the index for each lane, however many deliveries are pending in it, and a bounded number of steps, however
-- many lanes there are: thousands may only wait for a retry, or for their breaker.

create or replace function private.walk_lanes(p_after text, p_now timestamptz, out lanes text[], out behind text)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_most_seen constant integer := 500;
  v_most_due constant integer := 100;
begin
  -- The index answers what is asked for as it has it: (attempt_count > 0) = false would be read as attempt_count <= 0,
  -- which it has not; and "exists" would read all that is due into a hash.
  with recursive walk (lane, is_due, seen, due) as (
    select p_after, false, 0, 0
    union all
    select next.lane, next.is_due, walk.seen + 1, walk.due + next.is_due::integer
    from walk
    cross join lateral (
      select
        following.lane,
        not exists (
          select 1
          from private.delivery_lanes
          where delivery_lanes.lane = following.lane
            and delivery_lanes.held_until > p_now
        ) and least(
          (
            select min(webhook_deliveries.due_at)
            from public.webhook_deliveries
            where webhook_deliveries.lane = following.lane
              and webhook_deliveries.status = 'pending'
              and (webhook_deliveries.attempt_count > 0) is false
          ),
          (
            select min(webhook_deliveries.due_at)
            from public.webhook_deliveries
            where webhook_deliveries.lane = following.lane
              and webhook_deliveries.status = 'pending'
              and (webhook_deliveries.attempt_count > 0) is true
          )
        ) <= p_now as is_due
      from (
        select min(webhook_deliveries.lane) as lane
        from public.webhook_deliveries
        where webhook_deliveries.status = 'pending'
          and webhook_deliveries.lane > walk.lane
      ) as following
      where following.lane is not null
    ) as next
    where walk.seen < v_most_seen
      and walk.due < v_most_due
  )
  select
    coalesce(array_agg(walk.lane order by walk.seen) filter (where walk.is_due), '{}'),
    case when max(walk.seen) = v_most_seen or max(walk.due) = v_most_due then max(walk.lane) end
  into lanes, behind
  from walk;
end;
$$;

comment on function private.walk_lanes(text, timestamptz) is
'The next lanes after this one that something is due in and whose breaker is closed, in order, a page of them; behind: where the next page begins, null where there is none.';

revoke execute on function private.walk_lanes(text, timestamptz) from public, anon, authenticated, service_role;
