-- No index has leases alone by when they end. What is due is mostly little, and they are in it; where it is much, what is on
-- its way is read instead: no more than all runners together have slots for.

create or replace function private.ended_leases(p_now timestamptz)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_few constant integer := 300;
  v_due integer;
  v_ended text[];
begin
  select count(*), coalesce(array_agg(due.delivery_id) filter (where due.status = 'delivering'), '{}')
  into v_due, v_ended
  from (
    select webhook_deliveries.delivery_id, webhook_deliveries.status
    from public.webhook_deliveries
    where webhook_deliveries.status in ('pending', 'delivering')
      and webhook_deliveries.due_at <= p_now
    order by webhook_deliveries.due_at
    limit v_few
  ) as due;

  if v_due = v_few then
    return array(
      select webhook_deliveries.delivery_id
      from public.webhook_deliveries
      where webhook_deliveries.status = 'delivering'
        and webhook_deliveries.due_at <= p_now
    );
  end if;
  return v_ended;
end;
$$;

comment on function private.ended_leases(timestamptz) is
'Deliveries that are on their way by a lease that has ended. The caller locks them.';

revoke execute on function private.ended_leases(timestamptz) from public, anon, authenticated, service_role;
