create table public.webhook_deliveries (
  delivery_id text not null default private.new_id('dlv'),
  project_id text,
  endpoint_id text,
  webhook_id text not null default private.new_id('msg'),
  type text not null,
  url text not null,
  body text not null,
  status text not null default 'pending',
  attempt_count integer not null default 0,
  due_at timestamptz not null default private.clock(),
  claim_token uuid,
  status_code integer,
  error text,
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  delivered_at timestamptz,
  lane text not null,
  position bigint not null generated always as identity,
  queued_at timestamptz not null default private.clock(),
  tries_before integer not null default 0,
  batch_id text,
  constraint webhook_deliveries_pkey primary key (delivery_id),
  constraint webhook_deliveries_have_their_own_id unique (webhook_id),
  constraint delivery_of_a_project foreign key (project_id) references public.projects (project_id) on delete cascade,
  constraint delivery_is_a_films_or_a_sources check (
    project_id is not null or coalesce(endpoint_id like 'source:%' or endpoint_id like 'ep\_%', false)
  ),
  constraint delivery_in_a_batch foreign key (batch_id) references public.webhook_deliveries (delivery_id) on delete set null,
  constraint delivery_status_is_known check (
    status in ('pending', 'delivering', 'batched', 'delivered', 'dead', 'filtered', 'skipped')
  ),
  constraint delivered_delivery_has_a_time check ((status = 'delivered') = (delivered_at is not null)),
  constraint delivering_delivery_is_claimed check ((status = 'delivering') = (claim_token is not null))
);

comment on table public.webhook_deliveries is 'What we post to a client''s URL: the exact body, under one webhook-id through all tries.';
comment on column public.webhook_deliveries.endpoint_id is
'null: the project''s callback_url. notification: the installation''s service. source:<name>: a custom source''s callback passed on; it has no project. ep_...: a standing endpoint of the user.';
comment on column public.webhook_deliveries.status is
'batched: it travels in the delivery batch_id. filtered: the endpoint does not want this type, or the film has ended anew since. skipped: the endpoint was disabled or deleted. Both can be replayed.';
comment on column public.webhook_deliveries.lane is 'Whose slots it takes: private.delivery_lanes.';
comment on column public.webhook_deliveries.position is 'The order of events, where ids of one millisecond have none.';
comment on column public.webhook_deliveries.queued_at is 'When it was queued, redriven or replayed last: what is tried for too long since then is given up.';
comment on column public.webhook_deliveries.tries_before is 'Of attempt_count, what the schedule does not count: tries before that time, and those whose runner was lost.';

create index webhook_deliveries_due on public.webhook_deliveries (due_at) where status in ('pending', 'delivering');
create index webhook_deliveries_lane on public.webhook_deliveries (lane, (attempt_count > 0), due_at, position) where status = 'pending';
create index webhook_deliveries_in_order on public.webhook_deliveries (lane, position) where status = 'pending';
create index webhook_deliveries_unbatched on public.webhook_deliveries (lane, position) where status = 'pending' and type in ('batch', 'endpoint.test');
create index webhook_deliveries_delivering on public.webhook_deliveries (lane) where status = 'delivering';
create index webhook_deliveries_endpoint_id on public.webhook_deliveries (endpoint_id, created_at) where endpoint_id is not null;
create index webhook_deliveries_tests on public.webhook_deliveries (endpoint_id) where type = 'endpoint.test';
create index webhook_deliveries_batch_id on public.webhook_deliveries (batch_id) where batch_id is not null;
create index webhook_deliveries_dead on public.webhook_deliveries (created_at) where status = 'dead';
create index webhook_deliveries_project_id on public.webhook_deliveries (project_id);
create index webhook_deliveries_ended on public.webhook_deliveries (updated_at) where status not in ('pending', 'delivering');
create index webhook_deliveries_not_delivered on public.webhook_deliveries (delivery_id) where status <> 'delivered';

alter table public.webhook_deliveries enable row level security;
revoke all on table public.webhook_deliveries from public, anon, authenticated, service_role;
grant select on table public.webhook_deliveries to service_role;
