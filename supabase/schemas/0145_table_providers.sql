create table private.providers (
  name text not null,
  max_in_flight integer,
  max_in_flight_per_user integer,
  is_paused boolean not null default false,
  held_until timestamptz,
  hold_reason text,
  failures_in_a_row integer not null default 0,
  updated_at timestamptz not null default private.clock(),
  constraint providers_pkey primary key (name),
  constraint provider_takes_at_least_one check (max_in_flight > 0 and max_in_flight_per_user > 0)
);

comment on table private.providers is 'How much a provider may be given at a time, and whether it is held just now.';
comment on column private.providers.max_in_flight is 'Steps that may be running or waiting at it at once, strictly; null: no limit.';
comment on column private.providers.is_paused is 'The operator''s switch. The row named * pauses everything.';
comment on column private.providers.held_until is 'Nothing new until then: it asked for that (Retry-After), or it failed too often in a row.';

alter table private.providers enable row level security;
revoke all on table private.providers from public, anon, authenticated, service_role;
