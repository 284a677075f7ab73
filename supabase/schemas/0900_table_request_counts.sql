-- One row an isolate, address and second at most, inserted and never updated: no row is hot.

create unlogged table private.request_counts (
  request_count_id bigint generated always as identity,
  what text not null,
  address text not null,
  isolate text not null,
  requests integer not null,
  at timestamptz not null default private.clock(),
  constraint request_counts_pkey primary key (request_count_id),
  constraint requests_are_counted check (requests > 0)
);

create index request_counts_what_at_idx on private.request_counts (what, at);

comment on table private.request_counts is
'Verified requests of the last minutes, as each isolate of a door reported them, for RATE_LIMIT_*. Lost in a crash, which only forgives.';

alter table private.request_counts enable row level security;
revoke all on table private.request_counts from public, anon, authenticated, service_role;
