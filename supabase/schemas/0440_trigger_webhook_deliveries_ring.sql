-- A runner stays for what becomes due within five seconds; all that is later is the sweep's.

create or replace function private.tg_webhook_deliveries__ring()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if new.due_at <= private.clock() + interval '5 seconds' then
    perform public.ring_bell();
  end if;
  return null;
end;
$$;

comment on function private.tg_webhook_deliveries__ring() is 'A delivery is due, now or within seconds → the bell.';

revoke execute on function private.tg_webhook_deliveries__ring() from public, anon, authenticated, service_role;

create or replace trigger _900_ring after insert or update of status, due_at on public.webhook_deliveries
for each row when (new.status = 'pending') execute function private.tg_webhook_deliveries__ring();
