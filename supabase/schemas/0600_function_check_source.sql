-- A source that was removed is one for as long as its callbacks are kept.

create or replace function private.check_source(p_source text)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if private.is_provider(p_source) or p_source = 'custom'
    or exists (select 1 from private.webhook_sources where webhook_sources.name = p_source)
    or exists (select 1 from public.webhook_logs where webhook_logs.source = p_source)
    or p_source is null then
    return;
  end if;
  raise exception 'Cannot find callbacks: there is no source "%"', p_source using errcode = 'RL400';
end;
$$;

comment on function private.check_source(text) is
'Raises RL400 for a filter that names no source.';

revoke execute on function private.check_source(text) from public, anon, authenticated, service_role;
