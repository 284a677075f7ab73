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
  constraint webhook_deliveries_pkey primary key (delivery_id),
  constraint webhook_deliveries_have_their_own_id unique (webhook_id),
  constraint delivery_of_a_project foreign key (project_id) references public.projects (project_id) on delete cascade,
  constraint delivery_is_a_films_or_a_sources check (
    project_id is not null or coalesce(endpoint_id like 'source:%', false)
  ),
  constraint delivery_status_is_known check (status in ('pending', 'delivering', 'delivered', 'dead')),
  constraint delivered_delivery_has_a_time check ((status = 'delivered') = (delivered_at is not null)),
  constraint delivering_delivery_is_claimed check ((status = 'delivering') = (claim_token is not null))
);

comment on table public.webhook_deliveries is 'What we post to a client''s URL: the exact body, under one webhook-id through all tries.';
comment on column public.webhook_deliveries.endpoint_id is
'null: the project''s callback_url. notification: the installation''s service. source:<name>: a custom source''s callback passed on; it has no project.';

create index webhook_deliveries_due on public.webhook_deliveries (due_at) where status in ('pending', 'delivering');
create index webhook_deliveries_dead on public.webhook_deliveries (created_at) where status = 'dead';
create index webhook_deliveries_project_id on public.webhook_deliveries (project_id);
create index webhook_deliveries_not_delivered on public.webhook_deliveries (delivery_id) where status <> 'delivered';

alter table public.webhook_deliveries enable row level security;
revoke all on table public.webhook_deliveries from public, anon, authenticated, service_role;
grant select on table public.webhook_deliveries to service_role;
