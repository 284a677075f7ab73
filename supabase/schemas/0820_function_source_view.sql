create or replace function private.source_view(p_source private.webhook_sources)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select to_jsonb(p_source) || jsonb_build_object(
    'has_secret', case when p_source.secret_in = 'vault' then exists (
      select 1
      from vault.secrets
      where secrets.name = p_source.secret_name
    ) end
  );
$$;

comment on function private.source_view(private.webhook_sources) is
'A source as an operator sees it, without its secret. has_secret is null where only the functions can know.';

revoke execute on function private.source_view(private.webhook_sources) from public, anon, authenticated, service_role;
