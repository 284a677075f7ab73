create table public.webhook_delivery_attempts (
  delivery_id text not null,
  number integer not null,
  status_code integer,
  error text,
  duration_ms numeric,
  response_excerpt text,
  attempted_at timestamptz not null default private.clock(),
  timing jsonb,
  constraint webhook_delivery_attempts_pkey primary key (delivery_id, number),
  constraint attempt_of_a_delivery foreign key (delivery_id) references public.webhook_deliveries (delivery_id) on delete cascade
);

comment on table public.webhook_delivery_attempts is 'Each try of a delivery, and what the client''s server answered.';
comment on column public.webhook_delivery_attempts.timing is 'Milliseconds of its parts, as far as the sender knows them.';

create index webhook_delivery_attempts_newest on public.webhook_delivery_attempts (attempted_at);

alter table public.webhook_delivery_attempts enable row level security;
revoke all on table public.webhook_delivery_attempts from public, anon, authenticated, service_role;
grant select on table public.webhook_delivery_attempts to service_role;
