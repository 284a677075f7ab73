-- Each event stands in it as it would have been sent alone, beside the webhook-id that it would have had.

create or replace function private.batch_body(p_events public.webhook_deliveries[], p_now timestamptz)
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select format(
    '{"type":"batch","timestamp":"%s","data":[%s]}',
    private.iso_time(p_now),
    string_agg(format('{"id":"%s","event":%s}', event.webhook_id, event.body), ',' order by event.position)
  )
  from unnest(p_events) as event;
$$;

comment on function private.batch_body(public.webhook_deliveries[], timestamptz) is
'{type: batch, timestamp, data: [{id, event}]}';

revoke execute on function private.batch_body(public.webhook_deliveries[], timestamptz) from public, anon, authenticated, service_role;
