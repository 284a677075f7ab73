-- A clock that was just moved is moved for the rest of this transaction too.

create or replace function private.tg_settings__forget_clock()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform set_config('reelay.clock_offset', '', true);
  return null;
end;
$$;

comment on function private.tg_settings__forget_clock() is 'The transaction that changes settings reads the offset of its clock again.';

revoke execute on function private.tg_settings__forget_clock() from public, anon, authenticated, service_role;

create or replace trigger _500_forget_clock after insert or update or delete on private.settings
for each statement execute function private.tg_settings__forget_clock();
