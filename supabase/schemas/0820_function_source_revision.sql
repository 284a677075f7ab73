-- A door keeps what it knows of sources for some seconds. What it verified by is still in force when
-- the revision that it brings is still this one.

create or replace function private.source_revision(p_source private.webhook_sources)
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select md5(concat_ws(
    '|',
    p_source::text,
    (
      select secrets.updated_at::text
      from vault.secrets
      where p_source.secret_in = 'vault'
        and secrets.name = p_source.secret_name
    )
  ));
$$;

comment on function private.source_revision(private.webhook_sources) is
'Changes with anything about a source, its secret in Vault included.';

revoke execute on function private.source_revision(private.webhook_sources) from public, anon, authenticated, service_role;
