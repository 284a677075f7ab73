create table private.steps (
  step_id text not null default private.new_id('step'),
  project_id text not null,
  scene_id text,
  chunk_id text,
  user_id text not null,
  kind text not null,
  status text not null default 'queued',
  provider text,
  due_at timestamptz not null,
  claim_token uuid,
  attempt_count integer not null default 0,
  input jsonb not null default '{}',
  output jsonb,
  error_message text,
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  constraint steps_pkey primary key (step_id),
  constraint step_of_a_project foreign key (project_id) references public.projects (project_id) on delete cascade,
  constraint step_of_a_scene foreign key (scene_id) references public.scenes (scene_id) on delete cascade,
  constraint step_of_a_chunk foreign key (chunk_id) references public.video_chunks (chunk_id) on delete cascade,
  constraint step_kind_is_known check (
    kind in (
      'storyboard', 'reframe_image', 'generate_clip', 'extract_last_frame', 'extract_thumbnail', 'stitch',
      'store_film', 'cancel_request', 'generate_voice', 'generate_music', 'level_music', 'mux_audio', 'mix_music',
      'store_captions', 'burn_captions', 'check_frame'
    )
  ),
  constraint step_status_is_known check (
    status in ('queued', 'running', 'waiting', 'completed', 'failed', 'cancelled')
  ),
  constraint running_step_is_claimed check (status <> 'running' or claim_token is not null),
  constraint finished_step_is_not_claimed check (
    status not in ('completed', 'failed', 'cancelled') or claim_token is null
  ),
  constraint failed_step_says_why check (status <> 'failed' or error_message is not null)
)
-- Each step is updated three times, and its old versions stand in the way of every claim.
with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

comment on table private.steps is
'One piece of work outside the database that a project needs: the outbox. Written in the transaction of the status change that asks for it.';
comment on column private.steps.due_at is
'When a runner has to look again: start (queued), end of the lease (running), overdue provider (waiting).';

create index steps_due on private.steps (due_at) where status in ('queued', 'running', 'waiting');
create index steps_queued_of_a_user on private.steps (user_id, kind, due_at) where status = 'queued';
create index steps_in_flight on private.steps (provider, user_id) where status in ('running', 'waiting');
create index steps_project_id on private.steps (project_id, created_at);
create index steps_scene_id on private.steps (scene_id) where scene_id is not null;
create index steps_chunk_id on private.steps (chunk_id) where chunk_id is not null;
create unique index one_open_step_for_a_thing on private.steps (project_id, kind, coalesce(chunk_id, ''))
where status in ('queued', 'running', 'waiting') and kind <> 'cancel_request';

alter table private.steps enable row level security;
revoke all on table private.steps from public, anon, authenticated, service_role;
