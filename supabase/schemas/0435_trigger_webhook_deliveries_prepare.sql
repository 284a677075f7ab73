-- A body over 1 MiB is dead at birth and on record, because raising here would undo the end of a film.

create or replace function private.tg_webhook_deliveries__prepare()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  new.lane := private.delivery_lane(new.endpoint_id, new.url);

  -- is_too_large, in place: a call for each delivery would be felt
  if octet_length(new.body) > 1048576 and new.status = 'pending' then
    new.status := 'dead';
    new.error := format('Its body is larger than 1 MiB: %s bytes', octet_length(new.body));
    perform private.record_error('delivery', format('Cannot deliver %s: %s', new.type, new.error), jsonb_build_object(
      'project_id', new.project_id, 'delivery_id', new.delivery_id
    ));
  end if;
  return new;
end;
$$;

comment on function private.tg_webhook_deliveries__prepare() is 'A new delivery → its lane; what is larger than 1 MiB is dead.';

revoke execute on function private.tg_webhook_deliveries__prepare() from public, anon, authenticated, service_role;

create or replace trigger _100_prepare before insert on public.webhook_deliveries
for each row execute function private.tg_webhook_deliveries__prepare();
