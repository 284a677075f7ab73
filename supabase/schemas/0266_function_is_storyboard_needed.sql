create or replace function private.is_storyboard_needed()
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return exists (
    select 1
    from private.settings
    where settings.name = 'on_storyboard_failure'
      and settings.value #>> '{}' = 'fail'
  );
end;
$$;

comment on function private.is_storyboard_needed() is
'True where on_storyboard_failure says fail: then the splitter''s scenes are not taken instead of a written storyboard.';

revoke execute on function private.is_storyboard_needed() from public, anon, authenticated, service_role;
