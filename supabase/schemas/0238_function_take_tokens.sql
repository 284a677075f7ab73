-- A claim that began before another one may count after it: no second counts twice.

create or replace function private.take_tokens(p_claimed public.webhook_deliveries[], p_now timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if not exists (
    select 1
    from unnest(p_claimed) as claimed
    join private.endpoints using (endpoint_id)
    where endpoints.max_per_second is not null
  ) then
    return;
  end if;

  update private.delivery_lanes
  set
    tokens = private.lane_tokens(delivery_lanes, endpoints.max_per_second, p_now) - taken.n,
    tokens_at = case
      when delivery_lanes.tokens_at <= p_now + interval '1 minute' then greatest(delivery_lanes.tokens_at, p_now)
      else p_now
    end,
    updated_at = p_now
  from private.endpoints
  join (
    select claimed.lane, count(*) as n
    from unnest(p_claimed) as claimed
    group by claimed.lane
  ) as taken on taken.lane = endpoints.endpoint_id
  where delivery_lanes.lane = endpoints.endpoint_id
    and endpoints.max_per_second is not null;
end;
$$;

comment on function private.take_tokens(public.webhook_deliveries[], timestamptz) is
'Counts these deliveries against their endpoints'' max_per_second. The caller holds the lanes'' locks.';

revoke execute on function private.take_tokens(public.webhook_deliveries[], timestamptz) from public, anon, authenticated, service_role;
