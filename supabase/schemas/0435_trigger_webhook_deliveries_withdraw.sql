-- What was on its way when the film ended anew (withdraw_ends) is not tried again.

create or replace function private.tg_webhook_deliveries__withdraw()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if private.is_end_of_film(new) and exists (
    select 1
    from public.webhook_deliveries as later
    where later.project_id = new.project_id
      and later.endpoint_id is not distinct from new.endpoint_id
      and private.is_end_of_film(later)
      and later.position > new.position
  ) then
    new.status := 'filtered';
  end if;
  return new;
end;
$$;

comment on function private.tg_webhook_deliveries__withdraw() is
'delivering → filtered instead of pending or dead, where a later end of the film is told.';

revoke execute on function private.tg_webhook_deliveries__withdraw() from public, anon, authenticated, service_role;

create or replace trigger _200_withdraw before update of status on public.webhook_deliveries
for each row when (old.status = 'delivering' and new.status in ('pending', 'dead') and new.type like 'video.generation.%')
execute function private.tg_webhook_deliveries__withdraw();
