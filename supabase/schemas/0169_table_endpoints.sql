create table private.endpoints (
  endpoint_id text not null default private.new_id('ep'),
  user_id text not null,
  url text not null,
  description text,
  events text[],
  headers jsonb not null default '{}',
  max_in_flight integer not null default 20,
  max_per_second numeric,
  is_ordered boolean not null default false,
  batch_size integer not null default 1,
  batch_ms integer not null default 0,
  is_enabled boolean not null default true,
  disabled_at timestamptz,
  disable_reason text,
  failing_since timestamptz,
  last_failed_at timestamptz,
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  idempotency_key text,
  constraint endpoints_pkey primary key (endpoint_id),
  constraint endpoint_url_is_http check (url ~ '^https?://' and length(url) <= 2048),
  constraint endpoint_description_is_short check (length(description) <= 500),
  constraint endpoint_events_are_known check (private.are_events_known(events)),
  constraint endpoint_headers_are_an_object check (jsonb_typeof(headers) = 'object'),
  constraint endpoint_has_at_least_one_slot check (max_in_flight between 1 and 50),
  constraint endpoint_rate_is_positive check (max_per_second > 0),
  constraint endpoint_batch_is_bounded check (batch_size between 1 and 100 and batch_ms between 0 and 60000),
  constraint disabled_endpoint_has_a_time check (is_enabled = (disabled_at is null)),
  constraint one_endpoint_for_an_idempotency_key unique (user_id, idempotency_key)
);

comment on table private.endpoints is
'Where a user''s events go, whichever job they come from. Header values stand here alone, where no API reads.';
comment on column private.endpoints.events is 'Types it wants; null: all but video.generation.progress. What it does not want is kept as filtered.';
comment on column private.endpoints.max_in_flight is 'Deliveries on their way to it at a time.';
comment on column private.endpoints.max_per_second is 'null: no limit.';
comment on column private.endpoints.is_ordered is 'One after the other, in the order of events: a delivery waits until the one before it has ended, through all its tries.';
comment on column private.endpoints.batch_size is 'More than 1: events are collected until there are so many, or the first has waited for batch_ms, and sent as one request.';
comment on column private.endpoints.failing_since is 'The first of the failures of any kind since its last 2xx, none of them more than 30 hours before the next.';
comment on column private.endpoints.idempotency_key is 'By which who asks for it again, because an answer was lost, gets this one.';

create index endpoints_user_id on private.endpoints (user_id);
create index endpoints_batching on private.endpoints (endpoint_id) where batch_size > 1 and is_enabled;

alter table private.endpoints enable row level security;
revoke all on table private.endpoints from public, anon, authenticated, service_role;
