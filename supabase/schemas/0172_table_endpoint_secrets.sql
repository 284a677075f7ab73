create table private.endpoint_secrets (
  endpoint_id text not null,
  secret text not null,
  created_at timestamptz not null default private.clock(),
  expires_at timestamptz,
  constraint endpoint_secrets_pkey primary key (endpoint_id, secret),
  constraint secret_of_an_endpoint foreign key (endpoint_id) references private.endpoints (endpoint_id) on delete cascade,
  constraint secret_is_of_standard_webhooks check (secret ~ '^whsec_[A-Za-z0-9+/]{32,88}={0,2}$')
);

comment on table private.endpoint_secrets is
'Each that has not expired signs every delivery to the endpoint, so that a receiver may know the old or the new one of a rotation.';
comment on column private.endpoint_secrets.expires_at is 'null: the current one.';

alter table private.endpoint_secrets enable row level security;
revoke all on table private.endpoint_secrets from public, anon, authenticated, service_role;
