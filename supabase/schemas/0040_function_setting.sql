-- A setting as a number; names are 'what' or 'what.step'. Raises RL500 for a name that is not there,
-- because a missing deadline would mean waiting for ever.

create or replace function private.setting(p_name text)
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_value numeric;
begin
  select (settings.value #>> '{}')::numeric
  into v_value
  from private.settings
  where settings.name = p_name;

  if not found then
    raise exception 'Cannot read setting "%": no such setting', p_name using errcode = 'RL500';
  end if;

  return v_value;
end;
$$;

comment on function private.setting(text) is 'A number from private.settings. Raises RL500 for an unknown name.';

revoke execute on function private.setting(text) from public, anon, authenticated, service_role;
