create or replace function private.is_provider(p_source text)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return p_source in ('fal', 'video', 'lastframe', 'stitch');
end;
$$;

comment on function private.is_provider(text) is
'True where callbacks of this source are about attempts; any other name is a custom source.';

revoke execute on function private.is_provider(text) from public, anon, authenticated, service_role;
