create table private.attempts (
  attempt_id text not null default private.new_id('att'),
  step_id text not null,
  number integer not null,
  provider text not null,
  status private.attempt_status not null default 'created',
  request_id text,
  status_url text,
  response_url text,
  cancel_url text,
  input jsonb not null,
  input_hash text not null,
  output jsonb,
  error_message text,
  estimated_cost_usd numeric,
  actual_cost_usd numeric,
  created_at timestamptz not null default private.clock(),
  submitted_at timestamptz,
  deadline_at timestamptz,
  ended_at timestamptz,
  sent_at timestamptz,
  constraint attempts_pkey primary key (attempt_id),
  constraint attempts_of_a_step_are_counted unique (step_id, number),
  constraint a_request_belongs_to_one_attempt unique (provider, request_id),
  constraint attempt_of_a_step foreign key (step_id) references private.steps (step_id) on delete cascade,
  constraint attempt_is_whole check (private.is_attempt_whole(status, ended_at, deadline_at))
)
-- Room for the next version of a row on its own page: an update that touches no index then writes none.
with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

comment on table private.attempts is
'One try of a step at a provider. The row exists before the provider is called, with the input frozen as it was sent.';
comment on column private.attempts.deadline_at is 'Until here the callback is awaited; past it the provider is asked.';
comment on column private.attempts.sent_at is
'When its runner announced the call; infinity: it has not, so that nothing was sent; null: its runner announces nothing.';
comment on column private.attempts.estimated_cost_usd is 'By private.prices when the attempt began; null: unknown.';
comment on column private.attempts.actual_cost_usd is 'As the provider itself said.';

create index attempts_with_a_price on private.attempts (created_at)
where coalesce(actual_cost_usd, estimated_cost_usd) is not null;

alter table private.attempts enable row level security;
revoke all on table private.attempts from public, anon, authenticated, service_role;
