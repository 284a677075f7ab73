create or replace function private.version_lock(p_job jsonb)
returns bigint
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return hashtextextended('version:' || (p_job ->> 'user_id') || ':' || (p_job ->> 'video_id'), 0);
end;
$$;

comment on function private.version_lock(jsonb) is
'The advisory lock under which the versions of a job''s video are counted: no row exists yet that could be locked.';

revoke execute on function private.version_lock(jsonb) from public, anon, authenticated, service_role;
