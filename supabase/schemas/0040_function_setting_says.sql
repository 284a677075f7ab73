create or replace function private.setting_says(p_name text, p_word text)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return exists (
    select 1
    from private.settings
    where settings.name = p_name
      and settings.value #>> '{}' = p_word
  );
end;
$$;

comment on function private.setting_says(text, text) is
'True where an operator chose this word; false without the setting, too.';

revoke execute on function private.setting_says(text, text) from public, anon, authenticated, service_role;
