create or replace function private.first_due_lanes(p_now timestamptz, out lanes text[], out are_all boolean)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_few constant integer := 300;
  v_due text[] := array(
    select webhook_deliveries.lane
    from public.webhook_deliveries
    where webhook_deliveries.status = 'pending'
      and webhook_deliveries.due_at <= p_now
    order by webhook_deliveries.due_at
    limit v_few
  );
begin
  are_all := cardinality(v_due) < v_few;
  lanes := array(
    select due.lane
    from unnest(v_due) with ordinality as due (lane, place)
    group by due.lane
    order by min(due.place)
    limit case when not are_all then 100 end
  );
end;
$$;

comment on function private.first_due_lanes(timestamptz) is
'Lanes of what was due first; are_all: nothing else is due.';

revoke execute on function private.first_due_lanes(timestamptz) from public, anon, authenticated, service_role;
