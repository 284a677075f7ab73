-- A row in ten seconds at most from each isolate and status, inserted and never updated: no row is hot.

create table private.door_requests (
  door_request_id bigint generated always as identity,
  door text not null,
  status integer not null,
  requests integer not null,
  ms_total bigint not null,
  requests_by_ms jsonb not null,
  is_rolled_up boolean not null default false,
  at timestamptz not null default private.clock(),
  constraint door_requests_pkey primary key (door_request_id),
  constraint door_requests_are_counted check (requests > 0)
);

create index door_requests_at_idx on private.door_requests (at);
create index door_requests_to_roll_up_idx on private.door_requests (at) where not is_rolled_up;

comment on table private.door_requests is
'What each door answered in the last eight days and how long it took, as its isolates reported it. Then it goes into door_totals.';
comment on column private.door_requests.is_rolled_up is 'It stands for those of an hour, at the last of which it stands.';
comment on column private.door_requests.requests_by_ms is '{"5": 3, "10": 1, "more": 1}: requests that took at most so long, each in one slot.';

alter table private.door_requests enable row level security;
revoke all on table private.door_requests from public, anon, authenticated, service_role;
