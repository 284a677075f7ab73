create table private.housekeeping (
  what text not null,
  next_after text not null default '',
  constraint housekeeping_pkey primary key (what)
);

comment on table private.housekeeping is
'Where the next page of each kind of old rows begins, of overdue deliveries and of lanes that something is due in: rows that may not go yet hide none behind them.';

alter table private.housekeeping enable row level security;
revoke all on table private.housekeeping from public, anon, authenticated, service_role;
