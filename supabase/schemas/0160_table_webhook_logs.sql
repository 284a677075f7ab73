create table public.webhook_logs (
  webhook_log_id text not null default private.new_id('whlog'),
  webhook_id text not null,
  source text not null,
  type text not null,
  status private.callback_status not null default 'pending',
  outcome private.callback_outcome,
  request_id text,
  project_id text,
  attempt_id text,
  is_token_wrong boolean not null default false,
  headers jsonb not null default '{}',
  raw_body bytea not null,
  data jsonb,
  result jsonb,
  error text,
  retry_count integer not null default 0,
  duplicate_count integer not null default 0,
  duration_ms numeric,
  received_at timestamptz not null default private.clock(),
  processed_at timestamptz,
  constraint webhook_logs_pkey primary key (webhook_log_id),
  constraint pending_callback_is_buffered check (status <> 'pending' or outcome is null or outcome = 'buffered')
);

comment on table public.webhook_logs is 'One row for each callback that passed its signature, recorded before it does anything.';
comment on column public.webhook_logs.webhook_id is 'The delivery id that the sender signed, else the digest of the body.';
comment on column public.webhook_logs.result is 'What the door read out of the body, in our words; a buffered or replayed callback is applied from it.';
comment on column public.webhook_logs.project_id is 'The project it was matched with. No foreign key: the log outlives the project.';

comment on column public.webhook_logs.attempt_id is 'The attempt whose token it came under; the token itself is not stored.';
comment on column public.webhook_logs.is_token_wrong is 'It came under a token that is not ours: it is never applied.';

create index webhook_logs_newest on public.webhook_logs (received_at desc);
create index webhook_logs_failed on public.webhook_logs (webhook_log_id) where status = 'error';
create index webhook_logs_oldest_buffered on public.webhook_logs (received_at) where status = 'pending';
create index webhook_logs_buffered on public.webhook_logs (source, request_id) where status = 'pending';
create index webhook_logs_of_a_project on public.webhook_logs (project_id, received_at) where project_id is not null;
create index webhook_logs_newest_of_a_source on public.webhook_logs (source, webhook_log_id);
create index webhook_logs_not_applied on public.webhook_logs (outcome, webhook_log_id) where outcome <> 'applied';
create index webhook_logs_by_request on public.webhook_logs (request_id) where request_id is not null;

alter table public.webhook_logs enable row level security;
revoke all on table public.webhook_logs from public, anon, authenticated, service_role;
grant select on table public.webhook_logs to service_role;
