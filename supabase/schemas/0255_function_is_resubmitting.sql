create or replace function private.is_resubmitting()
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
    where settings.name = 'on_outcome_unknown'
      and settings.value #>> '{}' = 'resubmit'
  );
end;
$$;

comment on function private.is_resubmitting() is
'True where the operator set on_outcome_unknown to "resubmit": what may have been paid is asked for once more.';

revoke execute on function private.is_resubmitting() from public, anon, authenticated, service_role;
