-- A hop along the index for each source, however much it has sent; one that was removed is one for as long as its callbacks
-- are kept.

create or replace function private.custom_sources()
returns text[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return array(
    with recursive sources (name) as (
      select min(webhook_logs.source)
      from public.webhook_logs
      union all
      select (
        select min(webhook_logs.source)
        from public.webhook_logs
        where webhook_logs.source > sources.name
      )
      from sources
      where sources.name is not null
    )
    select sources.name
    from sources
    where sources.name is not null
      and not private.is_provider(sources.name)
  );
end;
$$;

comment on function private.custom_sources() is 'Custom sources of which callbacks are on record: what the filter custom means.';

revoke execute on function private.custom_sources() from public, anon, authenticated, service_role;
