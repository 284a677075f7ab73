create or replace function private.is_of_source(p_log public.webhook_logs, p_source text)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_source is null then true
    when p_source = 'custom' then not private.is_provider(p_log.source)
    else p_log.source = p_source
  end;
end;
$$;

comment on function private.is_of_source(public.webhook_logs, text) is
'The filter by source: null is every one, custom every one that is not built in.';

revoke execute on function private.is_of_source(public.webhook_logs, text) from public, anon, authenticated, service_role;
