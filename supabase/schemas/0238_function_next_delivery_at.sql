-- What is due and was not claimed waits for a slot, which no clock frees, for the breaker, or for tokens. No token is foretold
-- for later than in an hour: at next to nothing a second, the next one comes when no timestamp can say.

create or replace function private.next_delivery_at()
returns timestamptz
language plpgsql
volatile
security invoker
set search_path = ''
-- What a session planned while there were few lanes is not to read all of them later.
set enable_seqscan = off
as $$
declare
  v_now timestamptz := private.clock();
  v_due record;
begin
  select found.lanes, found.are_all into v_due from private.first_due_lanes(v_now) as found;

  if not v_due.are_all then
    -- The round is not over: the next claim goes on where this one stopped.
    if exists (
      select 1
      from private.housekeeping
      where housekeeping.what = 'due_lanes'
        and housekeeping.next_after > ''
    ) then
      return v_now;
    end if;
    v_due.lanes := array(
      select delivery_lanes.lane
      from private.delivery_lanes
      left join private.endpoints on endpoints.endpoint_id = delivery_lanes.lane
      where (delivery_lanes.held_until > v_now or endpoints.max_per_second is not null)
        and exists (
          select 1
          from public.webhook_deliveries
          where webhook_deliveries.lane = delivery_lanes.lane
            and webhook_deliveries.status = 'pending'
            and webhook_deliveries.due_at <= v_now
        )
    );
  end if;

  return (
    select least(
      (
        select min(webhook_deliveries.due_at)
        from public.webhook_deliveries
        where webhook_deliveries.status in ('pending', 'delivering')
          and webhook_deliveries.due_at > v_now
      ),
      (
        select min(greatest(
          coalesce(delivery_lanes.held_until, v_now),
          delivery_lanes.tokens_at + make_interval(secs => least(
            (1 - private.lane_tokens(delivery_lanes, endpoints.max_per_second, delivery_lanes.tokens_at)) / endpoints.max_per_second,
            3600
          )::double precision),
          v_now
        ))
        from unnest(v_due.lanes) as due (lane)
        join private.delivery_lanes using (lane)
        left join private.endpoints on endpoints.endpoint_id = due.lane
        where delivery_lanes.held_until > v_now
          -- With a token left it waits for a slot; the claim before this may have been a moment early for it.
          or endpoints.max_per_second is not null
          and private.lane_tokens(delivery_lanes, endpoints.max_per_second, v_now - interval '1 second') < 1
      )
    )
  );
end;
$$;

comment on function private.next_delivery_at() is
'When a delivery that cannot be claimed now may be; null when none is open, or only a free slot is missing.';

revoke execute on function private.next_delivery_at() from public, anon, authenticated, service_role;
