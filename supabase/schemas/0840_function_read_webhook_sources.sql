-- The one place where a source's secret leaves Vault: for the door, which verifies by it.

create or replace function public.read_webhook_sources()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(jsonb_build_object(
      'name', webhook_sources.name,
      'scheme', webhook_sources.scheme,
      'header', webhook_sources.header,
      'secret_in', webhook_sources.secret_in,
      'secret_name', webhook_sources.secret_name,
      'secret', secrets.decrypted_secret,
      'id_path', webhook_sources.id_path,
      'type_path', webhook_sources.type_path,
      'rate_limit', webhook_sources.rate_limit,
      'revision', private.source_revision(webhook_sources)
    )),
    '[]'
  )
  from private.webhook_sources
  left join vault.decrypted_secrets as secrets
    on webhook_sources.secret_in = 'vault' and secrets.name = webhook_sources.secret_name
  where webhook_sources.is_enabled;
$$;

comment on function public.read_webhook_sources() is
'The enabled sources, with the secrets of those that keep theirs in Vault. Called by the door webhook, which shows them to nobody.';

revoke execute on function public.read_webhook_sources() from public, anon, authenticated;
grant execute on function public.read_webhook_sources() to service_role;
