create table private.door_totals (
  door text not null,
  status integer not null,
  requests bigint not null,
  ms_total bigint not null,
  requests_by_ms jsonb not null,
  constraint door_totals_pkey primary key (door, status)
);

comment on table private.door_totals is
'What door_requests held before: with these its sums never fall, as a counter has to. Written by pg_cron alone.';

alter table private.door_totals enable row level security;
revoke all on table private.door_totals from public, anon, authenticated, service_role;
