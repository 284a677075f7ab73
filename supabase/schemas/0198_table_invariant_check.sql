create table private.invariant_check (
  is_only boolean not null default true,
  checked_at timestamptz not null,
  broken bigint not null,
  first_broken jsonb not null,
  tried_at timestamptz,
  took interval,
  constraint invariant_check_pkey primary key (is_only),
  constraint there_is_one_check check (is_only)
);

comment on table private.invariant_check is 'What the last look at all invariants found.';
comment on column private.invariant_check.first_broken is '[{invariant, id}], a hundred at most.';

comment on column private.invariant_check.checked_at is 'When it was looked to the end; since then a look may have been broken off.';
comment on column private.invariant_check.took is 'How long the last look, begun at tried_at, took until its end or until it was broken off.';

alter table private.invariant_check enable row level security;
revoke all on table private.invariant_check from public, anon, authenticated, service_role;
