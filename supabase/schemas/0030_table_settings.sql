create table private.settings (
  name text not null,
  value jsonb not null,
  description text not null,
  constraint settings_pkey primary key (name)
);

comment on table private.settings is
'Figures that an operator may change: deadlines, leases, retries. Also the key of the tokens and, for tests, the offset of the clock.';

alter table private.settings enable row level security;
revoke all on table private.settings from public, anon, authenticated, service_role;
