create table private.delivery_lanes (
  lane text not null,
  failures_in_a_row integer not null default 0,
  first_failed_at timestamptz,
  held_until timestamptz,
  tokens numeric,
  tokens_at timestamptz,
  updated_at timestamptz not null default private.clock(),
  constraint delivery_lanes_pkey primary key (lane),
  constraint failing_lane_has_a_time check ((failures_in_a_row > 0) = (first_failed_at is not null))
);

comment on table private.delivery_lanes is
'How it goes with each receiver: deliveries of one lane share its slots and its breaker, and wait for no other lane.';
comment on column private.delivery_lanes.lane is 'An endpoint''s id, notification, source:<name>, or scheme, host and port of a URL.';
comment on column private.delivery_lanes.failures_in_a_row is 'No answer, 5xx, 408 or 429; any other answer shows that somebody is there.';
comment on column private.delivery_lanes.held_until is 'The breaker is open: nothing is sent before, then one delivery feels the way.';
comment on column private.delivery_lanes.tokens is 'What is left of max_per_second, as of tokens_at.';

alter table private.delivery_lanes enable row level security;
revoke all on table private.delivery_lanes from public, anon, authenticated, service_role;
