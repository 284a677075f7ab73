create table private.bell (
  only_row boolean not null default true,
  last_rung_at timestamptz,
  unanswered_since timestamptz,
  constraint bell_pkey primary key (only_row),
  constraint there_is_one_bell check (only_row)
);

comment on table private.bell is
'Whether a ring is on its way that no runner has answered: while it is, no second one is sent.';

alter table private.bell enable row level security;
revoke all on table private.bell from public, anon, authenticated, service_role;
