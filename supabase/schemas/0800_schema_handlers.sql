-- Handlers of custom sources run with the rights of whoever owns the database: only the owner may
-- create them, by a migration, and nobody calls them but a callback that passed its signature.

create schema if not exists handlers;

comment on schema handlers is
'An installation''s own functions handlers.<name>(p_webhook_log_id text), named by private.webhook_sources. Not exposed by the API.';

revoke all on schema handlers from public, anon, authenticated, service_role;
