create table private.ledger (
  entry_id bigint generated always as identity,
  project_id text not null,
  user_id text not null,
  attempt_id text not null,
  kind private.ledger_kind not null,
  usd numeric not null,
  at timestamptz not null default private.clock(),
  constraint ledger_pkey primary key (entry_id),
  constraint reservation_is_of_something check (kind = 'settle' or usd > 0)
);

comment on table private.ledger is
'Money, written by the trigger on attempts and never changed: what an attempt was expected to cost is reserved when it begins and released when it ends; what it did cost is settled. Outlives the attempts.';
comment on column private.ledger.usd is
'US dollars. Reserved are sum(reserve) - sum(release), spent is sum(settle); a later correction is a settle too, and may be negative.';

create index ledger_project_id on private.ledger (project_id);

alter table private.ledger enable row level security;
revoke all on table private.ledger from public, anon, authenticated, service_role;
