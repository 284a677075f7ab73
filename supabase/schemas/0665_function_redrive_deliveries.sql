-- deliveries dead → pending, in a bounded batch

create or replace function public.redrive_deliveries(p_from timestamptz, p_to timestamptz, p_limit integer default 100)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_delivery_id text;
  v_count integer := 0;
begin
  for v_delivery_id in
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.status = 'dead'
      and (p_from is null or webhook_deliveries.created_at >= p_from)
      and (p_to is null or webhook_deliveries.created_at <= p_to)
    order by webhook_deliveries.created_at, webhook_deliveries.delivery_id
    limit p_limit
    for no key update skip locked
  loop
    perform public.redrive_delivery(v_delivery_id);
    v_count := v_count + 1;
  end loop;

  return jsonb_build_object(
    'redriven', v_count,
    'remaining', (
      select count(*)
      from public.webhook_deliveries
      where webhook_deliveries.status = 'dead'
        and (p_from is null or webhook_deliveries.created_at >= p_from)
        and (p_to is null or webhook_deliveries.created_at <= p_to)
    )
  );
end;
$$;

comment on function public.redrive_deliveries(timestamptz, timestamptz, integer) is
'dead → pending, the oldest p_limit that were queued within the range (null: open). {redriven, remaining}. Called by webhook-manage.';

revoke execute on function public.redrive_deliveries(timestamptz, timestamptz, integer) from public, anon, authenticated;
grant execute on function public.redrive_deliveries(timestamptz, timestamptz, integer) to service_role;
