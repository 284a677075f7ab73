-- What is due and was not claimed waits for a slot, which no clock frees, for the breaker, or for tokens. No token is foretold
-- for later than in an hour: at next to nothing a second, the next one comes when no timestamp can say.

create or replace function private.next_delivery_at()
returns timestamptz
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- The instant is no parameter: one plan serves all calls from the first.
  return (
    with instant as materialized (select private.clock() as now)
    select least(
      (
        select min(webhook_deliveries.due_at)
        from public.webhook_deliveries
        where webhook_deliveries.status in ('pending', 'delivering')
          and webhook_deliveries.due_at > instant.now
      ),
      (
        select min(greatest(
          coalesce(delivery_lanes.held_until, instant.now),
          delivery_lanes.tokens_at + make_interval(secs => least(
            (1 - private.lane_tokens(delivery_lanes, endpoints.max_per_second, delivery_lanes.tokens_at)) / endpoints.max_per_second,
            3600
          )::double precision),
          instant.now
        ))
        from private.delivery_lanes
        left join private.endpoints on endpoints.endpoint_id = delivery_lanes.lane
        where (
          delivery_lanes.held_until > instant.now
          -- With a token left it waits for a slot; the claim before this may have been a moment early for it.
          or endpoints.max_per_second is not null
          and private.lane_tokens(delivery_lanes, endpoints.max_per_second, instant.now - interval '1 second') < 1
        )
          and exists (
            select 1
            from public.webhook_deliveries
            where webhook_deliveries.lane = delivery_lanes.lane
              and webhook_deliveries.status = 'pending'
              and webhook_deliveries.due_at <= instant.now
          )
      )
    )
    from instant
  );
end;
$$;

comment on function private.next_delivery_at() is
'When a delivery that cannot be claimed now may be; null when none is open, or only a free slot is missing.';

revoke execute on function private.next_delivery_at() from public, anon, authenticated, service_role;
