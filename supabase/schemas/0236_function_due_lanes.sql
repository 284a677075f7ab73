-- What is due is mostly little, and names its lanes by itself. Where it is much (a receiver that was away for days), it is
-- gone from lane to lane, because one of them may have all that was due first; then thousands of lanes that only wait for
-- a retry are looked at, too.

create or replace function private.due_lanes(p_now timestamptz)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_few constant integer := 500;
  v_lanes text[] := array(
    select webhook_deliveries.lane
    from public.webhook_deliveries
    where webhook_deliveries.status = 'pending'
      and webhook_deliveries.due_at <= p_now
    order by webhook_deliveries.due_at
    limit v_few
  );
begin
  if cardinality(v_lanes) < v_few then
    return array(select distinct due.lane from unnest(v_lanes) as due (lane));
  end if;

  -- The index answers what is asked for as it has it: (attempt_count > 0) = false would be read as attempt_count <= 0,
  -- which it has not; and "exists" would read all that is due into a hash.
  return array(
    select open_lanes.lane
    from private.pending_lanes() as open_lanes
    where (
      select min(webhook_deliveries.due_at)
      from public.webhook_deliveries
      where webhook_deliveries.lane = open_lanes.lane
        and webhook_deliveries.status = 'pending'
        and (webhook_deliveries.attempt_count > 0) is false
    ) <= p_now or (
      select min(webhook_deliveries.due_at)
      from public.webhook_deliveries
      where webhook_deliveries.lane = open_lanes.lane
        and webhook_deliveries.status = 'pending'
        and (webhook_deliveries.attempt_count > 0) is true
    ) <= p_now
  );
end;
$$;

comment on function private.due_lanes(timestamptz) is
'Lanes that something is due in: of those that wait for a retry none.';

revoke execute on function private.due_lanes(timestamptz) from public, anon, authenticated, service_role;
