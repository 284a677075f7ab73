create or replace function private.is_malformed(p_log public.webhook_logs)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return p_log.result is null and private.is_provider(p_log.source);
end;
$$;

comment on function private.is_malformed(public.webhook_logs) is
'True for a callback whose body its door did not understand. A custom source''s is taken as it comes.';

revoke execute on function private.is_malformed(public.webhook_logs) from public, anon, authenticated, service_role;
