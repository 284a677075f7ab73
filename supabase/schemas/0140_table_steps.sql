create table private.steps (
  step_id text not null default private.new_id('step'),
  project_id text not null,
  scene_id text,
  chunk_id text,
  user_id text not null,
  kind private.step_kind not null,
  status private.step_status not null default 'queued',
  provider text,
  due_at timestamptz not null,
  claim_token uuid,
  attempt_count integer not null default 0,
  input jsonb not null default '{}',
  output jsonb,
  error_message text,
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  refusal_count integer not null default 0,
  constraint steps_pkey primary key (step_id),
  constraint step_is_whole check (private.is_step_whole(status, claim_token, error_message))
)
-- Each step is updated three times, and its old versions stand in the way of every claim.
with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

comment on table private.steps is
'One piece of work outside the database that a project needs: the outbox. Written in the transaction of the status change that asks for it.';
comment on column private.steps.due_at is
'When a runner has to look again: start (queued), end of the lease (running), overdue provider (waiting).';

comment on column private.steps.refusal_count is
'Of attempt_count, what max_attempts does not count: calls that the provider did not take, and that cost nothing.';

create index steps_due on private.steps (due_at) where status in ('queued', 'running', 'waiting');
create index steps_queued_of_a_user on private.steps (user_id, kind, due_at) where status = 'queued';
create index steps_in_flight on private.steps (provider, user_id) where status in ('running', 'waiting');
create index steps_ended on private.steps (updated_at) where status in ('completed', 'failed', 'cancelled');
create index steps_project_id on private.steps (project_id, created_at);
create unique index one_open_step_for_a_thing on private.steps (project_id, kind, coalesce(chunk_id, ''))
where status in ('queued', 'running', 'waiting') and kind <> 'cancel_request';

alter table private.steps enable row level security;
revoke all on table private.steps from public, anon, authenticated, service_role;
