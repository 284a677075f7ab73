create table private.seen_deliveries (
  source text not null,
  webhook_id text not null,
  webhook_log_id text not null,
  seen_at timestamptz not null default private.clock(),
  constraint seen_deliveries_pkey primary key (source, webhook_id)
);

comment on table private.seen_deliveries is
'Which deliveries were seen, apart from the logs so that those can be partitioned and pruned.';

create index seen_deliveries_oldest on private.seen_deliveries (seen_at);

alter table private.seen_deliveries enable row level security;
revoke all on table private.seen_deliveries from public, anon, authenticated, service_role;
