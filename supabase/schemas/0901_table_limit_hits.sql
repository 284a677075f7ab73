create table private.limit_hits (
  limit_hit_id bigint generated always as identity,
  what text not null,
  hits integer not null,
  at timestamptz not null default private.clock(),
  constraint limit_hits_pkey primary key (limit_hit_id),
  constraint hits_are_counted check (hits > 0)
);

create index limit_hits_at_idx on private.limit_hits (at);

comment on table private.limit_hits is
'How many verified requests a limit refused, as each isolate reported it: a row in ten seconds at most. Kept for eight days.';

alter table private.limit_hits enable row level security;
revoke all on table private.limit_hits from public, anon, authenticated, service_role;
