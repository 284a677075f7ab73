create table private.webhook_sources (
  name text not null,
  scheme text not null,
  header text,
  secret_in text not null default 'env',
  secret_name text not null,
  id_path text,
  type_path text,
  rate_limit integer,
  handler_kind text,
  handler_target text,
  is_enabled boolean not null default true,
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  constraint webhook_sources_pkey primary key (name),
  constraint source_name_fits_a_path check (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
  constraint source_name_is_not_taken check (
    name not in (
      'fal', 'video', 'lastframe', 'stitch', 'storage', 'notification', 'custom', 'all',
      'webhook', 'webhooks', 'task', 'tasks', 'health', 'stats', 'metrics', 'openapi', 'docs', 'console'
    )
  ),
  constraint source_scheme_is_known check (
    scheme in (
      'hmac', 'hmac_base64', 'timestamped', 'standard', 'svix', 'replicate', 'github', 'stripe', 'slack', 'shopify',
      'bearer', 'token', 'gitlab', 'ed25519', 'discord'
    )
  ),
  constraint source_header_can_be_chosen check (
    header is null
    or header ~ '^[a-z0-9][a-z0-9-]{0,99}$'
    and scheme in ('hmac', 'hmac_base64', 'timestamped', 'token', 'ed25519')
  ),
  constraint source_secret_is_in_env_or_vault check (
    secret_in = 'env' and secret_name ~ '^[A-Z][A-Z0-9_]{0,99}$' and secret_name not like 'SUPABASE%'
    or secret_in = 'vault' and length(secret_name) between 1 and 255
  ),
  constraint source_paths_are_dotted check (
    coalesce(id_path ~ '^[^.]+(\.[^.]+){0,9}$' and length(id_path) <= 255, true)
    and coalesce(type_path ~ '^[^.]+(\.[^.]+){0,9}$' and length(type_path) <= 255, true)
  ),
  constraint source_takes_at_least_one check (rate_limit > 0),
  constraint source_handler_is_whole check (
    handler_kind is null and handler_target is null
    or coalesce(handler_kind = 'function' and handler_target ~ '^[a-z_][a-z0-9_]{0,62}$', false)
    or coalesce(handler_kind = 'delivery' and handler_target ~ '^https?://' and length(handler_target) <= 2000, false)
  )
);

comment on table private.webhook_sources is
'Senders of webhooks that an installation adds: POST /webhook/<name> takes theirs. No secret stands here, only where it is.';
comment on column private.webhook_sources.header is 'Where the signature or token comes in, for the schemes that leave it open; null: the scheme''s usual one.';
comment on column private.webhook_sources.secret_in is 'env: an environment variable of the functions. vault: a secret in Vault. Both hold one secret or several, comma-separated.';
comment on column private.webhook_sources.id_path is 'Where the body says which delivery it is, data.event.id; without, or where it is missing: the signed id, else the body''s digest.';
comment on column private.webhook_sources.type_path is 'Where the body says what has happened; without: webhook.received.';
comment on column private.webhook_sources.rate_limit is 'Verified requests a minute from one address; null: no limit.';
comment on column private.webhook_sources.handler_kind is
'function: handlers.<handler_target>(webhook_log_id), in the transaction of the record. delivery: posted to the URL handler_target. null: only recorded.';

alter table private.webhook_sources enable row level security;
revoke all on table private.webhook_sources from public, anon, authenticated, service_role;
