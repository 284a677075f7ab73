create or replace function private.has_realtime()
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return to_regprocedure('realtime.send(jsonb,text,text,boolean)') is not null;
end;
$$;

comment on function private.has_realtime() is 'True where Supabase Realtime is there to broadcast by.';

revoke execute on function private.has_realtime() from public, anon, authenticated, service_role;
