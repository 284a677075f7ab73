--! included supabase/schemas/0010_extensions.sql
create extension if not exists pgcrypto with schema extensions;
create extension if not exists pg_net with schema extensions;
create extension if not exists pg_cron with schema pg_catalog;
create extension if not exists supabase_vault with schema vault;
--! end included

--! included supabase/schemas/0020_schema_private.sql
-- What the API does not expose: steps, attempts, settings, clients' headers, and the verbs.

create schema if not exists private;

comment on schema private is
'Steps, attempts, settings and verbs of the pipeline. Not exposed by the API, open to nobody else.';

revoke all on schema private from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0030_table_settings.sql
create table private.settings (
  name text not null,
  value jsonb not null,
  description text not null,
  constraint settings_pkey primary key (name)
);

comment on table private.settings is
'Figures that an operator may change: deadlines, leases, retries. Also the key of the tokens and, for tests, the offset of the clock.';

alter table private.settings enable row level security;
revoke all on table private.settings from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0040_function_clock.sql
-- The time, for everything in here. The offset lets tests move the clock of every connection.
-- service_role may execute it because the outside worker's chunks have it as a default; the schema
-- stays closed to it.

create or replace function private.clock()
returns timestamptz
language sql
volatile
security definer
set search_path = ''
as $$
  select clock_timestamp() + make_interval(secs => coalesce(
    (select (settings.value #>> '{}')::double precision from private.settings where settings.name = 'clock_offset_seconds'),
    0
  ));
$$;

comment on function private.clock() is 'Now, plus the setting clock_offset_seconds.';

revoke execute on function private.clock() from public, anon, authenticated;
grant execute on function private.clock() to service_role;
--! end included

--! included supabase/schemas/0040_function_new_id.sql
-- proj_0199c3f0a1b2...: a prefix, 48 bits of Unix milliseconds, 80 random bits, all in hex; sorts by
-- time of birth, as UUID version 7 (RFC 9562) does.

create or replace function private.new_id(p_prefix text)
returns text
language sql
volatile
security invoker
set search_path = ''
as $$
  select p_prefix || '_'
    || lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0')
    || encode(extensions.gen_random_bytes(10), 'hex');
$$;

comment on function private.new_id(text) is 'A new time-ordered text id with this prefix.';

-- It is a default of the chunks that the outside worker inserts.
revoke execute on function private.new_id(text) from public, anon, authenticated;
grant execute on function private.new_id(text) to service_role;
--! end included

--! included supabase/schemas/0040_function_setting.sql
-- A setting as a number; names are 'what' or 'what.step'. Raises RL500 for a name that is not there,
-- because a missing deadline would mean waiting for ever.

create or replace function private.setting(p_name text)
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_value numeric;
begin
  select (settings.value #>> '{}')::numeric
  into v_value
  from private.settings
  where settings.name = p_name;

  if not found then
    raise exception 'Cannot read setting "%": no such setting', p_name using errcode = 'RL500';
  end if;

  return v_value;
end;
$$;

comment on function private.setting(text) is 'A number from private.settings. Raises RL500 for an unknown name.';

revoke execute on function private.setting(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0040_function_sign.sql
-- Tokens that we hand out are HMACs of what they are for, so that none has to be stored.
-- The purpose keeps a task's token from opening an attempt.

create or replace function private.sign(p_purpose text, p_id text)
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select encode(
    extensions.hmac(
      p_purpose || ':' || p_id,
      (select settings.value #>> '{}' from private.settings where settings.name = 'token_key'),
      'sha256'
    ),
    'hex'
  );
$$;

comment on function private.sign(text, text) is
'HMAC-SHA256 in hex of purpose and id, under the key that a migration drew at random.';

revoke execute on function private.sign(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0050_function_is_signed.sql
-- Both sides are hashed before they are compared: how long the comparison takes says nothing about
-- how much of a guess was right.

create or replace function private.is_signed(p_purpose text, p_id text, p_signature text)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(
    sha256(convert_to(private.sign(p_purpose, p_id), 'UTF8')) = sha256(convert_to(p_signature, 'UTF8')),
    false
  );
$$;

comment on function private.is_signed(text, text, text) is 'True when the signature is ours for this purpose and id.';

revoke execute on function private.is_signed(text, text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0100_table_projects.sql
create table public.projects (
  project_id text not null default private.new_id('proj'),
  video_id text not null,
  chat_id text,
  user_id text not null,
  user_email text,
  user_name text,
  source text,
  prompt text,
  image_url text,
  model text,
  aspect_ratio text,
  status text not null default 'queued',
  progress integer not null default 0,
  version integer not null default 1,
  revision_of text,
  final_video_url text,
  thumbnail_url text,
  duration numeric,
  total_scenes integer,
  callback_url text,
  idempotency_key text not null,
  execution_mode text,
  error_message text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  completed_at timestamptz,
  paused_from text,
  constraint projects_pkey primary key (project_id),
  constraint one_version_of_a_video_once unique (user_id, video_id, version),
  constraint one_job_for_an_idempotency_key unique (user_id, idempotency_key),
  constraint revision_of_a_project foreign key (revision_of) references public.projects (project_id) on delete set null,
  constraint project_status_is_known check (
    status in ('queued', 'storyboarding', 'generating', 'stitching', 'completed', 'failed', 'cancelled', 'paused')
  ),
  constraint project_progress_is_a_percentage check (progress between 0 and 100),
  constraint completed_project_has_a_film check (
    status <> 'completed' or (final_video_url is not null and completed_at is not null and progress = 100)
  ),
  constraint failed_project_says_why check (status <> 'failed' or error_message is not null),
  constraint paused_project_knows_where_to_resume check ((status = 'paused') = (paused_from is not null))
);

comment on table public.projects is 'One film that somebody asked for.';
comment on column public.projects.idempotency_key is 'The sender''s key, else the digest of the job''s body. Unique per user_id, never expires.';
comment on column public.projects.version is '1 for the first film of a video_id, counted up from there.';
comment on column public.projects.duration is 'Seconds of the film.';

create index projects_revision_of on public.projects (revision_of) where revision_of is not null;
create index projects_by_status on public.projects (status, created_at);

alter table public.projects enable row level security;
revoke all on table public.projects from public, anon, authenticated, service_role;
grant select on table public.projects to authenticated, service_role;

create policy users_read_their_own_projects on public.projects
for select to authenticated
using (projects.user_id = (select auth.uid())::text);
--! end included

--! included supabase/schemas/0110_table_scenes.sql
create table public.scenes (
  scene_id text not null default private.new_id('scene'),
  project_id text not null,
  position integer not null,
  prompt text,
  image_url text,
  continuity text not null default 'last_frame',
  status text not null default 'pending',
  video_url text,
  thumbnail_url text,
  last_frame_url text,
  duration numeric,
  fps numeric,
  width integer,
  height integer,
  quality_score numeric,
  error_message text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  completed_at timestamptz,
  constraint scenes_pkey primary key (scene_id),
  constraint one_scene_at_a_position unique (project_id, position),
  constraint scene_of_a_project foreign key (project_id) references public.projects (project_id) on delete cascade,
  constraint scene_positions_count_from_one check (position >= 1),
  constraint scene_continuity_is_known check (continuity in ('last_frame', 'cut')),
  constraint scene_status_is_known check (
    status in ('pending', 'generating', 'extracting_frame', 'completed', 'failed', 'cancelled')
  ),
  constraint completed_scene_has_a_clip check (status <> 'completed' or video_url is not null),
  constraint failed_scene_says_why check (status <> 'failed' or error_message is not null)
);

comment on table public.scenes is 'One shot of the story, in order of position.';
comment on column public.scenes.continuity is
'last_frame: starts from the last frame of the scene before. cut: starts from its own image, else the job''s, else from its prompt alone.';
comment on column public.scenes.duration is 'Seconds.';

alter table public.scenes enable row level security;
revoke all on table public.scenes from public, anon, authenticated, service_role;
grant select on table public.scenes to authenticated, service_role;

create policy users_read_scenes_of_their_projects on public.scenes
for select to authenticated
using (exists (
  select 1
  from public.projects
  where projects.project_id = scenes.project_id
    and projects.user_id = (select auth.uid())::text
));
--! end included

--! included supabase/schemas/0120_table_video_chunks.sql
create table public.video_chunks (
  chunk_id text not null default private.new_id('chunk'),
  scene_id text,
  project_id text,
  position integer not null default 1,
  take integer not null default 1,
  selected boolean not null default true,
  status text not null default 'PENDING',
  request_id text,
  model text,
  prompt text,
  image_url text,
  driver_video_url text,
  audio_url text,
  duration numeric,
  kling_video_url text,
  kling_completed_at timestamptz,
  final_video_url text,
  progress integer not null default 0,
  error_message text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  constraint video_chunks_pkey primary key (chunk_id),
  constraint one_chunk_at_a_position_of_a_take unique (scene_id, take, position),
  constraint chunk_of_a_scene foreign key (scene_id) references public.scenes (scene_id) on delete cascade,
  constraint chunk_of_a_project foreign key (project_id) references public.projects (project_id) on delete cascade,
  constraint chunk_has_both_scene_and_project_or_neither check ((scene_id is null) = (project_id is null)),
  constraint chunk_status_is_known check (
    status in ('PENDING', 'SUBMITTED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED')
  ),
  constraint chunk_progress_is_a_percentage check (progress between 0 and 100),
  constraint completed_chunk_has_a_clip check (status <> 'COMPLETED' or scene_id is null or kling_video_url is not null),
  constraint failed_chunk_says_why check (status <> 'FAILED' or scene_id is null or error_message is not null)
);

comment on table public.video_chunks is
'One generated clip. Rows without scene and project belong to a worker outside: fal-webhook completes them by request_id.';
comment on column public.video_chunks.kling_video_url is 'The generated clip, whichever model made it.';
comment on column public.video_chunks.take is 'Counts the generations of a scene; the selected take is the one in the film.';
comment on column public.video_chunks.duration is 'Seconds that were ordered; null where the model offers no choice.';

create index video_chunks_project_id on public.video_chunks (project_id);
create index video_chunks_by_request_id on public.video_chunks (request_id) where request_id is not null;
create index video_chunks_by_status on public.video_chunks (status, created_at);

alter table public.video_chunks enable row level security;
revoke all on table public.video_chunks from public, anon, authenticated, service_role;
grant select on table public.video_chunks to authenticated, service_role;

-- The worker outside this project keeps rows of its own: it cannot name a scene or a project.
grant insert (
  chunk_id, status, request_id, model, prompt, image_url, driver_video_url, audio_url, metadata
) on table public.video_chunks to service_role;
grant update (request_id, audio_url, final_video_url, metadata) on table public.video_chunks to service_role;

create policy users_read_chunks_of_their_projects on public.video_chunks
for select to authenticated
using (exists (
  select 1
  from public.projects
  where projects.project_id = video_chunks.project_id
    and projects.user_id = (select auth.uid())::text
));
--! end included

--! included supabase/schemas/0130_table_media.sql
create table public.media (
  media_id text not null default private.new_id('media'),
  project_id text not null,
  scene_id text,
  type text not null,
  url text not null,
  width integer,
  height integer,
  duration numeric,
  metadata jsonb not null default '{}',
  generated_at timestamptz not null default private.clock(),
  constraint media_pkey primary key (media_id),
  constraint media_of_a_project foreign key (project_id) references public.projects (project_id) on delete cascade,
  constraint media_of_a_scene foreign key (scene_id) references public.scenes (scene_id) on delete cascade,
  constraint media_type_is_known check (
    type in ('generated-image', 'generated-video', 'frame', 'film', 'thumbnail', 'captions')
  )
);

comment on table public.media is 'Every file that was made for a project, as it appeared.';
comment on column public.media.duration is 'Seconds.';

create index media_project_id on public.media (project_id);
create index media_scene_id on public.media (scene_id);

alter table public.media enable row level security;
revoke all on table public.media from public, anon, authenticated, service_role;
grant select on table public.media to authenticated, service_role;

create policy users_read_media_of_their_projects on public.media
for select to authenticated
using (exists (
  select 1
  from public.projects
  where projects.project_id = media.project_id
    and projects.user_id = (select auth.uid())::text
));
--! end included

--! included supabase/schemas/0140_table_steps.sql
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
    kind in ('generate_clip', 'extract_last_frame', 'extract_thumbnail', 'stitch', 'store_film', 'cancel_request')
  ),
  constraint step_status_is_known check (
    status in ('queued', 'running', 'waiting', 'completed', 'failed', 'cancelled')
  ),
  constraint running_step_is_claimed check (status <> 'running' or claim_token is not null),
  constraint finished_step_is_not_claimed check (
    status not in ('completed', 'failed', 'cancelled') or claim_token is null
  ),
  constraint failed_step_says_why check (status <> 'failed' or error_message is not null)
);

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
--! end included

--! included supabase/schemas/0145_table_providers.sql
create table private.providers (
  name text not null,
  max_in_flight integer,
  max_in_flight_per_user integer,
  is_paused boolean not null default false,
  held_until timestamptz,
  hold_reason text,
  failures_in_a_row integer not null default 0,
  updated_at timestamptz not null default private.clock(),
  constraint providers_pkey primary key (name),
  constraint provider_takes_at_least_one check (max_in_flight > 0 and max_in_flight_per_user > 0)
);

comment on table private.providers is 'How much a provider may be given at a time, and whether it is held just now.';
comment on column private.providers.max_in_flight is 'Steps that may be running or waiting at it at once, strictly; null: no limit.';
comment on column private.providers.is_paused is 'The operator''s switch. The row named * pauses everything.';
comment on column private.providers.held_until is 'Nothing new until then: it asked for that (Retry-After), or it failed too often in a row.';

alter table private.providers enable row level security;
revoke all on table private.providers from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0150_table_attempts.sql
create table private.attempts (
  attempt_id text not null default private.new_id('att'),
  step_id text not null,
  number integer not null,
  provider text not null,
  status text not null default 'created',
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
  constraint attempts_pkey primary key (attempt_id),
  constraint attempts_of_a_step_are_counted unique (step_id, number),
  constraint a_request_belongs_to_one_attempt unique (provider, request_id),
  constraint attempt_of_a_step foreign key (step_id) references private.steps (step_id) on delete cascade,
  constraint attempt_status_is_known check (
    status in ('created', 'submitted', 'in_progress', 'lost', 'completed', 'failed', 'cancelled', 'outcome_unknown')
  ),
  constraint finished_attempt_has_an_end check (
    (status in ('completed', 'failed', 'cancelled', 'outcome_unknown')) = (ended_at is not null)
  ),
  constraint submitted_attempt_has_a_deadline check (
    status not in ('submitted', 'in_progress', 'lost') or deadline_at is not null
  )
);

comment on table private.attempts is
'One try of a step at a provider. The row exists before the provider is called, with the input frozen as it was sent.';
comment on column private.attempts.deadline_at is 'Until here the callback is awaited; past it the provider is asked.';
comment on column private.attempts.estimated_cost_usd is 'By private.prices when the attempt began; null: unknown.';
comment on column private.attempts.actual_cost_usd is 'As the provider itself said.';

create index attempts_with_a_price on private.attempts (created_at)
where coalesce(actual_cost_usd, estimated_cost_usd) is not null;

alter table private.attempts enable row level security;
revoke all on table private.attempts from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0160_table_webhook_logs.sql
create table public.webhook_logs (
  webhook_log_id text not null default private.new_id('whlog'),
  webhook_id text not null,
  source text not null,
  type text not null,
  status text not null default 'pending',
  outcome text,
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
  constraint webhook_log_status_is_known check (status in ('success', 'pending', 'error')),
  constraint webhook_log_outcome_is_known check (
    outcome in ('applied', 'duplicate', 'stale', 'buffered', 'unknown')
  ),
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
create index webhook_logs_buffered on public.webhook_logs (source, request_id) where status = 'pending';
create index webhook_logs_of_a_project on public.webhook_logs (project_id, received_at) where project_id is not null;

alter table public.webhook_logs enable row level security;
revoke all on table public.webhook_logs from public, anon, authenticated, service_role;
grant select on table public.webhook_logs to service_role;
--! end included

--! included supabase/schemas/0165_table_seen_deliveries.sql
create table private.seen_deliveries (
  source text not null,
  webhook_id text not null,
  webhook_log_id text not null,
  seen_at timestamptz not null default private.clock(),
  constraint seen_deliveries_pkey primary key (source, webhook_id)
);

comment on table private.seen_deliveries is
'Which deliveries were seen, apart from the logs so that those can be partitioned and pruned.';

create index seen_deliveries_oldest on private.seen_deliveries (seen_at);

alter table private.seen_deliveries enable row level security;
revoke all on table private.seen_deliveries from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0170_table_webhook_deliveries.sql
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

alter table public.webhook_deliveries enable row level security;
revoke all on table public.webhook_deliveries from public, anon, authenticated, service_role;
grant select on table public.webhook_deliveries to service_role;
--! end included

--! included supabase/schemas/0171_table_webhook_delivery_attempts.sql
create table public.webhook_delivery_attempts (
  delivery_id text not null,
  number integer not null,
  status_code integer,
  error text,
  duration_ms numeric,
  response_excerpt text,
  attempted_at timestamptz not null default private.clock(),
  constraint webhook_delivery_attempts_pkey primary key (delivery_id, number),
  constraint attempt_of_a_delivery foreign key (delivery_id) references public.webhook_deliveries (delivery_id) on delete cascade
);

comment on table public.webhook_delivery_attempts is 'Each try of a delivery, and what the client''s server answered.';

alter table public.webhook_delivery_attempts enable row level security;
revoke all on table public.webhook_delivery_attempts from public, anon, authenticated, service_role;
grant select on table public.webhook_delivery_attempts to service_role;
--! end included

--! included supabase/schemas/0180_table_pipeline_events.sql
create table public.pipeline_events (
  event_id bigint generated always as identity,
  project_id text,
  scene_id text,
  chunk_id text,
  type text not null,
  data jsonb not null default '{}',
  at timestamptz not null default private.clock(),
  constraint pipeline_events_pkey primary key (event_id),
  constraint event_of_a_project foreign key (project_id) references public.projects (project_id) on delete cascade
);

comment on table public.pipeline_events is
'The timeline, append-only: project.generating, scene.completed, chunk.submitted, step.queued, attempt.lost, delivery.queued, ...';

create index pipeline_events_of_a_project on public.pipeline_events (project_id, event_id);

alter table public.pipeline_events enable row level security;
revoke all on table public.pipeline_events from public, anon, authenticated, service_role;
grant select on table public.pipeline_events to service_role;
--! end included

--! included supabase/schemas/0190_table_error_logs.sql
create table public.error_logs (
  error_log_id bigint generated always as identity,
  type text not null,
  severity text not null default 'error',
  message text not null,
  context jsonb not null default '{}',
  created_at timestamptz not null default private.clock(),
  constraint error_logs_pkey primary key (error_log_id),
  constraint error_severity_is_known check (severity in ('info', 'warning', 'error', 'critical'))
);

comment on table public.error_logs is 'Every failed callback (webhook), step and delivery writes one row.';

create index error_logs_by_type on public.error_logs (type, created_at desc);

alter table public.error_logs enable row level security;
revoke all on table public.error_logs from public, anon, authenticated, service_role;
grant select on table public.error_logs to service_role;
--! end included

--! included supabase/schemas/0195_table_job_requests.sql
create table private.job_requests (
  project_id text not null,
  via text not null,
  body_digest text not null,
  events text[],
  webhook_headers jsonb not null default '{}',
  is_notified boolean not null default false,
  constraint job_requests_pkey primary key (project_id),
  constraint request_of_a_project foreign key (project_id) references public.projects (project_id) on delete cascade,
  constraint via_is_known check (via in ('webhook', 'videos'))
);

comment on table private.job_requests is
'What a job asked for that must not stand in a readable table: the client''s header values. Also the digest by which the same job is known again.';

comment on column private.job_requests.is_notified is 'The installation''s notification service hears of the end too.';

alter table private.job_requests enable row level security;
revoke all on table private.job_requests from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0196_table_bell.sql
create table private.bell (
  only_row boolean not null default true,
  last_rung_at timestamptz,
  unanswered_since timestamptz,
  constraint bell_pkey primary key (only_row),
  constraint there_is_one_bell check (only_row)
);

comment on table private.bell is
'Whether a ring is on its way that no runner has answered: while it is, no second one is sent.';

alter table private.bell enable row level security;
revoke all on table private.bell from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0197_table_prices.sql
create table private.prices (
  model text not null,
  kind text not null,
  usd_per_second numeric,
  usd_per_call numeric,
  as_of date not null,
  source text not null,
  constraint prices_pkey primary key (model, kind),
  constraint price_is_of_a_kind_of_step check (
    kind in ('generate_clip', 'extract_last_frame', 'extract_thumbnail', 'stitch', 'store_film', 'cancel_request')
  ),
  constraint price_says_how_much check (coalesce(usd_per_second, usd_per_call) is not null),
  constraint price_is_not_negative check (usd_per_second >= 0 and usd_per_call >= 0)
);

comment on table private.prices is
'What an attempt is expected to cost. Yours: insert into private.prices (model, kind, usd_per_second, usd_per_call, as_of, source) values (''fal-ai/…'', ''generate_clip'', 0.07, null, current_date, ''the page you read it on''). What has no row here costs an unknown sum, not nothing.';
comment on column private.prices.model is
'fal''s endpoint id; for another provider its name: video, lastframe, stitch, storage.';
comment on column private.prices.usd_per_second is 'For each second of video; added to usd_per_call where both are given.';
comment on column private.prices.source is 'Where the figure was read.';

alter table private.prices enable row level security;
revoke all on table private.prices from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0198_table_housekeeping.sql
create table private.housekeeping (
  what text not null,
  next_after text not null default '',
  constraint housekeeping_pkey primary key (what)
);

comment on table private.housekeeping is
'Where the next page of each kind of old rows begins: rows that may not go yet hide none behind them.';

alter table private.housekeeping enable row level security;
revoke all on table private.housekeeping from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0200_function_answer_bell.sql
create or replace function private.answer_bell()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform 1 from private.bell where bell.unanswered_since is not null for no key update skip locked;

  -- Held by somebody who rings just now: that ring has its own answer coming.
  if found then
    update private.bell set unanswered_since = null;
  end if;
end;
$$;

comment on function private.answer_bell() is 'Notes that a ring through pg_net reached a runner.';

revoke execute on function private.answer_bell() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0200_function_is_bell_deaf.sql
create or replace function public.is_bell_deaf()
returns boolean
language sql
volatile
security definer
set search_path = ''
as $$
  select coalesce(
    (
      select bell.unanswered_since
        < private.clock() - make_interval(secs => private.setting('bell_deaf_seconds')::double precision)
      from private.bell
    ),
    false
  );
$$;

comment on function public.is_bell_deaf() is
'True when rings have gone unanswered for some seconds: pg_net does not deliver. Doors and runners then ring over HTTP themselves.';

revoke execute on function public.is_bell_deaf() from public, anon, authenticated;
grant execute on function public.is_bell_deaf() to service_role;
--! end included

--! included supabase/schemas/0200_function_lock_project.sql
-- Every verb begins here: what happens to one film happens one thing after the other.

create or replace function private.lock_project(p_project_id text, p_verb text default 'lock')
returns public.projects
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_project public.projects;
begin
  select projects.*
  into v_project
  from public.projects
  where projects.project_id = p_project_id
  for no key update;

  if not found then
    raise exception 'Cannot % project "%": no such project', p_verb, p_project_id using errcode = 'RL404';
  end if;

  return v_project;
end;
$$;

comment on function private.lock_project(text, text) is
'Locks the project first, as the lock order asks, and returns it as it is now. Raises RL404, naming the verb.';

revoke execute on function private.lock_project(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0200_function_post_bell.sql
-- The only place that calls pg_net. A ring that cannot be sent must not undo the work that it
-- announces: the sweep will ring again.

create or replace function private.post_bell()
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_url text;
  v_secret text;
  v_key bytea;
  v_id text := private.new_id('bell');
  v_timestamp text := extract(epoch from clock_timestamp())::bigint::text;
  v_body jsonb := '{"type": "bell"}';
begin
  select
    max(secrets.decrypted_secret) filter (where secrets.name = 'reelay_functions_url'),
    -- Several secrets, comma-separated, are valid while one is rotated out: sign with the first.
    max(split_part(regexp_replace(secrets.decrypted_secret, '^v1,', ''), ',', 1))
      filter (where secrets.name = 'reelay_bell_secret')
  into v_url, v_secret
  from vault.decrypted_secrets as secrets
  where secrets.name in ('reelay_functions_url', 'reelay_bell_secret');

  if coalesce(v_url, '') = '' or coalesce(v_secret, '') = '' then
    return false;
  end if;

  v_key := case
    when v_secret like 'whsec\_%' then decode(substr(v_secret, 7), 'base64')
    else convert_to(v_secret, 'UTF8')
  end;

  perform net.http_post(
    url := v_url || '/pipeline-step',
    body := v_body,
    headers := jsonb_build_object(
      'Content-Type', 'application/json',
      'webhook-id', v_id,
      'webhook-timestamp', v_timestamp,
      'webhook-signature', 'v1,' || encode(
        extensions.hmac(convert_to(v_id || '.' || v_timestamp || '.' || v_body::text, 'UTF8'), v_key, 'sha256'),
        'base64'
      )
    ),
    timeout_milliseconds := 5000
  );
  return true;
exception
  when others then
    raise warning 'Cannot ring: %', sqlerrm;
    return false;
end;
$$;

comment on function private.post_bell() is
'Posts the signed bell to <functions url>/pipeline-step. False when Vault has no URL or secret, or pg_net refuses.';

revoke execute on function private.post_bell() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0200_function_record_error.sql
create or replace function private.record_error(
  p_type text,
  p_message text,
  p_context jsonb default '{}',
  p_severity text default 'error'
)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into public.error_logs (type, severity, message, context)
  values (p_type, p_severity, left(p_message, 2000), jsonb_strip_nulls(p_context));
$$;

comment on function private.record_error(text, text, jsonb, text) is
'Writes one row into error_logs; types are webhook, step and delivery.';

revoke execute on function private.record_error(text, text, jsonb, text)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0200_function_record_event.sql
-- The timeline is written where statuses change, in the same transaction, and never changed.

create or replace function private.record_event(
  p_project_id text,
  p_type text,
  p_scene_id text default null,
  p_chunk_id text default null,
  p_data jsonb default '{}'
)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into public.pipeline_events (project_id, scene_id, chunk_id, type, data)
  values (p_project_id, p_scene_id, p_chunk_id, p_type, jsonb_strip_nulls(p_data));
$$;

comment on function private.record_event(text, text, text, text, jsonb) is 'Appends one row to the timeline.';

revoke execute on function private.record_event(text, text, text, text, jsonb)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0200_function_ring_bell.sql
-- Wakes the step runner through pg_net, with a signature after Standard Webhooks
-- (github.com/standard-webhooks/standard-webhooks, spec v1.0.0: HMAC-SHA256 over id.timestamp.body).
--
-- At most one ring a transaction, and none while one is on its way that no runner has answered.
-- What falls between two rings is found by the runner's next claim or by the sweep.

create or replace function public.ring_bell()
returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_bell private.bell;
  v_transaction text := pg_current_xact_id()::text;
begin
  if coalesce(current_setting('reelay.rung_in', true), '') = v_transaction then
    return false;
  end if;
  perform set_config('reelay.rung_in', v_transaction, true);

  -- Whoever holds the row is ringing or answering just now: no need to wait for it.
  select bell.* into v_bell from private.bell for no key update skip locked;
  if not found or v_bell.unanswered_since is not null
    and v_bell.last_rung_at > v_now - make_interval(secs => private.setting('bell_repeat_seconds')::double precision) then
    return false;
  end if;

  update private.bell
  set last_rung_at = v_now, unanswered_since = coalesce(bell.unanswered_since, v_now);

  return private.post_bell();
end;
$$;

comment on function public.ring_bell() is
'Wakes the runner. True when a ring was sent, false when one is under way or no functions URL is known. Called by triggers, the sweep and a runner that leaves work behind.';

revoke execute on function public.ring_bell() from public, anon, authenticated;
grant execute on function public.ring_bell() to service_role;
--! end included

--! included supabase/schemas/0204_function_step_setting.sql
-- A figure for a kind of step, which a model may have of its own: give_up_seconds.generate_clip, or
-- give_up_seconds.generate_clip.fal-ai/veo3.1 for that endpoint alone.

create or replace function private.step_setting(p_what text, p_kind text, p_model text)
returns private.settings
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_setting private.settings;
begin
  select settings.*
  into v_setting
  from private.settings
  where settings.name in (p_what || '.' || p_kind, p_what || '.' || p_kind || '.' || p_model)
  order by length(settings.name) desc
  limit 1;

  if not found then
    raise exception 'Cannot read setting "%.%": no such setting', p_what, p_kind using errcode = 'RL500';
  end if;

  return v_setting;
end;
$$;

comment on function private.step_setting(text, text, text) is
'The setting of a kind of step, the model''s own where it has one; its name says which. Raises RL500 where there is none.';

revoke execute on function private.step_setting(text, text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0205_function_overdue_at.sql
create or replace function private.overdue_at(p_kind text, p_model text)
returns timestamptz
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.clock()
    + make_interval(secs => (limits.value #>> '{}')::double precision)
  from private.step_setting('deadline_seconds', p_kind, p_model) as limits;
$$;

comment on function private.overdue_at(text, text) is
'Until when a callback is awaited that is asked for now: deadline_seconds of the step or, where it has one, of the model.';

revoke execute on function private.overdue_at(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0210_function_add_step.sql
-- → queued
--
-- Asks for a piece of work outside. A step for the same thing that is still open is enough.

create or replace function private.add_step(
  p_project_id text,
  p_kind text,
  p_scene_id text default null,
  p_chunk_id text default null,
  p_input jsonb default '{}'
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_step_id text;
begin
  insert into private.steps (project_id, scene_id, chunk_id, user_id, kind, due_at, input)
  select p_project_id, p_scene_id, p_chunk_id, projects.user_id, p_kind, private.due_at(projects.status, p_kind), p_input
  from public.projects
  where projects.project_id = p_project_id
  on conflict do nothing
  returning steps.step_id into v_step_id;

  if v_step_id is not null then
    perform private.record_event(
      p_project_id, 'step.queued', p_scene_id, p_chunk_id,
      jsonb_build_object('kind', p_kind, 'step_id', v_step_id)
    );
  end if;
end;
$$;

comment on function private.add_step(text, text, text, text, jsonb) is
'→ queued. Idempotent while a step for the same project, kind and chunk is open.';

revoke execute on function private.add_step(text, text, text, text, jsonb)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0210_function_advance_project.sql
-- A paused project goes on with what is under way: it remembers how far it has come.

create or replace function private.advance_project(p_project_id text, p_from text[], p_to text)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.projects
  set
    status = case when projects.status = 'paused' then 'paused' else p_to end,
    paused_from = case when projects.status = 'paused' then p_to end
  where projects.project_id = p_project_id
    and coalesce(projects.paused_from, projects.status) = any (p_from);
$$;

comment on function private.advance_project(text, text[], text) is
'p_from → p_to, for status or, while the project is paused, for paused_from. The caller holds the project''s lock.';

revoke execute on function private.advance_project(text, text[], text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0210_function_due_at.sql
-- A paused project asks for nothing new: what becomes due meanwhile waits for its resumption. Giving
-- requests up is not held back, it saves money.

create or replace function private.due_at(p_project_status text, p_kind text)
returns timestamptz
language sql
volatile
security invoker
set search_path = ''
as $$
  select case
    when p_project_status = 'paused' and p_kind <> 'cancel_request' then 'infinity'::timestamptz
    else private.clock()
  end;
$$;

comment on function private.due_at(text, text) is 'When a step that is queued now is due: at once, or with the project''s resumption.';

revoke execute on function private.due_at(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0210_function_film_clips.sql
create or replace function private.film_clips(p_project_id text)
returns text[]
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(
    array_agg(video_chunks.kling_video_url order by scenes.position, video_chunks.position),
    '{}'
  )
  from public.scenes
  join public.video_chunks using (scene_id)
  where scenes.project_id = p_project_id
    and video_chunks.selected;
$$;

comment on function private.film_clips(text) is 'URLs of the selected clips of a project, in the order of the film.';

revoke execute on function private.film_clips(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0210_function_retry_delay.sql
-- Full jitter (Marc Brooker, "Exponential Backoff And Jitter", AWS 2015): a random part of a doubling
-- cap, so that what failed together does not come back together. What the provider asked for is the least.

create or replace function private.retry_delay(p_attempt_count integer, p_retry_after numeric)
returns interval
language sql
volatile
security invoker
set search_path = ''
as $$
  select make_interval(secs => greatest(
    least(
      private.setting('retry_cap_seconds'),
      private.setting('retry_base_seconds') * 2 ^ least(p_attempt_count, 20)
    ) * random(),
    least(coalesce(p_retry_after, 0), private.setting('retry_after_cap_seconds'))
  )::double precision);
$$;

comment on function private.retry_delay(integer, numeric) is
'How long to wait before the next attempt; p_retry_after is in seconds.';

revoke execute on function private.retry_delay(integer, numeric) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0210_function_step_input.sql
-- What the provider is going to be asked, read when the step is claimed and frozen in the attempt.

create or replace function private.step_input(p_step private.steps)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_context jsonb := jsonb_build_object('project_id', p_step.project_id);
  v_chunk public.video_chunks;
  v_aspect_ratio text;
begin
  select projects.aspect_ratio
  into v_aspect_ratio
  from public.projects
  where projects.project_id = p_step.project_id;

  if p_step.chunk_id is not null then
    select video_chunks.* into v_chunk from public.video_chunks where video_chunks.chunk_id = p_step.chunk_id;
    v_context := v_context || jsonb_build_object('scene_id', p_step.scene_id, 'chunk_id', p_step.chunk_id);
  end if;

  case p_step.kind
    when 'generate_clip' then
      return v_context || jsonb_build_object(
        'model', v_chunk.model,
        'prompt', v_chunk.prompt,
        'duration', v_chunk.duration,
        'aspect_ratio', v_aspect_ratio,
        'image_url', v_chunk.image_url,
        'driver_video_url', v_chunk.driver_video_url,
        'audio_url', v_chunk.audio_url
      );
    when 'extract_last_frame' then
      return v_context || jsonb_build_object('video_url', v_chunk.kling_video_url);
    when 'extract_thumbnail' then
      return v_context || jsonb_build_object('video_url', v_chunk.kling_video_url);
    when 'stitch' then
      return v_context || jsonb_build_object(
        'video_urls', to_jsonb(private.film_clips(p_step.project_id)),
        'aspect_ratio', v_aspect_ratio
      );
    else
      return v_context || p_step.input;
  end case;
end;
$$;

comment on function private.step_input(private.steps) is 'The input of a step, in our words; the provider''s file translates it.';

revoke execute on function private.step_input(private.steps) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0215_function_job_request.sql
-- The door hands the body over as text: jsonb keeps every digit of a number, JavaScript does not.

create or replace function private.job_request(p_job jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  select case jsonb_typeof(p_job -> 'request')
    when 'string' then (p_job ->> 'request')::jsonb
    else p_job -> 'request'
  end;
$$;

comment on function private.job_request(jsonb) is 'The job as it was sent.';

revoke execute on function private.job_request(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0216_function_job_metadata.sql
create or replace function private.job_metadata(p_job jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(kept.key, coalesce(private.job_request(p_job) -> kept.key, kept.value)), '{}')
  from jsonb_each(coalesce(p_job -> 'metadata', '{}')) as kept
  where kept.value <> 'null';
$$;

comment on function private.job_metadata(jsonb) is
'The fields of a job that have no column of their own, with the values that were sent.';

revoke execute on function private.job_metadata(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0220_function_create_project.sql
-- → queued
--
-- Takes a parsed job. The same job again (same key, same body) gets the first project back.

create or replace function public.create_project(p_job jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_digest text := private.job_digest(p_job);
  v_key text := coalesce(p_job ->> 'idempotency_key', 'body:' || v_digest);
  v_user_id text := p_job ->> 'user_id';
  v_project public.projects;
begin
  -- Versions of one video are counted under a lock of its own: no row exists yet that could be locked.
  perform pg_advisory_xact_lock(hashtextextended('version:' || v_user_id || ':' || (p_job ->> 'video_id'), 0));

  v_project := private.insert_project(p_job, v_key);

  if v_project.project_id is null then
    select projects.*
    into strict v_project
    from public.projects
    where projects.user_id = v_user_id
      and projects.idempotency_key = v_key;

    return jsonb_build_object(
      'outcome', (
        select case when job_requests.body_digest = v_digest then 'duplicate' else 'conflict' end
        from private.job_requests
        where job_requests.project_id = v_project.project_id
      ),
      'project_id', v_project.project_id,
      'status', v_project.status,
      'task_token', private.sign('task', v_project.project_id)
    );
  end if;

  insert into private.job_requests (project_id, via, body_digest, events, webhook_headers, is_notified)
  values (
    v_project.project_id,
    p_job ->> 'via',
    v_digest,
    case when jsonb_typeof(p_job -> 'events') = 'array'
      then array(select jsonb_array_elements_text(p_job -> 'events')) end,
    coalesce(nullif(p_job -> 'webhook_headers', 'null'), '{}'),
    coalesce((p_job ->> 'notify')::boolean, false)
  );
  perform private.insert_scenes(v_project, p_job -> 'scenes');
  perform private.reuse_scenes(v_project);
  perform private.continue_project(v_project.project_id);

  return jsonb_build_object(
    'outcome', 'created',
    'project_id', v_project.project_id,
    'status', v_project.status,
    'task_token', private.sign('task', v_project.project_id)
  );
end;
$$;

comment on function public.create_project(jsonb) is
'→ queued; idempotent by key. Outcome created, duplicate, or conflict (same key, other body). Called by webhook.';

revoke execute on function public.create_project(jsonb) from public, anon, authenticated;
grant execute on function public.create_project(jsonb) to service_role;
--! end included

--! included supabase/schemas/0220_function_insert_project.sql
create or replace function private.insert_project(p_job jsonb, p_key text)
returns public.projects
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_project public.projects;
begin
  insert into public.projects (
    video_id, chat_id, user_id, user_email, user_name, source, prompt, image_url, model, aspect_ratio,
    version, revision_of, total_scenes, callback_url, idempotency_key, execution_mode, metadata
  )
  select
    p_job ->> 'video_id',
    p_job ->> 'chat_id',
    p_job ->> 'user_id',
    p_job ->> 'user_email',
    p_job ->> 'user_name',
    p_job ->> 'source',
    p_job ->> 'prompt',
    p_job ->> 'image_url',
    p_job ->> 'model',
    p_job ->> 'aspect_ratio',
    coalesce(latest.version, 0) + 1,
    case when (p_job ->> 'is_revision')::boolean then latest.project_id end,
    jsonb_array_length(p_job -> 'scenes'),
    p_job ->> 'callback_url',
    p_key,
    p_job ->> 'execution_mode',
    private.job_metadata(p_job)
  from (values (1)) as one_row
  left join lateral (
    select projects.version, projects.project_id
    from public.projects
    where projects.user_id = p_job ->> 'user_id'
      and projects.video_id = p_job ->> 'video_id'
    order by projects.version desc
    limit 1
  ) as latest on true
  on conflict (user_id, idempotency_key) do nothing
  returning projects.* into v_project;

  return v_project;
end;
$$;

comment on function private.insert_project(jsonb, text) is
'Inserts the project with the next version of its video; null when the idempotency key is taken. The caller holds the lock of the version count.';

revoke execute on function private.insert_project(jsonb, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0220_function_insert_scenes.sql
create or replace function private.insert_scenes(p_project public.projects, p_scenes jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.scenes (project_id, position, prompt, image_url, continuity, metadata)
  select
    p_project.project_id,
    item.position,
    item.scene ->> 'prompt',
    item.scene ->> 'image_url',
    item.scene ->> 'continuity',
    coalesce(item.scene -> 'metadata', '{}')
  from jsonb_array_elements(p_scenes) with ordinality as item (scene, position)
  order by item.position;

  insert into public.video_chunks (
    scene_id, project_id, position, model, prompt, duration, driver_video_url, audio_url
  )
  select
    scenes.scene_id,
    p_project.project_id,
    part.position,
    part.chunk ->> 'model',
    part.chunk ->> 'prompt',
    (part.chunk ->> 'duration')::numeric,
    part.chunk ->> 'driver_video_url',
    part.chunk ->> 'audio_url'
  from jsonb_array_elements(p_scenes) with ordinality as item (scene, position)
  join public.scenes on scenes.project_id = p_project.project_id and scenes.position = item.position
  cross join lateral jsonb_array_elements(item.scene -> 'chunks') with ordinality as part (chunk, position)
  order by item.position, part.position;
end;
$$;

comment on function private.insert_scenes(public.projects, jsonb) is
'Inserts scenes and their chunks in the order of the job; nothing is started yet.';

revoke execute on function private.insert_scenes(public.projects, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0220_function_job_digest.sql
-- jsonb has one text for equal values (keys sorted, spacing normal), which makes it a canonical form.
-- Left out is what differs between two sendings of one job; null is as absent.

create or replace function private.job_digest(p_job jsonb)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select encode(sha256(convert_to(
    (
      jsonb_strip_nulls(private.job_request(p_job))
        - array['idempotency_key', 'request_timestamp', 'webhookUrl', 'executionMode']
    )::text,
    'UTF8'
  )), 'hex');
$$;

comment on function private.job_digest(jsonb) is 'SHA-256 in hex of the job as it was sent, by which the same job is known again.';

revoke execute on function private.job_digest(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0225_function_copy_clips.sql
-- chunks PENDING → COMPLETED, with the clips of another project's scene

create or replace function private.copy_clips(p_from public.scenes, p_to public.scenes)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.video_chunks
  set
    status = 'COMPLETED',
    progress = 100,
    image_url = made.image_url,
    kling_video_url = made.kling_video_url,
    kling_completed_at = made.kling_completed_at,
    metadata = video_chunks.metadata || jsonb_build_object('reused_from', made.chunk_id)
  from public.video_chunks as made
  where video_chunks.scene_id = p_to.scene_id
    and made.scene_id = p_from.scene_id
    and made.selected
    and made.position = video_chunks.position;

  update public.scenes
  set
    thumbnail_url = p_from.thumbnail_url,
    last_frame_url = p_from.last_frame_url,
    duration = p_from.duration,
    fps = p_from.fps,
    width = p_from.width,
    height = p_from.height,
    quality_score = p_from.quality_score
  where scenes.scene_id = p_to.scene_id;
end;
$$;

comment on function private.copy_clips(public.scenes, public.scenes) is
'Takes the finished clips and the last frame of a scene over into the same scene of a later version.';

revoke execute on function private.copy_clips(public.scenes, public.scenes) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0225_function_reuse_scenes.sql
-- A revision keeps every clip whose inputs did not change: what the scene asks for, and the frame that
-- it starts from. It is copied from the selected take of the version before; nothing is paid again.

create or replace function private.reuse_scenes(p_project public.projects)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_scene public.scenes;
  v_old public.scenes;
  v_is_chain_same boolean := true;
begin
  for v_scene in
    select scenes.* from public.scenes where scenes.project_id = p_project.project_id order by scenes.position
  loop
    select scenes.*
    into v_old
    from public.scenes
    where scenes.project_id = p_project.revision_of
      and scenes.position = v_scene.position
      and scenes.status = 'completed'
      and scenes.continuity = v_scene.continuity
      and private.scene_input(scenes.scene_id) = private.scene_input(v_scene.scene_id);

    -- A chained scene starts from the frame before it: if that one changes, so does this one.
    v_is_chain_same := v_old.scene_id is not null
      and (v_is_chain_same or v_scene.continuity = 'cut' or v_scene.position = 1);

    if v_is_chain_same then
      perform private.copy_clips(v_old, v_scene);
    end if;
  end loop;
end;
$$;

comment on function private.reuse_scenes(public.projects) is
'Copies the clips of unchanged scenes from the version that this project revises. Nothing for a first version.';

revoke execute on function private.reuse_scenes(public.projects) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0225_function_scene_input.sql
create or replace function private.scene_input(p_scene_id text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'aspect_ratio', projects.aspect_ratio,
    'image_url', case
      when scenes.position = 1 or scenes.continuity = 'cut' then coalesce(scenes.image_url, projects.image_url)
    end,
    'chunks', (
      select jsonb_agg(
        jsonb_build_array(
          video_chunks.model, video_chunks.prompt, video_chunks.duration,
          video_chunks.driver_video_url, video_chunks.audio_url
        )
        order by video_chunks.position
      )
      from public.video_chunks
      where video_chunks.scene_id = scenes.scene_id
        and video_chunks.selected
    )
  )
  from public.scenes
  join public.projects using (project_id)
  where scenes.scene_id = p_scene_id;
$$;

comment on function private.scene_input(text) is
'All that the clips of a scene are made from, but for the frame that a scene before hands over.';

revoke execute on function private.scene_input(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0228_function_paid_seconds.sql
create or replace function private.paid_seconds(p_kind text, p_input jsonb)
returns numeric
language sql
stable
security invoker
set search_path = ''
as $$
  select case
    when p_kind = 'generate_clip' then (p_input ->> 'duration')::numeric
    when p_kind in ('extract_last_frame', 'extract_thumbnail') then (
      select video_chunks.duration
      from public.video_chunks
      where video_chunks.chunk_id = p_input ->> 'chunk_id'
    )
    -- One clip of unknown length makes the sum unknown.
    when p_kind = 'stitch' then (
      select case when count(*) = count(video_chunks.duration) then sum(video_chunks.duration) end
      from public.video_chunks
      where video_chunks.project_id = p_input ->> 'project_id'
        and video_chunks.selected
    )
  end;
$$;

comment on function private.paid_seconds(text, jsonb) is
'Seconds of video that a step works on, as they were ordered; null where nobody can tell beforehand.';

revoke execute on function private.paid_seconds(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0228_function_priced_model.sql
-- What fal asks money for is an endpoint, and only clips name theirs; any other provider has one price
-- for each kind of step.

create or replace function private.priced_model(p_provider text, p_kind text, p_input jsonb)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select case
    when p_provider is distinct from 'fal' then p_provider
    when p_kind in ('extract_last_frame', 'extract_thumbnail') then 'fal-ai/ffmpeg-api/extract-frame'
    when p_kind = 'stitch' then 'fal-ai/ffmpeg-api/merge-videos'
    else p_input ->> 'model'
  end;
$$;

comment on function private.priced_model(text, text, jsonb) is 'Under which model private.prices has the price of a step.';

revoke execute on function private.priced_model(text, text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0229_function_attempt_cost.sql
-- What a provider refused before it took it costs nothing; what is unknown counts as paid.

create or replace function private.attempt_cost(p_attempt private.attempts)
returns numeric
language sql
immutable
security invoker
set search_path = ''
as $$
  select coalesce(
    p_attempt.actual_cost_usd,
    case when p_attempt.status = 'failed' and p_attempt.request_id is null then 0 else p_attempt.estimated_cost_usd end
  );
$$;

comment on function private.attempt_cost(private.attempts) is
'US dollars: as the provider says, else as estimated; null where neither is known.';

revoke execute on function private.attempt_cost(private.attempts) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0229_function_estimate_cost.sql
create or replace function private.estimate_cost(p_kind text, p_input jsonb, p_provider text default 'fal')
returns numeric
language sql
stable
security invoker
set search_path = ''
as $$
  select case
    when prices.usd_per_second is null then prices.usd_per_call
    else coalesce(prices.usd_per_call, 0) + prices.usd_per_second * private.paid_seconds(p_kind, p_input)
  end
  from private.prices
  where prices.kind = p_kind
    and prices.model = private.priced_model(p_provider, p_kind, p_input);
$$;

comment on function private.estimate_cost(text, jsonb, text) is
'US dollars that this input will cost by private.prices; null where no price, or no length, is known.';

revoke execute on function private.estimate_cost(text, jsonb, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0229_function_spent_today.sql
create or replace function private.spent_today()
returns numeric
language sql
volatile
security invoker
set search_path = ''
as $$
  select coalesce(sum(private.attempt_cost(attempts)), 0)
  from private.attempts
  where attempts.created_at >= date_trunc('day', private.clock() at time zone 'utc') at time zone 'utc'
    and coalesce(attempts.actual_cost_usd, attempts.estimated_cost_usd) is not null;
$$;

comment on function private.spent_today() is 'US dollars that the attempts of this day (UTC) cost, as far as their prices are known.';

revoke execute on function private.spent_today() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0230_function_budget_left.sql
create or replace function private.budget_left()
returns numeric
language sql
volatile
security invoker
set search_path = ''
as $$
  select case
    when cap.usd > 0 then greatest(cap.usd - private.spent_today(), 0)
  end
  from (select private.setting('max_usd_per_day') as usd) as cap;
$$;

comment on function private.budget_left() is
'US dollars that may still be spent today (UTC) under max_usd_per_day; null without a cap. The caller holds the lock of claims.';

revoke execute on function private.budget_left() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0230_function_due_steps.sql
-- Which steps a runner may have next, in order: overdue ones first (they hold their place at the
-- provider already), then new ones, as many as provider and user have room for and the day's spending
-- cap reaches for, users taking turns.
--
-- Where a limit or the cap is set, claims go one after the other, so that what is counted here is still true
-- when the step is claimed.

create or replace function private.due_steps(p_limit integer, p_providers jsonb)
returns table (step_id text, status text, place bigint)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_budget numeric;
begin
  if exists (select 1 from private.providers where providers.name = '*' and providers.is_paused) then
    return;
  end if;
  if private.setting('max_usd_per_day') > 0
    or exists (
      select 1
      from private.providers
      where coalesce(providers.max_in_flight, providers.max_in_flight_per_user) is not null
        or providers.failures_in_a_row >= private.setting('breaker_failures')
    ) then
    perform pg_advisory_xact_lock(hashtextextended('claim', 0));
    v_budget := private.budget_left();
  end if;
  if v_budget = 0 and exists (
    select 1
    from private.steps
    where steps.status = 'queued'
      and steps.due_at <= v_now
      and steps.kind not in ('store_film', 'cancel_request')
  ) then
    perform private.note_spending_cap();
  end if;

  return query
  with
  overdue as (
    select steps.step_id, steps.status, steps.due_at
    from private.steps
    where steps.status in ('running', 'waiting')
      and steps.due_at <= v_now
      and p_providers ? steps.kind
    order by steps.due_at
    limit p_limit
  ),
  fresh as (
    select queued.step_id, queued.turn, queued.due_at
    from private.affordable_steps(p_limit, p_providers, v_now, v_budget) as queued
  )
  select ordered.step_id, ordered.status, row_number() over (order by ordered.turn, ordered.due_at)
  from (
    select overdue.step_id, overdue.status, 0::bigint as turn, overdue.due_at from overdue
    union all
    select fresh.step_id, 'queued', fresh.turn, fresh.due_at from fresh
  ) as ordered
  order by ordered.turn, ordered.due_at
  limit p_limit;
end;
$$;

comment on function private.due_steps(integer, jsonb) is
'Up to p_limit steps that are due and allowed, fair between users. The caller locks them.';

revoke execute on function private.due_steps(integer, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0230_function_is_limited.sql
create or replace function private.is_limited(p_provider text)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select exists (
    select 1
    from private.providers
    where providers.name = p_provider
      and coalesce(providers.max_in_flight, providers.max_in_flight_per_user) is not null
  );
$$;

comment on function private.is_limited(text) is 'True when somebody may be waiting for a place at this provider.';

revoke execute on function private.is_limited(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0230_function_queued_steps.sql
-- A user's n-th due step has turn n plus what is in flight for the user already: whoever has least
-- comes first, and five hundred films of one user do not hold up another one's first. Of one user's
-- steps those go first that bring a film nearer to its end.
--
-- Giving a request up takes no place at a provider, it makes one: no limit holds it back.

create or replace function private.queued_steps(p_limit integer, p_providers jsonb, p_now timestamptz)
returns table (step_id text, turn bigint, due_at timestamptz)
language sql
volatile
security invoker
set search_path = ''
as $$
  with recursive
  -- Users with queued steps, by hopping along the index from one to the next
  users (user_id) as (
    (select min(steps.user_id) from private.steps where steps.status = 'queued')
    union all
    select (
      select min(steps.user_id) from private.steps where steps.status = 'queued' and steps.user_id > users.user_id
    )
    from users
    where users.user_id is not null
  ),
  -- What is in flight, by provider and user
  in_flight as (
    select steps.provider, steps.user_id, count(*) as n
    from private.steps
    where steps.status in ('running', 'waiting')
      and steps.kind <> 'cancel_request'
    group by steps.provider, steps.user_id
  ),
  -- Room at each open provider; one step at a time feels the way after a row of failures
  room as (
    select
      providers.name,
      providers.max_in_flight_per_user,
      least(
        p_limit,
        providers.max_in_flight - coalesce(sum(in_flight.n), 0),
        case when providers.failures_in_a_row >= private.setting('breaker_failures') then 1 - (
          select count(*)
          from private.steps
          where steps.provider = providers.name
            and steps.status = 'running'
            and steps.kind <> 'cancel_request'
            and steps.updated_at >= providers.held_until
        ) end
      ) as n
    from private.providers
    left join in_flight on in_flight.provider = providers.name
    where not providers.is_paused
      and coalesce(providers.held_until <= p_now, true)
    group by providers.name
  ),
  -- The first due steps of each user, with their turn
  turns as (
    select
      due.step_id,
      due.due_at,
      kinds.provider,
      kinds.name = 'cancel_request' as is_free,
      coalesce(in_flight.n, 0) + row_number() over (
        partition by users.user_id, kinds.provider, kinds.name = 'cancel_request'
        order by kinds.name = 'generate_clip', due.due_at
      ) as turn
    from users
    cross join jsonb_each_text(p_providers) as kinds (name, provider)
    cross join lateral (
      select steps.step_id, steps.due_at
      from private.steps
      where steps.status = 'queued'
        and steps.user_id = users.user_id
        and steps.kind = kinds.name
        and steps.due_at <= p_now
      order by steps.due_at
      limit p_limit
    ) as due
    left join in_flight on in_flight.user_id = users.user_id and in_flight.provider = kinds.provider
  ),
  -- As many as each provider has room for
  allowed as (
    select
      turns.*,
      room.n as room,
      row_number() over (partition by turns.provider, turns.is_free order by turns.turn, turns.due_at) as place
    from turns
    join room on room.name = turns.provider
    where turns.is_free
      or turns.turn <= coalesce(room.max_in_flight_per_user, turns.turn)
  )
  select allowed.step_id, allowed.turn, allowed.due_at
  from allowed
  where allowed.is_free
    or allowed.place <= allowed.room
  order by allowed.turn, allowed.due_at
  limit p_limit;
$$;

comment on function private.queued_steps(integer, jsonb, timestamptz) is
'Due queued steps within the limits of their providers, users taking turns.';

revoke execute on function private.queued_steps(integer, jsonb, timestamptz)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0230_function_start_scene.sql
-- Gives a scene its first frame and asks for its first clip. The scene stays pending until a
-- provider has accepted the clip.

create or replace function private.start_scene(p_scene_id text, p_image_url text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_chunk public.video_chunks;
begin
  update public.video_chunks
  set image_url = p_image_url
  where video_chunks.scene_id = p_scene_id
    and video_chunks.selected
    and video_chunks.position = 1
    and video_chunks.status = 'PENDING'
  returning video_chunks.* into v_chunk;

  if found then
    perform private.add_step(v_chunk.project_id, 'generate_clip', v_chunk.scene_id, v_chunk.chunk_id);
  end if;
end;
$$;

comment on function private.start_scene(text, text) is
'Queues generate_clip for the first chunk of a pending scene, starting from this image (null: from the prompt alone).';

revoke execute on function private.start_scene(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0235_function_affordable_steps.sql
-- A step is begun while what is spent, and what the steps before it in this claim will cost, has not
-- reached the day's cap. What costs nothing or saves what was paid for goes on.

create or replace function private.affordable_steps(
  p_limit integer,
  p_providers jsonb,
  p_now timestamptz,
  p_budget numeric
)
returns table (step_id text, turn bigint, due_at timestamptz)
language sql
volatile
security invoker
set search_path = ''
as $$
  select priced.step_id, priced.turn, priced.due_at
  from (
    select
      queued.*,
      steps.kind in ('store_film', 'cancel_request') as is_free,
      sum(case
        when p_budget is null or steps.kind in ('store_film', 'cancel_request') then 0
        else coalesce(private.estimate_cost(steps.kind, private.step_input(steps), p_providers ->> steps.kind), 0)
      end) over (
        order by queued.turn, queued.due_at, queued.step_id
        rows between unbounded preceding and 1 preceding
      ) as before_usd
    from private.queued_steps(p_limit, p_providers, p_now) as queued
    join private.steps using (step_id)
  ) as priced
  where p_budget is null
    or priced.is_free
    or coalesce(priced.before_usd, 0) < p_budget;
$$;

comment on function private.affordable_steps(integer, jsonb, timestamptz, numeric) is
'Of the queued steps that may be had, those that the day''s budget (null: no cap) reaches for.';

revoke execute on function private.affordable_steps(integer, jsonb, timestamptz, numeric)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0235_function_note_spending_cap.sql
-- The caller holds the lock of claims, so that two cannot both find that it is not there yet.

create or replace function private.note_spending_cap()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_cap numeric := private.setting('max_usd_per_day');
begin
  if exists (
    select 1
    from public.error_logs
    where error_logs.type = 'spending'
      and error_logs.created_at >= date_trunc('day', private.clock() at time zone 'utc') at time zone 'utc'
  ) then
    return;
  end if;

  perform private.record_error(
    'spending',
    format('Cannot begin queued steps: today''s spending has reached max_usd_per_day (%s)', v_cap),
    jsonb_build_object('max_usd_per_day', v_cap, 'spent_usd', private.spent_today()),
    'warning'
  );
end;
$$;

comment on function private.note_spending_cap() is
'Writes one row into error_logs, of type spending, on the day (UTC) on which the cap holds steps back.';

revoke execute on function private.note_spending_cap() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_attempt_for_runner.sql
create or replace function private.attempt_for_runner(p_attempt private.attempts)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'attempt_id', p_attempt.attempt_id,
    'attempt_token', p_attempt.attempt_id || '.' || private.sign('attempt', p_attempt.attempt_id),
    'number', p_attempt.number,
    'provider', p_attempt.provider,
    'input', p_attempt.input,
    'request_id', p_attempt.request_id,
    'status_url', p_attempt.status_url,
    'response_url', p_attempt.response_url,
    'cancel_url', p_attempt.cancel_url,
    'created_at', p_attempt.created_at
  );
$$;

comment on function private.attempt_for_runner(private.attempts) is
'An attempt as the runner sees it, with the token that goes into the callback URL.';

revoke execute on function private.attempt_for_runner(private.attempts) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_claim_deliveries.sql
-- pending → delivering · a delivering one whose lease ran out is claimed again
--
-- The lease is longer than the 30 seconds that one try may take: a repeated post is harmless, because
-- its webhook-id stays the same.

create or replace function private.claim_deliveries(p_limit integer)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  with
  -- What is due, each row for one runner only
  due as (
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.status in ('pending', 'delivering')
      and webhook_deliveries.due_at <= (select private.clock())
    order by webhook_deliveries.due_at
    limit p_limit
    for no key update skip locked
  ),
  -- Under a lease from now on
  claimed as (
    update public.webhook_deliveries
    set
      status = 'delivering',
      claim_token = gen_random_uuid(),
      attempt_count = webhook_deliveries.attempt_count + 1,
      due_at = private.clock() + make_interval(secs => private.setting('lease_seconds.delivery')::double precision),
      updated_at = private.clock()
    from due
    where webhook_deliveries.delivery_id = due.delivery_id
    returning webhook_deliveries.*
  )
  select coalesce(
    jsonb_agg(jsonb_build_object(
      'kind', 'delivery',
      'delivery_id', claimed.delivery_id,
      'claim_token', claimed.claim_token,
      'url', claimed.url,
      'webhook_id', claimed.webhook_id,
      'body', claimed.body,
      'endpoint_id', claimed.endpoint_id,
      'headers', case when claimed.endpoint_id is null then coalesce(job_requests.webhook_headers, '{}') else '{}' end,
      'number', claimed.attempt_count
    )),
    '[]'
  )
  from claimed
  left join private.job_requests using (project_id);
$$;

comment on function private.claim_deliveries(integer) is
'pending → delivering: leases up to p_limit due deliveries, with the client''s own headers.';

revoke execute on function private.claim_deliveries(integer) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_claim_step.sql
-- queued → running · waiting stays waiting, under a lease · running with a lease that ran out → waiting
--
-- A runner that died between its call and our commit may have been understood by the provider: its
-- attempt is lost, and looked up before anything else. Steps that may safely be done twice start again.

create or replace function private.claim_step(p_step private.steps, p_providers jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_claim_token uuid := gen_random_uuid();
  v_lease_until timestamptz := v_now
    + make_interval(secs => private.setting('lease_seconds.' || p_step.kind)::double precision);
  v_attempt private.attempts;
  v_mode text;
begin
  select attempts.*
  into v_attempt
  from private.attempts
  where attempts.step_id = p_step.step_id
  order by attempts.number desc
  limit 1;

  if p_step.status = 'running' then
    v_attempt := private.end_lease(p_step, v_attempt);
    if v_attempt.status = 'failed' and p_step.attempt_count >= private.setting('max_attempts') then
      perform private.fail_exhausted_step(p_step, v_attempt);
      return null;
    end if;
  end if;

  if p_step.status = 'queued' or v_attempt.status = 'failed' then
    v_mode := 'start';
    v_attempt := private.insert_attempt(p_step, p_providers);
  else
    v_mode := case when v_attempt.request_id is null then 'lookup' else 'ask' end;
  end if;

  update private.steps
  set
    status = case when v_mode = 'start' then 'running' else 'waiting' end,
    provider = v_attempt.provider,
    attempt_count = v_attempt.number,
    claim_token = v_claim_token,
    due_at = v_lease_until,
    updated_at = v_now
  where steps.step_id = p_step.step_id;

  return jsonb_build_object(
    'kind', 'step',
    'step_id', p_step.step_id,
    'step', p_step.kind,
    'mode', v_mode,
    'claim_token', v_claim_token,
    'project_id', p_step.project_id,
    'attempt', private.attempt_for_runner(v_attempt)
  );
end;
$$;

comment on function private.claim_step(private.steps, jsonb) is
'Leases one due step that the caller has locked; null when nothing is left to try.';

revoke execute on function private.claim_step(private.steps, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_claim_work.sql
-- Leases what is due to a runner: steps that can be done with what this installation has configured,
-- and deliveries. p_providers names the provider of each kind of step, {"stitch": "fal", ...}, and
-- whether films that a stitch service has stored already are to be stored here too ("store_films").

create or replace function public.claim_work(p_limit integer, p_providers jsonb, p_answers_bell boolean)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_step private.steps;
  v_item jsonb;
  v_work jsonb := '[]';
begin
  if p_answers_bell then
    perform private.answer_bell();
  end if;

  v_work := private.claim_deliveries(greatest(p_limit / 2, 1));

  for v_step in
    select steps.*
    from private.steps
    join private.due_steps(greatest(p_limit - jsonb_array_length(v_work), 0), p_providers) as due using (step_id)
    where steps.status = due.status
      and steps.due_at <= v_now
    order by due.place
    for no key update of steps skip locked
  loop
    v_item := private.claim_step(v_step, p_providers);
    if v_item is not null then
      v_work := v_work || v_item;
    end if;
  end loop;

  return jsonb_build_object(
    'work', v_work,
    'deaf', public.is_bell_deaf(),
    'next_due_at', (
      select least(
        (
          select min(steps.due_at)
          from private.steps
          where steps.status in ('queued', 'running', 'waiting')
            and steps.due_at < 'infinity'
        ),
        (
          select min(webhook_deliveries.due_at)
          from public.webhook_deliveries
          where webhook_deliveries.status in ('pending', 'delivering')
        )
      )
    )
  );
end;
$$;

comment on function public.claim_work(integer, jsonb, boolean) is
'Leases up to p_limit due steps and deliveries, each with a claim token. Called by pipeline-step.';

revoke execute on function public.claim_work(integer, jsonb, boolean) from public, anon, authenticated;
grant execute on function public.claim_work(integer, jsonb, boolean) to service_role;
--! end included

--! included supabase/schemas/0240_function_continue_project.sql
-- Asks for what each unfinished scene needs next: its first missing clip, if the image that it starts
-- from is there, else the frame that is missing. Scenes that wait for another one are started by it.

create or replace function private.continue_project(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_scene public.scenes;
begin
  -- An earlier take, or a scene before a cut, may have no last frame yet that now is needed.
  update public.scenes
  set status = 'pending', completed_at = null
  from public.scenes as following
  where scenes.project_id = p_project_id
    and scenes.status = 'completed'
    and scenes.last_frame_url is null
    and following.project_id = scenes.project_id
    and following.position = scenes.position + 1
    and following.continuity = 'last_frame'
    and following.status = 'pending';

  for v_scene in
    select scenes.*
    from public.scenes
    where scenes.project_id = p_project_id
      and scenes.status = 'pending'
    order by scenes.position
  loop
    perform private.continue_scene(v_scene);
  end loop;
end;
$$;

comment on function private.continue_project(text) is
'Queues the next step of every scene that is not finished and waits for no other one. The caller holds the project''s lock.';

revoke execute on function private.continue_project(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_continue_scene.sql
-- The first scene, and each after a cut, starts from its own image, else the job's, else from its prompt
-- alone; any other from the last frame of the scene before, once that is there.

create or replace function private.continue_scene(p_scene public.scenes)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_missing public.video_chunks;
  v_last public.video_chunks;
  v_image_url text;
begin
  select video_chunks.*
  into v_missing
  from public.video_chunks
  where video_chunks.scene_id = p_scene.scene_id
    and video_chunks.selected
    and video_chunks.status <> 'COMPLETED'
  order by video_chunks.position
  limit 1;

  select video_chunks.*
  into v_last
  from public.video_chunks
  where video_chunks.scene_id = p_scene.scene_id
    and video_chunks.selected
    and video_chunks.status = 'COMPLETED'
    and (v_missing.chunk_id is null or video_chunks.position = v_missing.position - 1)
  order by video_chunks.position desc
  limit 1;

  if v_missing.chunk_id is null then
    perform private.finish_scene_clip(v_last, '{}');
  elsif v_missing.position > 1 and v_missing.image_url is null then
    perform private.add_step(p_scene.project_id, 'extract_last_frame', p_scene.scene_id, v_last.chunk_id);
  elsif v_missing.position > 1 then
    perform private.add_step(p_scene.project_id, 'generate_clip', p_scene.scene_id, v_missing.chunk_id);
  else
    select case
      when p_scene.position = 1 or p_scene.continuity = 'cut' then coalesce(p_scene.image_url, projects.image_url)
      else previous.last_frame_url
    end
    into v_image_url
    from public.projects
    left join public.scenes as previous
      on previous.project_id = projects.project_id
      and previous.position = p_scene.position - 1
      and previous.status = 'completed'
    where projects.project_id = p_scene.project_id;

    if v_image_url is not null or p_scene.position = 1 or p_scene.continuity = 'cut' then
      perform private.start_scene(p_scene.scene_id, v_image_url);
    end if;
  end if;
end;
$$;

comment on function private.continue_scene(public.scenes) is
'Queues what a pending scene needs next, unless it waits for the scene before it.';

revoke execute on function private.continue_scene(public.scenes) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_end_lease.sql
-- created → lost | failed
--
-- The runner of this attempt is gone. Whether its call went out is unknown, so what costs money is
-- looked up; copying a film or giving up a request again does no harm.

create or replace function private.end_lease(p_step private.steps, p_attempt private.attempts)
returns private.attempts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_attempt private.attempts := p_attempt;
  v_now timestamptz := private.clock();
begin
  if p_attempt.status <> 'created' then
    return p_attempt;
  end if;

  if p_step.kind in ('store_film', 'cancel_request') then
    update private.attempts
    set status = 'failed', error_message = 'The lease ran out', ended_at = v_now
    where attempts.attempt_id = p_attempt.attempt_id
    returning attempts.* into v_attempt;
  else
    update private.attempts
    set
      status = 'lost',
      error_message = 'The runner ended before the answer was recorded',
      deadline_at = v_now + make_interval(secs => private.setting('lookup_seconds')::double precision)
    where attempts.attempt_id = p_attempt.attempt_id
    returning attempts.* into v_attempt;
    perform private.record_event(
      p_step.project_id, 'attempt.lost', p_step.scene_id, p_step.chunk_id,
      jsonb_build_object('kind', p_step.kind, 'attempt_id', p_attempt.attempt_id)
    );
  end if;

  perform private.record_error(
    'step',
    format('Cannot finish %s: the runner''s lease ran out', p_step.kind),
    jsonb_build_object('project_id', p_step.project_id, 'step_id', p_step.step_id, 'attempt_id', p_attempt.attempt_id),
    'warning'
  );
  return v_attempt;
end;
$$;

comment on function private.end_lease(private.steps, private.attempts) is
'created → lost (a paid call may have gone out) | failed (harmless to do again). Returns the attempt as it is now.';

revoke execute on function private.end_lease(private.steps, private.attempts)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_fail_exhausted_step.sql
-- Called below a step lock, where waiting for the project would break the lock order: if the project
-- is busy, the step stays due and the next claim tries again.

create or replace function private.fail_exhausted_step(p_step private.steps, p_attempt private.attempts)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform 1
  from public.projects
  where projects.project_id = p_step.project_id
  for no key update skip locked;

  if found then
    perform private.fail_step(p_step.step_id, p_attempt.error_message);
  end if;
end;
$$;

comment on function private.fail_exhausted_step(private.steps, private.attempts) is
'running → failed, for a step whose runners died as often as it may be tried.';

revoke execute on function private.fail_exhausted_step(private.steps, private.attempts)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_insert_attempt.sql
create or replace function private.insert_attempt(p_step private.steps, p_providers jsonb)
returns private.attempts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_provider text := p_providers ->> p_step.kind;
  v_input jsonb := private.step_input(p_step);
  v_attempt private.attempts;
begin
  -- A stitch service stores what it makes: its film is the film, unless it is to be copied first.
  if p_step.kind = 'stitch' then
    v_input := v_input || jsonb_build_object(
      'is_film', v_provider = 'stitch' and p_providers ->> 'store_films' is distinct from 'always'
    );
  end if;

  insert into private.attempts (step_id, number, provider, input, input_hash, estimated_cost_usd)
  values (
    p_step.step_id,
    p_step.attempt_count + 1,
    v_provider,
    v_input,
    encode(sha256(convert_to(v_input::text, 'UTF8')), 'hex'),
    private.estimate_cost(p_step.kind, v_input, v_provider)
  )
  returning attempts.* into v_attempt;

  return v_attempt;
end;
$$;

comment on function private.insert_attempt(private.steps, jsonb) is
'→ created: the attempt exists, its input frozen, before the provider is called.';

revoke execute on function private.insert_attempt(private.steps, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0250_function_abandon_request.sql
-- A request that is running at a provider though nobody waits for it costs money: give it up there.

create or replace function private.abandon_request(p_attempt private.attempts, p_step private.steps)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if p_attempt.request_id is null or p_attempt.status not in ('cancelled', 'failed', 'outcome_unknown') then
    return;
  end if;

  if exists (
    select 1
    from private.steps
    where steps.project_id = p_step.project_id
      and steps.kind = 'cancel_request'
      and steps.input ->> 'attempt_id' = p_attempt.attempt_id
  ) then
    return;
  end if;

  perform private.add_step(
    p_step.project_id, 'cancel_request', p_step.scene_id, p_step.chunk_id,
    jsonb_build_object(
      'attempt_id', p_attempt.attempt_id,
      'provider', p_attempt.provider,
      'request_id', p_attempt.request_id,
      'cancel_url', p_attempt.cancel_url,
      'model', p_attempt.input ->> 'model'
    )
  );
end;
$$;

comment on function private.abandon_request(private.attempts, private.steps) is
'Queues cancel_request, once, for an attempt that ended while its request may still be running.';

revoke execute on function private.abandon_request(private.attempts, private.steps)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0250_function_await_callback.sql
-- step running → waiting · attempt → submitted · chunk PENDING → SUBMITTED · scene pending → generating
-- · project queued → generating

create or replace function private.await_callback(p_step private.steps, p_attempt private.attempts)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  -- An early callback may have asked for a look at once (ask_now). A request that was lost and found
  -- may have called back already.
  v_deadline timestamptz := least(
    p_attempt.deadline_at,
    case
      when p_attempt.status = 'lost' then v_now + make_interval(secs => private.setting('ask_seconds')::double precision)
      else private.overdue_at(p_step.kind, p_attempt.input ->> 'model')
    end
  );
begin
  if p_step.kind = 'generate_clip' then
    perform private.advance_project(p_step.project_id, array['queued', 'storyboarding'], 'generating');

    update public.scenes
    set status = 'generating'
    where scenes.scene_id = p_step.scene_id
      and scenes.status = 'pending';

    update public.video_chunks
    set status = 'SUBMITTED', request_id = p_attempt.request_id
    where video_chunks.chunk_id = p_step.chunk_id
      and video_chunks.status = 'PENDING';
  end if;

  update private.steps
  set status = 'waiting', claim_token = null, due_at = v_deadline, updated_at = v_now
  where steps.step_id = p_step.step_id
    and steps.status in ('running', 'waiting');

  perform private.release_provider(p_attempt.provider);

  update private.attempts
  set status = 'submitted', deadline_at = v_deadline, error_message = null
  where attempts.attempt_id = p_attempt.attempt_id
    and attempts.status in ('created', 'lost');
end;
$$;

comment on function private.await_callback(private.steps, private.attempts) is
'The provider has it: step waiting, attempt submitted, and chunk, scene and project say that work has begun.';

revoke execute on function private.await_callback(private.steps, private.attempts)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0250_function_lock_request.sql
-- A callback that finds no attempt is buffered; a submission that is recorded looks for buffered
-- callbacks. Without this lock both could miss each other, each not yet committed for the other.

create or replace function private.lock_request(p_provider text, p_request_id text)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select pg_advisory_xact_lock(hashtextextended('request:' || p_provider || ':' || p_request_id, 0))
  where p_request_id is not null;
$$;

comment on function private.lock_request(text, text) is
'Makes the buffering of a callback and the recording of its request id wait for each other.';

revoke execute on function private.lock_request(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0250_function_lock_step.sql
create or replace function private.lock_step(p_step_id text)
returns private.steps
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_step private.steps;
begin
  perform private.lock_project(steps.project_id) from private.steps where steps.step_id = p_step_id;

  select steps.* into v_step from private.steps where steps.step_id = p_step_id for no key update;

  if not found then
    raise exception 'Cannot lock step "%": no such step', p_step_id using errcode = 'RL404';
  end if;

  return v_step;
end;
$$;

comment on function private.lock_step(text) is
'Locks project, then step, and returns the step as it is now. Raises RL404.';

revoke execute on function private.lock_step(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0250_function_record_submission.sql
-- step running → waiting · attempt created | lost → submitted · chunk PENDING → SUBMITTED
--
-- The provider accepted. A stale claim (the callback was faster, or the project was cancelled while
-- the call was under way) changes no status, but the request id is kept, and a request that nobody
-- wants any more is given up at the provider.

create or replace function public.record_submission(
  p_step_id text,
  p_claim_token uuid,
  p_attempt_id text,
  p_submission jsonb
)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_step private.steps;
  v_attempt private.attempts;
begin
  -- Before the project: a callback may hold it when it comes to the project.
  perform private.lock_request(
    (select attempts.provider from private.attempts where attempts.attempt_id = p_attempt_id),
    p_submission ->> 'request_id'
  );
  v_step := private.lock_step(p_step_id);

  begin
    update private.attempts
    set
      request_id = p_submission ->> 'request_id',
      status_url = p_submission ->> 'status_url',
      response_url = p_submission ->> 'response_url',
      cancel_url = p_submission ->> 'cancel_url',
      submitted_at = coalesce(attempts.submitted_at, private.clock())
    where attempts.attempt_id = p_attempt_id
      and attempts.step_id = p_step_id
      and coalesce(attempts.request_id, p_submission ->> 'request_id') = p_submission ->> 'request_id'
    returning attempts.* into v_attempt;
  exception
    -- Another attempt has this request: a look-up offered it, and it is not ours.
    when unique_violation then
      return 'stale';
  end;

  if v_attempt.attempt_id is null then
    return 'stale';
  end if;

  if v_step.claim_token is distinct from p_claim_token or v_attempt.status not in ('created', 'lost') then
    perform private.abandon_request(v_attempt, v_step);
    return 'stale';
  end if;

  perform private.await_callback(v_step, v_attempt);
  perform private.apply_buffered(v_attempt.provider, v_attempt.request_id);
  return 'applied';
end;
$$;

comment on function public.record_submission(text, uuid, text, jsonb) is
'created | lost → submitted. p_submission: {request_id, status_url, response_url, cancel_url}. Called by the runner.';

revoke execute on function public.record_submission(text, uuid, text, jsonb) from public, anon, authenticated;
grant execute on function public.record_submission(text, uuid, text, jsonb) to service_role;
--! end included

--! included supabase/schemas/0255_function_is_resubmitting.sql
create or replace function private.is_resubmitting()
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(
    (select settings.value #>> '{}' = 'resubmit' from private.settings where settings.name = 'on_outcome_unknown'),
    false
  );
$$;

comment on function private.is_resubmitting() is
'True where the operator set on_outcome_unknown to "resubmit": what may have been paid is asked for once more.';

revoke execute on function private.is_resubmitting() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0255_function_note_overdue.sql
create or replace function private.note_overdue(p_step private.steps, p_attempt private.attempts)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_limit private.settings := private.step_setting('deadline_seconds', p_step.kind, p_attempt.input ->> 'model');
begin
  if p_attempt.status not in ('submitted', 'in_progress')
    or p_attempt.deadline_at > private.clock()
    or exists (
      select 1
      from public.pipeline_events
      where pipeline_events.project_id = p_step.project_id
        and pipeline_events.type = 'attempt.overdue'
        and pipeline_events.data ->> 'attempt_id' = p_attempt.attempt_id
    ) then
    return;
  end if;

  perform private.record_event(
    p_step.project_id, 'attempt.overdue', p_step.scene_id, p_step.chunk_id,
    jsonb_build_object(
      'kind', p_step.kind, 'attempt_id', p_attempt.attempt_id,
      'deadline', v_limit.name, 'seconds', v_limit.value
    )
  );
end;
$$;

comment on function private.note_overdue(private.steps, private.attempts) is
'Notes once on the timeline that no callback came, and which deadline said so.';

revoke execute on function private.note_overdue(private.steps, private.attempts)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0260_function_ask_again.sql
-- waiting stays waiting, until the provider has had all the time that it may have.
--
-- Then the attempt fails, its request is given up, and the step is not tried again: a provider that
-- sits on a request for that long would be paid twice.

create or replace function private.ask_again(p_attempt_id text, p_reason text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_attempt private.attempts;
  v_step private.steps;
  v_limit private.settings;
begin
  select attempts.* into v_attempt from private.attempts where attempts.attempt_id = p_attempt_id;
  select steps.* into v_step from private.steps where steps.step_id = v_attempt.step_id;
  v_limit := private.step_setting('give_up_seconds', v_step.kind, v_attempt.input ->> 'model');

  if v_now >= v_attempt.created_at + make_interval(secs => (v_limit.value #>> '{}')::double precision) then
    if v_attempt.status = 'lost' and v_attempt.request_id is null then
      perform private.end_unknown(v_attempt);
      return;
    end if;
    perform private.fail_attempt(p_attempt_id, jsonb_build_object(
      'message', format('No result of %s after %s s (%s): %s', v_step.kind, v_limit.value #>> '{}', v_limit.name, p_reason),
      'retryable', false,
      'ended', false
    ));
    return;
  end if;

  perform private.note_overdue(v_step, v_attempt);

  update private.steps
  set
    claim_token = null,
    due_at = v_now + make_interval(secs => private.setting('ask_seconds')::double precision),
    updated_at = v_now
  where steps.step_id = v_attempt.step_id
    and steps.status = 'waiting';
end;
$$;

comment on function private.ask_again(text, text) is
'Asks the provider again in ask_seconds; fails the attempt once give_up_seconds of its kind are over.';

revoke execute on function private.ask_again(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0260_function_end_unknown.sql
-- lost → outcome_unknown
--
-- Then the step fails: nobody pays twice. An installation that would rather risk that than lose a film
-- sets on_outcome_unknown to resubmit; what happens then is on the timeline and in error_logs.

create or replace function private.end_unknown(p_attempt private.attempts)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_message text := format('Cannot tell whether %s accepted the request: %s', p_attempt.provider, p_attempt.error_message);
  v_step private.steps;
begin
  update private.attempts
  set status = 'outcome_unknown', ended_at = private.clock()
  where attempts.attempt_id = p_attempt.attempt_id
    and attempts.status = 'lost';

  if not found then
    return;
  end if;

  select steps.* into v_step from private.steps where steps.step_id = p_attempt.step_id;

  perform private.record_error('step', format('Cannot finish %s: %s', v_step.kind, v_message), jsonb_build_object(
    'project_id', v_step.project_id, 'scene_id', v_step.scene_id, 'chunk_id', v_step.chunk_id,
    'step_id', v_step.step_id, 'attempt_id', p_attempt.attempt_id, 'attempt', p_attempt.number
  ));

  if p_attempt.number < private.setting('max_attempts') and private.is_resubmitting() then
    perform private.record_event(
      v_step.project_id, 'attempt.resubmitted_unknown', v_step.scene_id, v_step.chunk_id,
      jsonb_build_object('kind', v_step.kind, 'attempt_id', p_attempt.attempt_id, 'reason', v_message)
    );
    perform private.requeue_step(v_step, v_message, null);
  else
    perform private.fail_step(v_step.step_id, v_message);
  end if;
end;
$$;

comment on function private.end_unknown(private.attempts) is
'lost → outcome_unknown: visibly unknown; the step fails, or is queued again where on_outcome_unknown says resubmit.';

revoke execute on function private.end_unknown(private.attempts) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0260_function_lose_attempt.sql
-- created → lost, looked up again and again; lost → outcome_unknown once the look-up's time is over
--
-- Nobody pays twice: an attempt whose outcome cannot be learnt is never submitted again by itself.

create or replace function private.lose_attempt(p_attempt_id text, p_message text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_attempt private.attempts;
  v_step private.steps;
begin
  select steps.*
  into v_step
  from private.steps
  join private.attempts using (step_id)
  where attempts.attempt_id = p_attempt_id
    and attempts.status = 'created';

  if found then
    perform private.record_event(
      v_step.project_id, 'attempt.lost', v_step.scene_id, v_step.chunk_id,
      jsonb_build_object('kind', v_step.kind, 'attempt_id', p_attempt_id, 'reason', p_message)
    );
  end if;

  update private.attempts
  set
    status = 'lost',
    error_message = coalesce(attempts.error_message, p_message),
    deadline_at = coalesce(
      attempts.deadline_at,
      v_now + make_interval(secs => private.setting('lookup_seconds')::double precision)
    )
  where attempts.attempt_id = p_attempt_id
    and attempts.status in ('created', 'lost')
  returning attempts.* into v_attempt;

  -- A request id that came meanwhile (a late record, an early callback) can be asked about.
  if v_attempt.request_id is null and v_attempt.deadline_at <= v_now then
    perform private.end_unknown(v_attempt);
    return;
  end if;

  update private.steps
  set
    status = 'waiting',
    claim_token = null,
    due_at = v_now + make_interval(secs => private.setting('lookup_again_seconds')::double precision),
    updated_at = v_now
  where steps.step_id = v_attempt.step_id
    and steps.status in ('running', 'waiting');
end;
$$;

comment on function private.lose_attempt(text, text) is
'created → lost: the call may have been understood, the answer never came. Past its deadline: outcome_unknown.';

revoke execute on function private.lose_attempt(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0260_function_record_answer.sql
-- What became of an attempt, as a runner learnt it by calling or by asking.

create or replace function public.record_answer(
  p_step_id text,
  p_claim_token uuid,
  p_attempt_id text,
  p_answer jsonb
)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_step private.steps := private.lock_step(p_step_id);
begin
  if v_step.claim_token is distinct from p_claim_token or v_step.status not in ('running', 'waiting') then
    return 'stale';
  end if;

  case p_answer ->> 'state'
    when 'completed' then
      if v_step.status = 'running' then
        perform private.release_provider(v_step.provider);
      end if;
      perform private.complete_attempt(p_attempt_id, p_answer -> 'output');
    when 'failed' then
      -- It refused the call itself, not what was asked for: that says something about the provider.
      if v_step.status = 'running' and (p_answer -> 'error' ->> 'retryable')::boolean then
        perform private.hold_provider(v_step.provider, p_answer -> 'error');
      end if;
      perform private.fail_attempt(p_attempt_id, p_answer -> 'error');
    when 'cancelled' then
      perform private.fail_attempt(p_attempt_id, '{"message": "The provider cancelled the request", "retryable": false}');
    when 'lost' then
      perform private.lose_attempt(p_attempt_id, p_answer ->> 'message');
    when 'in_progress' then
      perform private.report_progress(p_attempt_id, (p_answer ->> 'progress')::numeric);
      perform private.ask_again(p_attempt_id, 'The provider did not finish in time');
    when 'unreachable' then
      perform private.ask_again(p_attempt_id, p_answer ->> 'message');
    else
      raise exception 'Cannot record answer "%": no such state', p_answer ->> 'state' using errcode = 'RL400';
  end case;

  return 'applied';
end;
$$;

comment on function public.record_answer(text, uuid, text, jsonb) is
'p_answer: {state, output | error {message, retryable, retry_after} | message | progress}. Stale without the claim. Called by the runner.';

revoke execute on function public.record_answer(text, uuid, text, jsonb) from public, anon, authenticated;
grant execute on function public.record_answer(text, uuid, text, jsonb) to service_role;
--! end included

--! included supabase/schemas/0260_function_report_progress.sql
-- attempt submitted → in_progress · chunk SUBMITTED → IN_PROGRESS; a percentage never goes back

create or replace function private.report_progress(p_attempt_id text, p_progress numeric)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_step private.steps;
begin
  select steps.*
  into v_step
  from private.steps
  join private.attempts using (step_id)
  where attempts.attempt_id = p_attempt_id
    and attempts.status in ('submitted', 'in_progress');

  if not found then
    return;
  end if;

  update public.video_chunks
  set
    status = 'IN_PROGRESS',
    progress = greatest(video_chunks.progress, least(coalesce(p_progress, 0), 99)::integer)
  where video_chunks.chunk_id = v_step.chunk_id
    and v_step.kind = 'generate_clip'
    and video_chunks.status in ('SUBMITTED', 'IN_PROGRESS');

  update private.attempts
  set status = 'in_progress'
  where attempts.attempt_id = p_attempt_id
    and attempts.status = 'submitted';

  perform private.update_progress(v_step.project_id);
end;
$$;

comment on function private.report_progress(text, numeric) is
'submitted → in_progress. p_progress is a percentage, null where the provider gives none.';

revoke execute on function private.report_progress(text, numeric) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0260_function_update_progress.sql
-- Clips are nine tenths of a film; what follows them is the rest.

create or replace function private.update_progress(p_project_id text)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.projects
  set progress = greatest(projects.progress, parts.progress)
  from (
    select coalesce(
      floor(0.9 * avg(case when video_chunks.status = 'COMPLETED' then 100 else video_chunks.progress end)),
      0
    )::integer as progress
    from public.video_chunks
    where video_chunks.project_id = p_project_id
      and video_chunks.selected
  ) as parts
  where projects.project_id = p_project_id
    and projects.progress < parts.progress
    and projects.status not in ('completed', 'failed', 'cancelled');
$$;

comment on function private.update_progress(text) is 'Counts a project''s progress up from its chunks; never back.';

revoke execute on function private.update_progress(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0265_function_hold_provider.sql
-- A provider that asks us to wait is given nothing new until then; one that fails too often in a row
-- is left alone for a while, and then given one step to feel the way.

create or replace function private.hold_provider(p_provider text, p_error jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  -- least() and greatest() skip nulls: without a Retry-After, zero seconds and not the cap.
  v_retry_after numeric := least(
    coalesce((p_error ->> 'retry_after')::numeric, 0), private.setting('retry_after_cap_seconds')
  );
begin
  update private.providers
  set
    failures_in_a_row = providers.failures_in_a_row + 1,
    held_until = greatest(
      providers.held_until,
      v_now + make_interval(secs => v_retry_after::double precision),
      case when providers.failures_in_a_row + 1 >= private.setting('breaker_failures')
        then v_now + make_interval(secs => private.setting('breaker_seconds')::double precision) end
    ),
    hold_reason = left(p_error ->> 'message', 500),
    updated_at = v_now
  where providers.name = p_provider;
end;
$$;

comment on function private.hold_provider(text, jsonb) is
'Counts a failure that was the provider''s own, and holds it: for its Retry-After, or after breaker_failures in a row.';

revoke execute on function private.hold_provider(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0265_function_release_provider.sql
create or replace function private.release_provider(p_provider text)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update private.providers
  set failures_in_a_row = 0, hold_reason = null, updated_at = private.clock()
  where providers.name = p_provider
    and providers.failures_in_a_row > 0;
$$;

comment on function private.release_provider(text) is 'The provider accepted something: its row of failures is over.';

revoke execute on function private.release_provider(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0269_function_with_thumbnail.sql
create or replace function private.with_thumbnail(p_project_id text, p_film jsonb)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select p_film || jsonb_strip_nulls(jsonb_build_object(
    'thumbnail_url', coalesce(
      p_film ->> 'thumbnail_url',
      (
        select scenes.thumbnail_url
        from public.scenes
        where scenes.project_id = p_project_id
          and scenes.position = 1
      )
    )
  ));
$$;

comment on function private.with_thumbnail(text, jsonb) is
'What a stitch service made, with the first clip''s thumbnail where it made none.';

revoke execute on function private.with_thumbnail(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0270_function_complete_attempt.sql
-- attempt created | submitted | in_progress | lost → completed · step → completed
--
-- The verb of what was made then moves chunk, scene or project on.

create or replace function private.complete_attempt(p_attempt_id text, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_step private.steps;
  v_is_film boolean;
begin
  select steps.*
  into v_step
  from private.steps
  join private.attempts using (step_id)
  where attempts.attempt_id = p_attempt_id;

  if not private.is_output_of(v_step.kind, p_output) then
    perform private.fail_attempt(p_attempt_id, jsonb_build_object(
      'message', format('The provider reported success without the result of %s', v_step.kind),
      'retryable', false
    ));
    return;
  end if;

  update private.attempts
  set
    status = 'completed',
    output = p_output,
    actual_cost_usd = case
      when jsonb_typeof(p_output -> 'cost_usd') = 'number' then greatest((p_output ->> 'cost_usd')::numeric, 0)
      else attempts.actual_cost_usd
    end,
    error_message = null,
    ended_at = v_now
  where attempts.attempt_id = p_attempt_id
    and attempts.status in ('created', 'submitted', 'in_progress', 'lost')
  returning (attempts.input ->> 'is_film')::boolean into v_is_film;

  if not found then
    return;
  end if;

  update private.steps
  set status = 'completed', output = p_output, claim_token = null, updated_at = v_now
  where steps.step_id = v_step.step_id;

  perform private.record_event(
    v_step.project_id, 'step.completed', v_step.scene_id, v_step.chunk_id,
    jsonb_build_object('kind', v_step.kind, 'step_id', v_step.step_id)
  );

  case v_step.kind
    when 'generate_clip' then
      perform private.complete_chunk(v_step.chunk_id, p_output);
    when 'extract_last_frame' then
      perform private.complete_frame(v_step.chunk_id, p_output);
    when 'stitch', 'extract_thumbnail' then
      if v_is_film then
        perform private.complete_project(v_step.project_id, private.with_thumbnail(v_step.project_id, p_output));
      else
        perform private.store_film_when_ready(v_step.project_id);
      end if;
    when 'store_film' then
      perform private.complete_project(v_step.project_id, p_output);
    else
      null;
  end case;
end;
$$;

comment on function private.complete_attempt(text, jsonb) is
'→ completed, for attempt and step; what was made moves chunk, scene or project on. The caller holds the project''s lock.';

revoke execute on function private.complete_attempt(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0270_function_fail_attempt.sql
-- attempt created | submitted | in_progress | lost → failed · step → queued again, or failed
--
-- p_error: {message, retryable, retry_after}. A failure that can pass goes back to the queue, its
-- chunk to PENDING; any other ends the step, and with it the film.

create or replace function private.fail_attempt(p_attempt_id text, p_error jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_message text := coalesce(nullif(p_error ->> 'message', ''), 'The provider gave no reason');
  v_attempt private.attempts;
  v_step private.steps;
begin
  update private.attempts
  set status = 'failed', error_message = v_message, ended_at = v_now
  where attempts.attempt_id = p_attempt_id
    and attempts.status in ('created', 'submitted', 'in_progress', 'lost')
  returning attempts.* into v_attempt;

  if not found then
    return;
  end if;

  select steps.* into v_step from private.steps where steps.step_id = v_attempt.step_id;

  perform private.record_error('step', format('Cannot finish %s: %s', v_step.kind, v_message), jsonb_build_object(
    'project_id', v_step.project_id, 'scene_id', v_step.scene_id, 'chunk_id', v_step.chunk_id,
    'step_id', v_step.step_id, 'attempt_id', p_attempt_id, 'attempt', v_attempt.number
  ));

  if (p_error ->> 'retryable')::boolean and v_attempt.number < private.setting('max_attempts') then
    perform private.requeue_step(v_step, v_message, (p_error ->> 'retry_after')::numeric);
  else
    perform private.fail_step(v_step.step_id, v_message);
  end if;

  -- It failed for us, perhaps not for the provider: past our patience a request still runs.
  if not coalesce((p_error ->> 'ended')::boolean, true) then
    perform private.abandon_request(v_attempt, v_step);
  end if;
end;
$$;

comment on function private.fail_attempt(text, jsonb) is
'→ failed; the step is queued again with backoff where that may help, else it fails. The caller holds the project''s lock.';

revoke execute on function private.fail_attempt(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0270_function_fail_step.sql
-- step → failed; what cannot do without it fails too
--
-- A film does without a thumbnail, and a request that cannot be given up ends by itself.

create or replace function private.fail_step(p_step_id text, p_message text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_step private.steps;
begin
  update private.steps
  set status = 'failed', claim_token = null, error_message = p_message, updated_at = v_now
  where steps.step_id = p_step_id
    and steps.status in ('queued', 'running', 'waiting')
  returning steps.* into v_step;

  if not found then
    return;
  end if;

  perform private.record_event(
    v_step.project_id, 'step.failed', v_step.scene_id, v_step.chunk_id,
    jsonb_build_object('kind', v_step.kind, 'step_id', v_step.step_id, 'reason', p_message)
  );

  case v_step.kind
    when 'cancel_request' then
      null;
    when 'extract_thumbnail' then
      perform private.store_film_when_ready(v_step.project_id);
    when 'generate_clip' then
      update public.video_chunks
      set status = 'FAILED', error_message = p_message, kling_completed_at = v_now
      where video_chunks.chunk_id = v_step.chunk_id
        and video_chunks.status in ('PENDING', 'SUBMITTED', 'IN_PROGRESS');
      perform private.fail_project(v_step.project_id, p_message, v_step.scene_id);
    else
      perform private.fail_project(v_step.project_id, p_message, v_step.scene_id);
  end case;
end;
$$;

comment on function private.fail_step(text, text) is
'→ failed; chunk, scene and project fail with the provider''s own words. The caller holds the project''s lock.';

revoke execute on function private.fail_step(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0270_function_is_output_of.sql
create or replace function private.is_output_of(p_kind text, p_output jsonb)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
  select case
    when p_kind in ('generate_clip', 'stitch', 'store_film') then coalesce(p_output ->> 'video_url', '') <> ''
    when p_kind in ('extract_last_frame', 'extract_thumbnail') then coalesce(p_output ->> 'image_url', '') <> ''
    else true
  end;
$$;

comment on function private.is_output_of(text, jsonb) is 'True when the output has what this kind of step is for.';

revoke execute on function private.is_output_of(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0270_function_requeue_step.sql
-- step → queued, due later · chunk SUBMITTED | IN_PROGRESS → PENDING

create or replace function private.requeue_step(p_step private.steps, p_message text, p_retry_after numeric)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_delay interval := private.retry_delay(p_step.attempt_count, p_retry_after);
  v_status text := (select projects.status from public.projects where projects.project_id = p_step.project_id);
begin
  update public.video_chunks
  set status = 'PENDING', request_id = null
  where video_chunks.chunk_id = p_step.chunk_id
    and p_step.kind = 'generate_clip'
    and video_chunks.status in ('PENDING', 'SUBMITTED', 'IN_PROGRESS');

  update private.steps
  set
    status = 'queued',
    claim_token = null,
    due_at = private.due_at(v_status, p_step.kind) + v_delay,
    updated_at = private.clock()
  where steps.step_id = p_step.step_id
    and steps.status in ('running', 'waiting');

  perform private.record_event(
    p_step.project_id, 'step.retried', p_step.scene_id, p_step.chunk_id,
    jsonb_build_object(
      'kind', p_step.kind, 'step_id', p_step.step_id, 'attempt', p_step.attempt_count,
      'reason', p_message, 'delay_s', round(extract(epoch from v_delay), 1)
    )
  );
end;
$$;

comment on function private.requeue_step(private.steps, text, numeric) is
'running | waiting → queued, after a backoff; a failed chunk that is retried goes back to PENDING.';

revoke execute on function private.requeue_step(private.steps, text, numeric)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0280_function_complete_chunk.sql
-- chunk → COMPLETED; then its last frame, or the end of its scene

create or replace function private.complete_chunk(p_chunk_id text, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_chunk public.video_chunks;
begin
  update public.video_chunks
  set
    status = 'COMPLETED',
    kling_video_url = p_output ->> 'video_url',
    kling_completed_at = private.clock(),
    progress = 100,
    error_message = null
  where video_chunks.chunk_id = p_chunk_id
    and video_chunks.status in ('PENDING', 'SUBMITTED', 'IN_PROGRESS')
  returning video_chunks.* into v_chunk;

  if not found then
    return;
  end if;

  -- The callback may be faster than the record of the submission.
  perform private.advance_project(v_chunk.project_id, array['queued', 'storyboarding'], 'generating');

  insert into public.media (project_id, scene_id, type, url, width, height, duration, metadata)
  values (
    v_chunk.project_id, v_chunk.scene_id, 'generated-video', v_chunk.kling_video_url,
    (p_output ->> 'width')::numeric, (p_output ->> 'height')::numeric,
    coalesce((p_output ->> 'duration')::numeric, v_chunk.duration),
    jsonb_build_object('chunk_id', v_chunk.chunk_id, 'model', v_chunk.model)
  );
  perform private.update_progress(v_chunk.project_id);

  if exists (select 1 from private.next_chunk(v_chunk)) then
    -- A scene looks like its beginning.
    update public.scenes
    set thumbnail_url = coalesce(p_output ->> 'thumbnail_url', scenes.thumbnail_url)
    where scenes.scene_id = v_chunk.scene_id
      and v_chunk.position = 1;
    perform private.add_step(v_chunk.project_id, 'extract_last_frame', v_chunk.scene_id, v_chunk.chunk_id);
  else
    perform private.finish_scene_clip(v_chunk, p_output);
  end if;
end;
$$;

comment on function private.complete_chunk(text, jsonb) is
'PENDING | SUBMITTED | IN_PROGRESS → COMPLETED, once. The caller holds the project''s lock.';

revoke execute on function private.complete_chunk(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0280_function_complete_frame.sql
-- The last frame of a chunk: the next chunk of the scene starts from it, else the scene is complete.

create or replace function private.complete_frame(p_chunk_id text, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_chunk public.video_chunks;
  v_next public.video_chunks;
begin
  select video_chunks.* into v_chunk from public.video_chunks where video_chunks.chunk_id = p_chunk_id;

  insert into public.media (project_id, scene_id, type, url, width, height, metadata)
  values (
    v_chunk.project_id, v_chunk.scene_id, 'frame', p_output ->> 'image_url',
    (p_output ->> 'width')::numeric, (p_output ->> 'height')::numeric,
    jsonb_build_object('chunk_id', v_chunk.chunk_id)
  );

  select next_chunk.* into v_next from private.next_chunk(v_chunk);

  if v_next.chunk_id is null then
    perform private.complete_scene(v_chunk.scene_id, p_output ->> 'image_url');
    return;
  end if;

  update public.video_chunks
  set image_url = p_output ->> 'image_url'
  where video_chunks.chunk_id = v_next.chunk_id
    and video_chunks.status = 'PENDING';

  perform private.add_step(v_next.project_id, 'generate_clip', v_next.scene_id, v_next.chunk_id);
end;
$$;

comment on function private.complete_frame(text, jsonb) is
'A last frame is there: the next chunk starts from it, or the scene is complete. The caller holds the project''s lock.';

revoke execute on function private.complete_frame(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0280_function_complete_scene.sql
-- scene pending | generating | extracting_frame → completed; the next scene starts, or the film is stitched

create or replace function private.complete_scene(p_scene_id text, p_last_frame_url text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_scene public.scenes;
  v_next_id text;
begin
  update public.scenes
  set
    status = 'completed',
    last_frame_url = coalesce(p_last_frame_url, scenes.last_frame_url),
    completed_at = private.clock()
  where scenes.scene_id = p_scene_id
    and scenes.status in ('pending', 'generating', 'extracting_frame')
  returning scenes.* into v_scene;

  if not found then
    return;
  end if;

  select scenes.scene_id
  into v_next_id
  from public.scenes
  where scenes.project_id = v_scene.project_id
    and scenes.position = v_scene.position + 1
    and scenes.continuity = 'last_frame'
    and scenes.status = 'pending';

  if found then
    perform private.start_scene(v_next_id, v_scene.last_frame_url);
  end if;

  -- Whichever scene is the last one to complete, the project's lock makes it see all the others.
  if not exists (
    select 1
    from public.scenes
    where scenes.project_id = v_scene.project_id
      and scenes.status <> 'completed'
  ) then
    perform private.advance_project(v_scene.project_id, array['queued', 'storyboarding', 'generating'], 'stitching');
  end if;
end;
$$;

comment on function private.complete_scene(text, text) is
'→ completed; starts the scene that continues from its last frame, and the stitching once all are complete. The caller holds the project''s lock.';

revoke execute on function private.complete_scene(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0280_function_finish_scene_clip.sql
-- scene pending | generating → extracting_frame, or → completed where nobody needs its last frame

create or replace function private.finish_scene_clip(p_chunk public.video_chunks, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_is_frame_needed boolean;
begin
  select exists (
    select 1
    from public.scenes
    join public.scenes as following
      on following.project_id = scenes.project_id
      and following.position = scenes.position + 1
      and following.continuity = 'last_frame'
    where scenes.scene_id = p_chunk.scene_id
      -- A reused scene brings its last frame along.
      and scenes.last_frame_url is null
  )
  into v_is_frame_needed;

  update public.scenes
  set
    status = case when v_is_frame_needed then 'extracting_frame' else scenes.status end,
    video_url = p_chunk.kling_video_url,
    thumbnail_url = coalesce(
      case when p_chunk.position = 1 then p_output ->> 'thumbnail_url' end,
      scenes.thumbnail_url
    ),
    duration = coalesce(
      case when p_chunk.position = 1 then (p_output ->> 'duration')::numeric end,
      -- No news of the clip: what was measured before holds.
      case when p_output = '{}' then scenes.duration end,
      (
        select sum(video_chunks.duration)
        from public.video_chunks
        where video_chunks.scene_id = p_chunk.scene_id
          and video_chunks.take = p_chunk.take
      )
    ),
    fps = coalesce((p_output ->> 'fps')::numeric, scenes.fps),
    width = coalesce((p_output ->> 'width')::numeric, scenes.width),
    height = coalesce((p_output ->> 'height')::numeric, scenes.height),
    quality_score = coalesce((p_output ->> 'quality_score')::numeric, scenes.quality_score)
  where scenes.scene_id = p_chunk.scene_id
    and scenes.status in ('pending', 'generating');

  if v_is_frame_needed then
    perform private.add_step(p_chunk.project_id, 'extract_last_frame', p_chunk.scene_id, p_chunk.chunk_id);
  else
    perform private.complete_scene(p_chunk.scene_id, null);
  end if;
end;
$$;

comment on function private.finish_scene_clip(public.video_chunks, jsonb) is
'The last chunk of a scene is there: take its figures over, then ask for its last frame or complete the scene.';

revoke execute on function private.finish_scene_clip(public.video_chunks, jsonb)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0280_function_next_chunk.sql
create or replace function private.next_chunk(p_chunk public.video_chunks)
returns setof public.video_chunks
language sql
stable
security invoker
set search_path = ''
as $$
  select video_chunks.*
  from public.video_chunks
  where video_chunks.scene_id = p_chunk.scene_id
    and video_chunks.take = p_chunk.take
    and video_chunks.position = p_chunk.position + 1;
$$;

comment on function private.next_chunk(public.video_chunks) is 'The chunk that continues this one within its scene, if there is one.';

revoke execute on function private.next_chunk(public.video_chunks) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0290_function_begin_stitch.sql
-- What a project in stitching needs: its clips joined (one clip alone is not stitched), and the first
-- frame of the first one as its thumbnail. What was made before from the same clips is not made again.

create or replace function private.begin_stitch(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_first_id text;
  v_thumbnail_url text;
begin
  select video_chunks.chunk_id, scenes.thumbnail_url
  into strict v_first_id, v_thumbnail_url
  from public.video_chunks
  join public.scenes using (scene_id)
  where scenes.project_id = p_project_id
    and video_chunks.selected
  order by scenes.position, video_chunks.position
  limit 1;

  -- A video service may have made one already.
  if v_thumbnail_url is null and (private.film_step(p_project_id, 'extract_thumbnail')).step_id is null then
    perform private.add_step(p_project_id, 'extract_thumbnail', null, v_first_id);
  end if;

  if cardinality(private.film_clips(p_project_id)) > 1
    and (private.film_step(p_project_id, 'stitch')).step_id is null then
    perform private.add_step(p_project_id, 'stitch');
  end if;

  -- Both may be there already: the project was paused, or failed when it stored its film.
  perform private.store_film_when_ready(p_project_id);
end;
$$;

comment on function private.begin_stitch(text) is
'Queues stitch and extract_thumbnail. Called by the trigger on projects when a project starts stitching.';

revoke execute on function private.begin_stitch(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0290_function_close_project.sql
-- A film that has ended leaves nothing open: its scenes, chunks, steps and attempts are cancelled in
-- the lock order, and what still runs at a provider is given up there.

create or replace function private.close_project(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.scenes
  set status = 'cancelled'
  where scenes.project_id = p_project_id
    and scenes.status in ('pending', 'generating', 'extracting_frame');

  update public.video_chunks
  set status = 'CANCELLED'
  where video_chunks.project_id = p_project_id
    and video_chunks.status in ('PENDING', 'SUBMITTED', 'IN_PROGRESS');

  perform private.close_steps(p_project_id, null);
end;
$$;

comment on function private.close_project(text) is
'Cancels all that is open below a project, and queues cancel_request for what providers are still at. Called by the trigger on projects.';

revoke execute on function private.close_project(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0290_function_complete_project.sql
-- project stitching → completed: the film is stored and its URL works

create or replace function private.complete_project(p_project_id text, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_project public.projects;
begin
  update public.projects
  set
    status = 'completed',
    paused_from = null,
    progress = 100,
    final_video_url = p_output ->> 'video_url',
    thumbnail_url = p_output ->> 'thumbnail_url',
    duration = coalesce(
      (p_output ->> 'duration')::numeric,
      (select sum(scenes.duration) from public.scenes where scenes.project_id = p_project_id)
    ),
    completed_at = private.clock()
  where projects.project_id = p_project_id
    and 'stitching' in (projects.status, projects.paused_from)
  returning projects.* into v_project;

  if not found then
    return;
  end if;

  insert into public.media (project_id, type, url, duration)
  select v_project.project_id, made.type, made.url, made.duration
  from (values
    ('film', v_project.final_video_url, v_project.duration),
    ('thumbnail', v_project.thumbnail_url, null)
  ) as made (type, url, duration)
  where made.url is not null;
end;
$$;

comment on function private.complete_project(text, jsonb) is
'stitching → completed, once; p_output is that of store_film, or of a stitch service. The caller holds the project''s lock.';

revoke execute on function private.complete_project(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0290_function_fail_project.sql
-- project → failed · its scene → failed

create or replace function private.fail_project(p_project_id text, p_message text, p_scene_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.scenes
  set status = 'failed', error_message = p_message
  where scenes.scene_id = p_scene_id
    and scenes.status in ('pending', 'generating', 'extracting_frame');

  -- The trigger on projects closes what is still open below it.
  update public.projects
  set
    status = 'failed',
    paused_from = null,
    error_message = coalesce(
      (
        select format('Scene %s: %s', scenes.position, p_message)
        from public.scenes
        where scenes.scene_id = p_scene_id
      ),
      p_message
    )
  where projects.project_id = p_project_id
    and projects.status not in ('completed', 'failed', 'cancelled');
end;
$$;

comment on function private.fail_project(text, text, text) is
'→ failed, with the scene that could not be made. The caller holds the project''s lock.';

revoke execute on function private.fail_project(text, text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0290_function_film_step.sql
-- The step that makes (or has made) the film's thumbnail or the joined film from the clips as they are
-- selected now. A step that was made from other clips does not count: they were generated anew since.

create or replace function private.film_step(p_project_id text, p_kind text)
returns private.steps
language sql
stable
security invoker
set search_path = ''
as $$
  select steps.*
  from private.steps
  left join private.attempts using (step_id)
  where steps.project_id = p_project_id
    and steps.kind = p_kind
    and steps.status in ('queued', 'running', 'waiting', 'completed')
    and case
      when attempts.attempt_id is null then true
      when p_kind = 'stitch' then attempts.input -> 'video_urls' = to_jsonb(private.film_clips(p_project_id))
      else attempts.input ->> 'video_url' = (private.film_clips(p_project_id))[1]
    end
  order by steps.created_at desc
  limit 1;
$$;

comment on function private.film_step(text, text) is
'The open or completed stitch or extract_thumbnail step for the clips that are selected now; null when there is none.';

revoke execute on function private.film_step(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0290_function_store_film_when_ready.sql
-- Once the film is joined and its thumbnail is there or given up, both are copied into Storage:
-- the provider's URLs expire. The names are drawn here, so that a second try writes the same files.

create or replace function private.store_film_when_ready(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_clips text[] := private.film_clips(p_project_id);
  v_stitch private.steps := private.film_step(p_project_id, 'stitch');
  v_thumbnail private.steps := private.film_step(p_project_id, 'extract_thumbnail');
  v_film_url text := case when cardinality(v_clips) = 1 then v_clips[1] else v_stitch.output ->> 'video_url' end;
  v_name text := p_project_id || '/' || encode(extensions.gen_random_bytes(16), 'hex');
begin
  if v_film_url is null or v_thumbnail.status in ('queued', 'running', 'waiting') then
    return;
  end if;

  perform private.add_step(p_project_id, 'store_film', null, null, jsonb_build_object(
    'film_url', v_film_url,
    'thumbnail_url', coalesce(
      v_thumbnail.output ->> 'image_url',
      (
        select scenes.thumbnail_url
        from public.scenes
        where scenes.project_id = p_project_id
          and scenes.position = 1
      )
    ),
    'film_path', v_name || '.mp4',
    'thumbnail_path', v_name || '.jpg'
  ));

  update public.projects
  set progress = greatest(projects.progress, 95)
  where projects.project_id = p_project_id;
end;
$$;

comment on function private.store_film_when_ready(text) is
'Queues store_film when the stitched film is there and no thumbnail is pending. The caller holds the project''s lock.';

revoke execute on function private.store_film_when_ready(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0300_function_callback_answer.sql
create or replace function private.callback_answer(p_log public.webhook_logs, p_outcome text, p_flags jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'outcome', p_outcome,
    'webhook_log_id', p_log.webhook_log_id,
    'chunk_updated', coalesce((p_flags ->> 'chunk_updated')::boolean, false),
    'scene_updated', coalesce((p_flags ->> 'scene_updated')::boolean, false),
    'last_frame_triggered', coalesce((p_flags ->> 'last_frame_triggered')::boolean, false),
    'next_scene_triggered', coalesce((p_flags ->> 'next_scene_triggered')::boolean, false),
    'project_updated', coalesce((p_flags ->> 'project_updated')::boolean, false),
    'user_notified', coalesce((p_flags ->> 'user_notified')::boolean, false),
    'final_video_url', p_flags ->> 'final_video_url'
  );
$$;

comment on function private.callback_answer(public.webhook_logs, text, jsonb) is 'What the doors answer from.';

revoke execute on function private.callback_answer(public.webhook_logs, text, jsonb)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0300_function_forget_delivery.sql
create or replace function private.forget_delivery(p_log public.webhook_logs, p_error text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.webhook_logs
  set status = 'error', outcome = null, error = p_error, processed_at = private.clock()
  where webhook_logs.webhook_log_id = p_log.webhook_log_id;

  delete from private.seen_deliveries
  where seen_deliveries.source = p_log.source
    and seen_deliveries.webhook_id = p_log.webhook_id
    and seen_deliveries.webhook_log_id = p_log.webhook_log_id;

  perform private.record_error('webhook', format('Cannot process callback: %s', p_error), jsonb_build_object(
    'source', p_log.source, 'webhook_log_id', p_log.webhook_log_id
  ));
end;
$$;

comment on function private.forget_delivery(public.webhook_logs, text) is
'pending → error: the callback stays on record, and its delivery counts as unseen, so that the sender''s next try is processed.';

revoke execute on function private.forget_delivery(public.webhook_logs, text)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0300_function_log_callback.sql
-- Inserts the row of a callback, once for each delivery: the twin of a seen one only counts up.
-- Two at the same moment meet at the primary key of seen_deliveries; the second waits for the first.

create or replace function private.log_callback(p_callback jsonb)
returns public.webhook_logs
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_raw_body bytea := decode(p_callback ->> 'raw_body', 'base64');
  v_webhook_id text := coalesce(p_callback ->> 'delivery_id', 'sha256:' || encode(sha256(v_raw_body), 'hex'));
  v_log_id text := private.new_id('whlog');
  v_attempt_id text := (private.attempt_of_token(p_callback ->> 'token')).attempt_id;
  v_log public.webhook_logs;
begin
  if p_callback ->> 'malformed' is null then
    insert into private.seen_deliveries (source, webhook_id, webhook_log_id)
    values (p_callback ->> 'source', v_webhook_id, v_log_id)
    on conflict do nothing;

    if not found then
      update public.webhook_logs
      set duplicate_count = webhook_logs.duplicate_count + 1
      from private.seen_deliveries
      where seen_deliveries.source = p_callback ->> 'source'
        and seen_deliveries.webhook_id = v_webhook_id
        and webhook_logs.webhook_log_id = seen_deliveries.webhook_log_id
      returning webhook_logs.* into v_log;

      -- What was seen is remembered for longer than its record is kept.
      if not found then
        select seen_deliveries.webhook_log_id
        into v_log.webhook_log_id
        from private.seen_deliveries
        where seen_deliveries.source = p_callback ->> 'source'
          and seen_deliveries.webhook_id = v_webhook_id;
      end if;

      v_log.outcome := 'duplicate';
      return v_log;
    end if;
  end if;

  insert into public.webhook_logs (
    webhook_log_id, webhook_id, source, type, status, request_id, attempt_id, is_token_wrong, headers, raw_body,
    data, result, error, processed_at
  )
  values (
    v_log_id,
    v_webhook_id,
    p_callback ->> 'source',
    p_callback ->> 'type',
    case when p_callback ->> 'malformed' is null then 'pending' else 'error' end,
    p_callback -> 'result' ->> 'request_id',
    v_attempt_id,
    p_callback ->> 'token' is not null and v_attempt_id is null,
    coalesce(p_callback -> 'headers', '{}'),
    v_raw_body,
    nullif(p_callback -> 'data', 'null'),
    nullif(p_callback -> 'result', 'null'),
    p_callback ->> 'malformed',
    case when p_callback ->> 'malformed' is not null then private.clock() end
  )
  returning webhook_logs.* into v_log;

  if v_log.error is not null then
    perform private.record_error('webhook', v_log.error, jsonb_build_object(
      'source', v_log.source, 'webhook_log_id', v_log.webhook_log_id
    ));
  end if;
  return v_log;
end;
$$;

comment on function private.log_callback(jsonb) is
'Records a callback. Returns its row; with outcome duplicate the row of the delivery that was seen before.';

revoke execute on function private.log_callback(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0300_function_receive_callback.sql
-- Records a verified callback before it does anything, then applies it.
--
-- p_callback: {source, delivery_id, token, type, headers, raw_body (base64), data, malformed, result}.
-- If applying raises, the record stays (status error), the delivery counts as unseen, and the sender's
-- next try is processed again.

create or replace function public.receive_callback(p_callback jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_started_at timestamptz := clock_timestamp();
  v_log public.webhook_logs;
  v_flags jsonb;
begin
  v_log := private.log_callback(p_callback);

  if v_log.outcome = 'duplicate' then
    return private.callback_answer(v_log, 'duplicate', '{}');
  elsif p_callback ->> 'malformed' is not null then
    return private.callback_answer(v_log, 'malformed', '{}');
  end if;

  begin
    v_flags := private.apply_callback(v_log);
  exception
    when others then
      perform private.forget_delivery(v_log, sqlerrm);
      return private.callback_answer(v_log, 'error', '{}');
  end;

  perform private.settle_callback(v_log, v_flags, clock_timestamp() - v_started_at);
  return private.callback_answer(v_log, v_flags ->> 'outcome', v_flags);
end;
$$;

comment on function public.receive_callback(jsonb) is
'Records and applies a callback that passed its signature. Outcome applied, duplicate, stale, buffered, unknown, malformed, or error. Called by the doors.';

revoke execute on function public.receive_callback(jsonb) from public, anon, authenticated;
grant execute on function public.receive_callback(jsonb) to service_role;
--! end included

--! included supabase/schemas/0300_function_settle_callback.sql
-- pending → success (applied, duplicate, stale) | error (unknown) | stays pending (buffered)

create or replace function private.settle_callback(p_log public.webhook_logs, p_flags jsonb, p_took interval)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_outcome text := p_flags ->> 'outcome';
begin
  update public.webhook_logs
  set
    status = case v_outcome when 'buffered' then 'pending' when 'unknown' then 'error' else 'success' end,
    outcome = v_outcome,
    error = p_flags ->> 'reason',
    project_id = p_flags ->> 'project_id',
    duration_ms = round(extract(epoch from p_took) * 1000, 3),
    processed_at = case when v_outcome <> 'buffered' then private.clock() end
  where webhook_logs.webhook_log_id = p_log.webhook_log_id;

  -- A callback with a token that is not ours must not make the genuine one look like its repetition.
  if v_outcome = 'unknown' then
    delete from private.seen_deliveries
    where seen_deliveries.source = p_log.source
      and seen_deliveries.webhook_id = p_log.webhook_id;

    perform private.record_error('webhook', p_flags ->> 'reason', jsonb_build_object(
      'source', p_log.source, 'webhook_log_id', p_log.webhook_log_id
    ), 'warning');
  end if;
end;
$$;

comment on function private.settle_callback(public.webhook_logs, jsonb, interval) is
'pending → success | error, or stays pending while it is buffered.';

revoke execute on function private.settle_callback(public.webhook_logs, jsonb, interval)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0309_function_is_same_output.sql
create or replace function private.is_same_output(p_output jsonb, p_other jsonb)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
  select (p_output ->> 'video_url') is not distinct from (p_other ->> 'video_url')
    and (p_output ->> 'image_url') is not distinct from (p_other ->> 'image_url');
$$;

comment on function private.is_same_output(jsonb, jsonb) is
'True when two outputs hold the same file; true for two failures, which hold none.';

revoke execute on function private.is_same_output(jsonb, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0310_function_apply_buffered.sql
-- Callbacks that came before the row that they are about.

create or replace function private.apply_buffered(p_source text, p_request_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_log public.webhook_logs;
  v_started_at timestamptz;
begin
  for v_log in
    select webhook_logs.*
    from public.webhook_logs
    where webhook_logs.source = p_source
      and webhook_logs.request_id = p_request_id
      and webhook_logs.status = 'pending'
      and webhook_logs.outcome = 'buffered'
    order by webhook_logs.received_at
    for no key update
  loop
    v_started_at := clock_timestamp();
    -- One that cannot be applied must not undo what its request has just been found by.
    begin
      perform private.settle_callback(
        v_log, private.apply_callback(v_log), clock_timestamp() - v_started_at
      );
    exception
      when others then
        perform private.forget_delivery(v_log, sqlerrm);
    end;
  end loop;
end;
$$;

comment on function private.apply_buffered(text, text) is
'Applies the buffered callbacks of a request whose attempt or chunk has just appeared.';

revoke execute on function private.apply_buffered(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0310_function_apply_callback.sql
-- Finds what a callback is about and moves it on. Returns {outcome, reason, project_id, flags}.
--
-- A token that is not ours, or that names another request, scene or project than the body does, is
-- unknown. Without a token the request id decides, and for a stitcher with ids of its own the project;
-- nothing known yet is buffered. What a custom source sent goes to that source's handler.

create or replace function private.apply_callback(p_log public.webhook_logs)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_attempt private.attempts;
  v_is_by_project boolean := false;
  v_step private.steps;
  v_last_event bigint;
  v_outcome text;
begin
  if p_log.source not in ('fal', 'video', 'lastframe', 'stitch') then
    return private.apply_to_source(p_log);
  elsif p_log.is_token_wrong then
    return '{"outcome": "unknown", "reason": "The token in the callback URL is not ours"}';
  elsif p_log.attempt_id is not null then
    select attempts.* into v_attempt from private.attempts where attempts.attempt_id = p_log.attempt_id;
  else
    v_attempt := private.attempt_of_request(p_log.source, p_log.request_id);
  end if;

  if v_attempt.attempt_id is null then
    v_attempt := private.attempt_of_stitching(p_log);
    v_is_by_project := v_attempt.attempt_id is not null;
  end if;

  if v_attempt.attempt_id is null then
    if private.keep_images(p_log) then
      return jsonb_build_object('outcome', 'applied', 'project_id', p_log.result ->> 'project_id');
    end if;
    return private.apply_to_outside_chunk(p_log);
  end if;

  v_step := private.lock_step(v_attempt.step_id);
  -- Read again under the lock: what was open a moment ago may have ended.
  select attempts.* into v_attempt from private.attempts where attempts.attempt_id = v_attempt.attempt_id;

  if not v_is_by_project and not private.is_about(p_log, v_attempt, v_step) then
    return '{"outcome": "unknown", "reason": "The callback names another request, scene or project than its token"}';
  end if;

  select coalesce(max(pipeline_events.event_id), 0)
  into v_last_event
  from public.pipeline_events
  where pipeline_events.project_id = v_step.project_id;

  v_outcome := private.apply_result(v_attempt, v_step, p_log.result);
  return private.callback_flags(v_step, v_last_event) || jsonb_build_object('outcome', v_outcome);
end;
$$;

comment on function private.apply_callback(public.webhook_logs) is
'Matches a recorded callback with its attempt (or an outside worker''s chunk) and applies it.';

revoke execute on function private.apply_callback(public.webhook_logs)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0310_function_apply_result.sql
-- duplicate: the same result again. stale: the attempt has ended otherwise (with another file, too), or
-- another one took over.

create or replace function private.apply_result(p_attempt private.attempts, p_step private.steps, p_result jsonb)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_state text := p_result ->> 'state';
begin
  if p_attempt.status = v_state and v_state <> 'in_progress' then
    return case when private.is_same_output(p_attempt.output, p_result -> 'output') then 'duplicate' else 'stale' end;
  elsif p_attempt.status not in ('created', 'submitted', 'in_progress', 'lost') then
    return 'stale';
  end if;

  -- The token's callback may bring the request id that the lost answer would have told.
  update private.attempts
  set request_id = p_result ->> 'request_id'
  where attempts.attempt_id = p_attempt.attempt_id
    and attempts.request_id is null
    and p_result ->> 'request_id' is not null;

  update public.video_chunks
  set request_id = p_result ->> 'request_id'
  where video_chunks.chunk_id = p_step.chunk_id
    and p_step.kind = 'generate_clip'
    and video_chunks.request_id is null
    and p_result ->> 'request_id' is not null;

  case v_state
    when 'completed' then
      perform private.complete_attempt(p_attempt.attempt_id, p_result -> 'output');
    when 'failed' then
      perform private.fail_attempt(p_attempt.attempt_id, p_result -> 'error');
    when 'cancelled' then
      perform private.fail_attempt(p_attempt.attempt_id, jsonb_build_object(
        'message', coalesce(p_result -> 'error' ->> 'message', 'The provider cancelled the request'),
        'retryable', false
      ));
    when 'in_progress' then
      perform private.report_progress(p_attempt.attempt_id, (p_result ->> 'progress')::numeric);
    when 'unread' then
      perform private.ask_now(p_step);
    else
      raise exception 'Cannot apply callback state "%": no such state', v_state using errcode = 'RL400';
  end case;

  return 'applied';
end;
$$;

comment on function private.apply_result(private.attempts, private.steps, jsonb) is
'Applies a result to its attempt: applied, duplicate or stale. The caller holds the project''s lock.';

revoke execute on function private.apply_result(private.attempts, private.steps, jsonb)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0310_function_apply_to_outside_chunk.sql
-- A chunk that a worker outside inserted with its own request id: it is completed or failed here and
-- triggers nothing. Neither attempt nor chunk: the callback is early, and buffered.

create or replace function private.apply_to_outside_chunk(p_log public.webhook_logs)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_state text := p_log.result ->> 'state';
  v_is_known boolean;
  v_is_same boolean;
begin
  select
    count(*) > 0,
    bool_or(
      video_chunks.status = upper(v_state)
      and (v_state <> 'completed' or video_chunks.kling_video_url is not distinct from p_log.result -> 'output' ->> 'video_url')
    )
  into v_is_known, v_is_same
  from public.video_chunks
  where video_chunks.request_id = p_log.request_id
    and video_chunks.project_id is null
    and p_log.source = 'fal';

  if not v_is_known then
    return '{"outcome": "buffered"}';
  end if;

  update public.video_chunks
  set
    status = case when v_state = 'unread' then 'FAILED' else upper(v_state) end,
    kling_video_url = coalesce(p_log.result -> 'output' ->> 'video_url', video_chunks.kling_video_url),
    kling_completed_at = case when v_state = 'in_progress' then video_chunks.kling_completed_at else private.clock() end,
    progress = case when v_state = 'completed' then 100 else video_chunks.progress end,
    error_message = case
      when v_state = 'failed' then coalesce(p_log.result -> 'error' ->> 'message', 'The provider gave no reason')
      when v_state = 'unread' then 'The callback did not hold the result'
    end
  where video_chunks.request_id = p_log.request_id
    and video_chunks.project_id is null
    and video_chunks.status in ('PENDING', 'SUBMITTED', 'IN_PROGRESS')
    and video_chunks.status <> upper(v_state);

  if found then
    return '{"outcome": "applied", "chunk_updated": true}';
  end if;
  return jsonb_build_object('outcome', case when v_is_same then 'duplicate' else 'stale' end);
end;
$$;

comment on function private.apply_to_outside_chunk(public.webhook_logs) is
'Completes, fails or cancels the chunks that a worker outside keeps under this request id; buffered when there is none.';

revoke execute on function private.apply_to_outside_chunk(public.webhook_logs)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0310_function_ask_now.sql
-- The provider is done but its callback did not hold the result: ask for it at once.

create or replace function private.ask_now(p_step private.steps)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update private.steps
  set status = 'waiting', claim_token = null, due_at = private.clock(), updated_at = private.clock()
  where steps.step_id = p_step.step_id
    and steps.status = 'waiting';

  -- Its submission is still being recorded: the first look comes as soon as that is done.
  update private.attempts
  set deadline_at = private.clock()
  where attempts.step_id = p_step.step_id
    and attempts.status in ('created', 'submitted', 'in_progress', 'lost');
end;
$$;

comment on function private.ask_now(private.steps) is 'Makes a waiting step due, so that the runner fetches the result.';

revoke execute on function private.ask_now(private.steps) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0310_function_attempt_of_request.sql
-- Looks without a lock first: only a callback that would be buffered has to wait for a submission
-- that is being recorded just now.

create or replace function private.attempt_of_request(p_provider text, p_request_id text)
returns private.attempts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_attempt private.attempts;
begin
  for v_try in 1..2 loop
    select attempts.*
    into v_attempt
    from private.attempts
    where attempts.provider = p_provider
      and attempts.request_id = p_request_id;

    if found then
      return v_attempt;
    end if;
    if v_try = 1 then
      perform private.lock_request(p_provider, p_request_id);
    end if;
  end loop;
  return null;
end;
$$;

comment on function private.attempt_of_request(text, text) is
'The attempt that has this request at this provider; null when there is none and none is being recorded.';

revoke execute on function private.attempt_of_request(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0310_function_attempt_of_stitching.sql
-- A stitcher that tells of jobs by ids of its own names the project instead. What waits there at a
-- provider is meant; after its end, the attempt that ended it says what the callback repeats.

create or replace function private.attempt_of_stitching(p_log public.webhook_logs)
returns private.attempts
language sql
stable
security invoker
set search_path = ''
as $$
  select attempts.*
  from private.attempts
  join private.steps using (step_id)
  where p_log.source = 'stitch'
    and p_log.attempt_id is null
    and (p_log.result ->> 'by_project')::boolean
    and steps.project_id = p_log.result ->> 'project_id'
    and steps.kind = 'stitch'
    -- One that is just being submitted is not touched: its request id would be taken for another's.
    and attempts.request_id is not null
  order by attempts.created_at desc, attempts.attempt_id desc
  limit 1;
$$;

comment on function private.attempt_of_stitching(public.webhook_logs) is
'The stitch attempt of the project that a callback names, where its sender''s job ids are not ours; null when there is none.';

revoke execute on function private.attempt_of_stitching(public.webhook_logs)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0310_function_attempt_of_token.sql
-- A token is <attempt id>.<HMAC of the attempt id>: nothing is stored, and nobody can make one up.

create or replace function private.attempt_of_token(p_token text)
returns private.attempts
language sql
stable
security invoker
set search_path = ''
as $$
  select attempts.*
  from private.attempts
  where attempts.attempt_id = split_part(p_token, '.', 1)
    and private.is_signed('attempt', split_part(p_token, '.', 1), split_part(p_token, '.', 2));
$$;

comment on function private.attempt_of_token(text) is 'The attempt that a token was made for; null when the token is not ours.';

revoke execute on function private.attempt_of_token(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0310_function_callback_flags.sql
-- What this very callback caused, read off the timeline: under the project's lock everything after
-- p_last_event is ours.

create or replace function private.callback_flags(p_step private.steps, p_last_event bigint)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'project_id', p_step.project_id,
    'chunk_updated', coalesce(bool_or(events.type like 'chunk.%' and events.chunk_id = p_step.chunk_id), false),
    'scene_updated', coalesce(bool_or(events.type like 'scene.%' and events.scene_id = p_step.scene_id), false),
    'last_frame_triggered', coalesce(
      bool_or(events.type = 'step.queued' and events.data ->> 'kind' = 'extract_last_frame'), false
    ),
    'next_scene_triggered', coalesce(
      bool_or(
        events.type = 'step.queued' and events.data ->> 'kind' = 'generate_clip'
        and events.scene_id <> p_step.scene_id
      ),
      false
    ),
    'project_updated', p_step.kind = 'stitch' and coalesce(bool_or(events.type like 'step.%'), false),
    'user_notified', coalesce(bool_or(events.type = 'delivery.queued'), false),
    'final_video_url', (
      select projects.final_video_url from public.projects where projects.project_id = p_step.project_id
    )
  )
  from public.pipeline_events as events
  where events.project_id = p_step.project_id
    and events.event_id > p_last_event;
$$;

comment on function private.callback_flags(private.steps, bigint) is
'Which chunk, scene or project a callback updated and what it triggered, for the door''s answer.';

revoke execute on function private.callback_flags(private.steps, bigint) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0310_function_expire_buffered.sql
-- buffered → unknown, after 24 hours; bounded, so that a flood of them cannot hold the sweep up

create or replace function private.expire_buffered()
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_log public.webhook_logs;
  v_count integer := 0;
begin
  for v_log in
    select webhook_logs.*
    from public.webhook_logs
    where webhook_logs.status = 'pending'
      and webhook_logs.received_at
        < private.clock() - make_interval(secs => private.setting('buffer_seconds')::double precision)
    order by webhook_logs.received_at
    limit 500
    for no key update skip locked
  loop
    perform private.settle_callback(
      v_log, '{"outcome": "unknown", "reason": "Nothing appeared that it could be about"}', interval '0'
    );
    v_count := v_count + 1;
  end loop;
  return v_count;
end;
$$;

comment on function private.expire_buffered() is 'buffered → unknown for callbacks that nothing matched within buffer_seconds.';

revoke execute on function private.expire_buffered() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0310_function_is_about.sql
create or replace function private.is_about(
  p_log public.webhook_logs,
  p_attempt private.attempts,
  p_step private.steps
)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select p_log.source = p_attempt.provider
    and coalesce(p_log.request_id = p_attempt.request_id, true)
    and coalesce(p_log.result ->> 'scene_id' = p_step.scene_id, true)
    and coalesce(p_log.result ->> 'project_id' = p_step.project_id, true)
    and not exists (
      select 1
      from private.attempts
      where attempts.provider = p_log.source
        and attempts.request_id = p_log.request_id
        and attempts.attempt_id <> p_attempt.attempt_id
    );
$$;

comment on function private.is_about(public.webhook_logs, private.attempts, private.steps) is
'True unless source, request, scene or project of the callback contradict the attempt that it was matched with, or its request is another one''s.';

revoke execute on function private.is_about(public.webhook_logs, private.attempts, private.steps)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0310_function_keep_images.sql
-- An image that a project of ours asked for in its own way (seen by metadata.project_id) is kept as
-- media; no step waits for it.

create or replace function private.keep_images(p_log public.webhook_logs)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if coalesce(jsonb_array_length(p_log.result -> 'output' -> 'images'), 0) = 0 then
    return false;
  end if;

  insert into public.media (project_id, type, url, width, height, metadata)
  select
    projects.project_id,
    'generated-image',
    image.value ->> 'url',
    (image.value ->> 'width')::numeric,
    (image.value ->> 'height')::numeric,
    jsonb_build_object('request_id', p_log.request_id)
  from public.projects
  cross join jsonb_array_elements(p_log.result -> 'output' -> 'images') as image
  where projects.project_id = p_log.result ->> 'project_id'
    and p_log.result ->> 'state' = 'completed';

  return found;
end;
$$;

comment on function private.keep_images(public.webhook_logs) is
'Inserts the images of a callback that no attempt waits for as media of the project that it names. False when it names none of ours.';

revoke execute on function private.keep_images(public.webhook_logs) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0320_function_delivery_body.sql
-- The body is fixed when the film ends, to the byte: it is what is signed in every try. The event's
-- own time is the timestamp; that of a try travels in its headers.

create or replace function private.delivery_body(p_project public.projects, p_type text)
returns text
language sql
volatile
security invoker
set search_path = ''
as $$
  select row_to_json(message)::text
  from (
    select
      p_type as type,
      to_char(private.clock() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as timestamp,
      (
        select row_to_json(film)
        from (
          select
            p_project.project_id as task_id,
            p_project.project_id,
            p_project.video_id,
            p_project.chat_id,
            p_project.user_id,
            p_project.status,
            p_project.version,
            p_project.progress,
            p_project.final_video_url,
            p_project.thumbnail_url,
            p_project.duration,
            p_project.total_scenes,
            p_project.error_message as error
        ) as film
      ) as data
  ) as message;
$$;

comment on function private.delivery_body(public.projects, text) is
'{type, timestamp, data} as Standard Webhooks recommends it, about a project.';

revoke execute on function private.delivery_body(public.projects, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0320_function_delivery_delay.sql
-- When the next try of a delivery is due after its n-th failed: the start of the schedule that the
-- Standard Webhooks specification gives as its example (5 s, 5 min, 30 min).

create or replace function private.delivery_delay(p_failed_tries integer)
returns interval
language sql
immutable
security invoker
set search_path = ''
as $$
  select case p_failed_tries
    when 1 then interval '5 seconds'
    when 2 then interval '5 minutes'
    when 3 then interval '30 minutes'
  end;
$$;

comment on function private.delivery_delay(integer) is
'How long to wait after this many failed tries; null when there is no further one.';

revoke execute on function private.delivery_delay(integer) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0320_function_queue_deliveries.sql
-- → pending
--
-- Who is told that a film has ended: the job's callback_url, unless it filtered the event out, and
-- the installation's notification service, of what completed or failed.

create or replace function private.queue_deliveries(p_project public.projects)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_type text := 'video.generation.' || p_project.status;
  v_request private.job_requests;
begin
  select job_requests.*
  into v_request
  from private.job_requests
  where job_requests.project_id = p_project.project_id;

  if p_project.callback_url is not null and v_type = any (coalesce(v_request.events, array[v_type])) then
    perform private.queue_delivery(p_project, v_type);
  end if;

  if v_request.is_notified and p_project.status in ('completed', 'failed') then
    insert into public.webhook_deliveries (project_id, endpoint_id, type, url, body)
    values (
      p_project.project_id, 'notification', v_type, 'NOTIFICATION_SERVICE_URL',
      private.delivery_body(p_project, v_type)
    );
    perform private.record_event(
      p_project.project_id, 'delivery.queued', null, null,
      jsonb_build_object('type', v_type, 'endpoint_id', 'notification')
    );
  end if;
end;
$$;

comment on function private.queue_deliveries(public.projects) is
'→ pending: a delivery to the job''s callback_url and one to the notification service, where there is one.';

revoke execute on function private.queue_deliveries(public.projects) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0320_function_queue_delivery.sql
create or replace function private.queue_delivery(p_project public.projects, p_type text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.webhook_deliveries (project_id, type, url, body)
  values (p_project.project_id, p_type, p_project.callback_url, private.delivery_body(p_project, p_type));

  perform private.record_event(
    p_project.project_id, 'delivery.queued', null, null, jsonb_build_object('type', p_type)
  );
end;
$$;

comment on function private.queue_delivery(public.projects, text) is '→ pending: one delivery to the job''s callback_url.';

revoke execute on function private.queue_delivery(public.projects, text)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0320_function_record_delivery.sql
-- delivering → delivered | pending (another try is due later) | dead

create or replace function public.record_delivery(p_delivery_id text, p_claim_token uuid, p_result jsonb)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_code integer := (p_result ->> 'status_code')::integer;
  v_is_delivered boolean := coalesce(v_code between 200 and 299, false);
  v_delivery public.webhook_deliveries;
  v_delay interval;
begin
  select webhook_deliveries.*
  into v_delivery
  from public.webhook_deliveries
  where webhook_deliveries.delivery_id = p_delivery_id
    and webhook_deliveries.status = 'delivering'
    and webhook_deliveries.claim_token = p_claim_token
  for no key update;

  if not found then
    return 'stale';
  end if;

  insert into public.webhook_delivery_attempts (
    delivery_id, number, status_code, error, duration_ms, response_excerpt, attempted_at
  )
  values (
    p_delivery_id, v_delivery.attempt_count, v_code, p_result ->> 'error',
    (p_result ->> 'duration_ms')::numeric, p_result ->> 'response_excerpt', v_now
  );

  -- 410 Gone says that nobody wants to hear from us there any more.
  v_delay := case when v_code is distinct from 410 then greatest(
    private.delivery_delay(v_delivery.attempt_count),
    make_interval(secs => least(
      coalesce((p_result ->> 'retry_after')::numeric, 0), private.setting('retry_after_cap_seconds')
    )::double precision)
  ) end;
  if private.delivery_delay(v_delivery.attempt_count) is null then
    v_delay := null;
  end if;

  update public.webhook_deliveries
  set
    status = case when v_is_delivered then 'delivered' when v_delay is null then 'dead' else 'pending' end,
    claim_token = null,
    due_at = v_now + coalesce(v_delay, interval '0'),
    status_code = v_code,
    error = case when not v_is_delivered then coalesce(p_result ->> 'error', format('HTTP %s', v_code)) end,
    delivered_at = case when v_is_delivered then v_now end,
    updated_at = v_now
  where webhook_deliveries.delivery_id = p_delivery_id
  returning webhook_deliveries.* into v_delivery;

  perform private.record_event(v_delivery.project_id, 'delivery.' || v_delivery.status, null, null, jsonb_build_object(
    'delivery_id', p_delivery_id, 'try', v_delivery.attempt_count, 'status_code', v_code
  ));
  if not v_is_delivered then
    perform private.record_error('delivery', format('Cannot deliver %s: %s', v_delivery.type, v_delivery.error), jsonb_build_object(
      'project_id', v_delivery.project_id, 'delivery_id', p_delivery_id, 'try', v_delivery.attempt_count
    ), case when v_delivery.status = 'dead' then 'error' else 'warning' end);
  end if;
  return 'applied';
end;
$$;

comment on function public.record_delivery(text, uuid, jsonb) is
'delivering → delivered | pending | dead. p_result: {status_code, error, duration_ms, response_excerpt, retry_after}. Called by the runner.';

revoke execute on function public.record_delivery(text, uuid, jsonb) from public, anon, authenticated;
grant execute on function public.record_delivery(text, uuid, jsonb) to service_role;
--! end included

--! included supabase/schemas/0330_function_read_stats.sql
create or replace function public.read_stats()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'total', (select count(*) from public.projects),
    'by_status', coalesce(
      (
        select jsonb_object_agg(counted.status, counted.n)
        from (select projects.status, count(*) as n from public.projects group by projects.status) as counted
      ),
      '{}'
    ),
    'last_24h', (
      select count(*) from public.projects where projects.created_at > private.clock() - interval '24 hours'
    ),
    'open_steps', (select count(*) from private.steps where steps.status in ('queued', 'running', 'waiting')),
    'open_deliveries', (
      select count(*) from public.webhook_deliveries where webhook_deliveries.status in ('pending', 'delivering')
    ),
    'buffered_callbacks', (select count(*) from public.webhook_logs where webhook_logs.status = 'pending')
  );
$$;

comment on function public.read_stats() is
'{total, by_status, last_24h, open_steps, open_deliveries, buffered_callbacks} over all projects. Called by webhook.';

revoke execute on function public.read_stats() from public, anon, authenticated;
grant execute on function public.read_stats() to service_role;
--! end included

--! included supabase/schemas/0330_function_read_task.sql
-- A project as its sender sees it. An unknown id and a wrong token get the same nothing.

create or replace function public.read_task(p_project_id text, p_token text, p_trusted boolean)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'task_id', projects.project_id,
    'status', projects.status,
    'progress', projects.progress,
    'scenes', coalesce(
      (
        select jsonb_agg(
          jsonb_build_object(
            'scene_id', scenes.scene_id,
            'position', scenes.position,
            'status', scenes.status,
            'video_url', scenes.video_url
          )
          order by scenes.position
        )
        from public.scenes
        where scenes.project_id = projects.project_id
      ),
      '[]'
    ),
    'final_video_url', projects.final_video_url,
    'error', projects.error_message
  )
  from public.projects
  where projects.project_id = p_project_id
    and (p_trusted or private.is_signed('task', p_project_id, p_token));
$$;

comment on function public.read_task(text, text, boolean) is
'{task_id, status, progress, scenes, final_video_url, error}; null for an unknown id or a wrong token. p_trusted: the sender showed credentials. Called by webhook.';

revoke execute on function public.read_task(text, text, boolean) from public, anon, authenticated;
grant execute on function public.read_task(text, text, boolean) to service_role;
--! end included

--! included supabase/schemas/0340_function_kept_since.sql
-- 0 days keep for ever. A delivery id is kept for a week at least, and for as long as its callback may
-- be buffered: senders try again for days, and what is forgotten is processed once more.

create or replace function private.kept_since(p_what text)
returns timestamptz
language sql
volatile
security invoker
set search_path = ''
as $$
  select case
    when kept.days = 0 then '-infinity'::timestamptz
    when p_what = 'seen_deliveries' then private.clock() - greatest(
      make_interval(secs => kept.days * 86400),
      interval '7 days',
      make_interval(secs => private.setting('buffer_seconds')::double precision)
    )
    else private.clock() - make_interval(secs => kept.days * 86400)
  end
  from (select private.setting('keep_days.' || p_what)::double precision as days) as kept;
$$;

comment on function private.kept_since(text) is
'What is older than this may go: keep_days.<what> ago; -infinity where it is 0.';

revoke execute on function private.kept_since(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0340_function_sweep.sql
-- Finds what no bell, lease or callback moved on. Dead leases, silent providers and stuck deliveries
-- are rows whose due_at has passed, so all that is left to do is to wake a runner for them.

create or replace function private.sweep()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
begin
  perform private.expire_buffered();

  if exists (
    select 1
    from private.steps
    where steps.status in ('queued', 'running', 'waiting')
      and steps.due_at <= v_now
  ) or exists (
    select 1
    from public.webhook_deliveries
    where webhook_deliveries.status in ('pending', 'delivering')
      and webhook_deliveries.due_at <= v_now
  ) then
    perform public.ring_bell();
  end if;
end;
$$;

comment on function private.sweep() is 'Rings when anything is due, and gives buffered callbacks up after their time. Called by pg_cron.';

revoke execute on function private.sweep() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0345_function_broken_attempts.sql
create or replace function private.broken_attempts()
returns table (invariant text, id text)
language sql
stable
security invoker
set search_path = ''
as $$
  select 'an attempt that is waited for has a deadline', attempts.attempt_id
  from private.attempts
  where attempts.status in ('submitted', 'in_progress', 'lost')
    and coalesce(attempts.deadline_at, 'infinity') = 'infinity'
  union all
  select 'a running or waiting step is looked at again', steps.step_id
  from private.steps
  where steps.status in ('running', 'waiting')
    and steps.due_at = 'infinity'
  union all
  select 'a paused project asks for nothing new', steps.step_id
  from private.steps
  join public.projects using (project_id)
  where projects.status = 'paused'
    and steps.status = 'queued'
    and steps.kind <> 'cancel_request'
    and steps.due_at < 'infinity'
  union all
  select 'only a paused project has steps that wait for ever', steps.step_id
  from private.steps
  join public.projects using (project_id)
  where projects.status <> 'paused'
    and steps.status = 'queued'
    and steps.due_at = 'infinity'
  union all
  select 'a step''s attempts are all on record', steps.step_id
  from private.steps
  left join private.attempts using (step_id)
  group by steps.step_id
  having count(attempts.attempt_id) <> steps.attempt_count
    or coalesce(max(attempts.number), 0) <> steps.attempt_count
  union all
  select 'a completed step has its result from a completed attempt', steps.step_id
  from private.steps
  where steps.status = 'completed'
    and not exists (
      select 1
      from private.attempts
      where attempts.step_id = steps.step_id
        and attempts.status = 'completed'
    )
  union all
  select 'a request that is under way has an attempt behind it', video_chunks.chunk_id
  from public.video_chunks
  where video_chunks.project_id is not null
    and video_chunks.status in ('SUBMITTED', 'IN_PROGRESS')
    and not exists (
      select 1
      from private.steps
      join private.attempts using (step_id)
      where steps.chunk_id = video_chunks.chunk_id
        and steps.kind = 'generate_clip'
        and attempts.request_id = video_chunks.request_id
    )
  union all
  select 'a cancelled attempt''s request is given up', attempts.attempt_id
  from private.attempts
  join private.steps using (step_id)
  where attempts.status = 'cancelled'
    and attempts.request_id is not null
    and not exists (
      select 1
      from private.steps as giving_up
      where giving_up.project_id = steps.project_id
        and giving_up.kind = 'cancel_request'
        and giving_up.input ->> 'attempt_id' = attempts.attempt_id
    )
  union all
  select 'a step belongs to its project''s user', steps.step_id
  from private.steps
  join public.projects using (project_id)
  where steps.user_id <> projects.user_id
  union all
  select 'a cost is not negative', attempts.attempt_id
  from private.attempts
  where least(attempts.estimated_cost_usd, attempts.actual_cost_usd) < 0;
$$;

comment on function private.broken_attempts() is 'Broken invariants of steps and attempts.';

revoke execute on function private.broken_attempts() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0345_function_broken_films.sql
create or replace function private.broken_films()
returns table (invariant text, id text)
language sql
stable
security invoker
set search_path = ''
as $$
  select 'a completed film has all its parts', projects.project_id
  from public.projects
  where projects.status = 'completed'
    and not (
      projects.final_video_url is not null
      and exists (
        select 1
        from public.media
        where media.project_id = projects.project_id
          and media.type = 'film'
          and media.url = projects.final_video_url
      )
      and exists (select 1 from public.scenes where scenes.project_id = projects.project_id)
      and not exists (
        select 1
        from public.scenes
        where scenes.project_id = projects.project_id
          and (
            scenes.status <> 'completed'
            or not exists (
              select 1
              from public.video_chunks
              where video_chunks.scene_id = scenes.scene_id
                and video_chunks.selected
            )
          )
      )
      and not exists (
        select 1
        from public.video_chunks
        where video_chunks.project_id = projects.project_id
          and video_chunks.selected
          and video_chunks.status <> 'COMPLETED'
      )
    )
  union all
  select 'a scene has one selected take', video_chunks.scene_id
  from public.video_chunks
  where video_chunks.scene_id is not null
  group by video_chunks.scene_id
  having count(distinct video_chunks.take) filter (where video_chunks.selected) <> 1
  union all
  select 'chunks of a take count up from 1', video_chunks.scene_id
  from public.video_chunks
  where video_chunks.scene_id is not null
  group by video_chunks.scene_id, video_chunks.take
  having min(video_chunks.position) <> 1 or max(video_chunks.position) <> count(*)
  union all
  select 'scenes of a project count up from 1', scenes.project_id
  from public.scenes
  group by scenes.project_id
  having min(scenes.position) <> 1 or max(scenes.position) <> count(*)
  union all
  select 'versions of a video count up from 1', min(projects.project_id)
  from public.projects
  group by projects.user_id, projects.video_id
  having min(projects.version) <> 1 or max(projects.version) <> count(*);
$$;

comment on function private.broken_films() is 'Broken invariants of projects, scenes and chunks.';

revoke execute on function private.broken_films() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0345_function_broken_messages.sql
-- Deliveries are looked for while they are kept, at most a week back.

create or replace function private.broken_messages()
returns table (invariant text, id text)
language sql
stable
security invoker
set search_path = ''
as $$
  select 'the end of a film is delivered to its callback_url', projects.project_id
  from public.projects
  left join private.job_requests using (project_id)
  where projects.status in ('completed', 'failed', 'cancelled')
    and projects.callback_url is not null
    and projects.updated_at > greatest(private.kept_since('deliveries'), private.clock() - interval '7 days')
    and 'video.generation.' || projects.status
      = any (coalesce(job_requests.events, array['video.generation.' || projects.status]))
    and not exists (
      select 1
      from public.webhook_deliveries
      where webhook_deliveries.project_id = projects.project_id
        and webhook_deliveries.endpoint_id is null
        and webhook_deliveries.type = 'video.generation.' || projects.status
    )
  union all
  select 'the notification service hears of the end of a film', projects.project_id
  from public.projects
  join private.job_requests using (project_id)
  where projects.status in ('completed', 'failed')
    and job_requests.is_notified
    and projects.updated_at > greatest(private.kept_since('deliveries'), private.clock() - interval '7 days')
    and not exists (
      select 1
      from public.webhook_deliveries
      where webhook_deliveries.project_id = projects.project_id
        and webhook_deliveries.endpoint_id = 'notification'
        and webhook_deliveries.type = 'video.generation.' || projects.status
    )
  union all
  select 'a delivery that has ended has its last try on record', webhook_deliveries.delivery_id
  from public.webhook_deliveries
  where webhook_deliveries.status in ('delivered', 'dead')
    and not exists (
      select 1
      from public.webhook_delivery_attempts
      where webhook_delivery_attempts.delivery_id = webhook_deliveries.delivery_id
        and webhook_delivery_attempts.number = webhook_deliveries.attempt_count
    )
  union all
  select 'an open delivery has a time at which it is tried', webhook_deliveries.delivery_id
  from public.webhook_deliveries
  where webhook_deliveries.status in ('pending', 'delivering')
    and webhook_deliveries.due_at = 'infinity'
  union all
  select 'a recorded callback has an outcome', webhook_logs.webhook_log_id
  from public.webhook_logs
  where webhook_logs.status = 'pending'
    and webhook_logs.outcome is distinct from 'buffered'
  union all
  select 'a callback that did something was seen', webhook_logs.webhook_log_id
  from public.webhook_logs
  where webhook_logs.outcome in ('applied', 'buffered')
    and webhook_logs.received_at > private.clock() - interval '1 day'
    and not exists (
      select 1
      from private.seen_deliveries
      where seen_deliveries.source = webhook_logs.source
        and seen_deliveries.webhook_id = webhook_logs.webhook_id
    );
$$;

comment on function private.broken_messages() is 'Broken invariants of deliveries and callbacks.';

revoke execute on function private.broken_messages() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0350_function_check_invariants.sql
-- What must be true at any moment between two transactions. Each row is a broken promise.

create or replace function private.check_invariants()
returns table (invariant text, id text)
language sql
stable
security invoker
set search_path = ''
as $$
  select 'a finished project has no open scene', scenes.scene_id
  from public.scenes
  join public.projects using (project_id)
  where projects.status in ('completed', 'failed', 'cancelled')
    and scenes.status in ('pending', 'generating', 'extracting_frame')
  union all
  select 'a finished project has no open chunk', video_chunks.chunk_id
  from public.video_chunks
  join public.projects using (project_id)
  where projects.status in ('completed', 'failed', 'cancelled')
    and video_chunks.selected
    and video_chunks.status in ('PENDING', 'SUBMITTED', 'IN_PROGRESS')
  union all
  select 'a finished project has no open step but to give requests up', steps.step_id
  from private.steps
  join public.projects using (project_id)
  where projects.status in ('completed', 'failed', 'cancelled')
    and steps.kind <> 'cancel_request'
    and steps.status in ('queued', 'running', 'waiting')
  union all
  select 'a finished step has no open attempt', attempts.attempt_id
  from private.attempts
  join private.steps using (step_id)
  where steps.status in ('completed', 'failed', 'cancelled')
    and attempts.status in ('created', 'submitted', 'in_progress', 'lost')
  union all
  select 'a step has one open attempt at most', attempts.step_id
  from private.attempts
  where attempts.status in ('created', 'submitted', 'in_progress', 'lost')
  group by attempts.step_id
  having count(*) > 1
  union all
  select 'a waiting step has an open attempt', steps.step_id
  from private.steps
  where steps.status = 'waiting'
    and not exists (
      select 1
      from private.attempts
      where attempts.step_id = steps.step_id
        and attempts.status in ('submitted', 'in_progress', 'lost')
    )
  union all
  select 'a completed scene has only completed chunks', video_chunks.chunk_id
  from public.video_chunks
  join public.scenes using (scene_id)
  where scenes.status = 'completed'
    and video_chunks.selected
    and video_chunks.status <> 'COMPLETED'
  union all
  select 'an unfinished project has an open step', projects.project_id
  from public.projects
  where projects.status in ('queued', 'storyboarding', 'generating', 'stitching')
    and not exists (
      select 1
      from private.steps
      where steps.project_id = projects.project_id
        and steps.status in ('queued', 'running', 'waiting')
    )
  union all
  select broken.invariant, broken.id from private.broken_films() as broken
  union all
  select broken.invariant, broken.id from private.broken_attempts() as broken
  union all
  select broken.invariant, broken.id from private.broken_messages() as broken;
$$;

comment on function private.check_invariants() is
'One row for each broken invariant, none when all is well. Run by tests and by whoever is on call.';

revoke execute on function private.check_invariants() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0355_function_waits_for_room.sql
-- Which provider a queued step will have is known to the runner alone, so any that has no room explains
-- why the step is still waiting.

create or replace function private.waits_for_room(p_user_id text)
returns boolean
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.budget_left() is not distinct from 0
    or exists (
      select 1
      from private.providers
      cross join lateral (
        select count(*) as n, count(*) filter (where steps.user_id = p_user_id) as n_of_user
        from private.steps
        where steps.provider = providers.name
          and steps.status in ('running', 'waiting')
          and steps.kind <> 'cancel_request'
      ) as in_flight
      where providers.is_paused
        or providers.held_until > private.clock()
        or in_flight.n >= providers.max_in_flight
        or in_flight.n_of_user >= providers.max_in_flight_per_user
    );
$$;

comment on function private.waits_for_room(text) is
'True when a limit, a switch, a held provider or the spending cap may be why this user''s queued steps are not claimed.';

revoke execute on function private.waits_for_room(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0360_view_cost_by_project.sql
create or replace view private.cost_by_project
with (security_invoker = true)
as
select
  projects.project_id,
  projects.user_id,
  projects.video_id,
  projects.version,
  projects.status,
  count(attempts.attempt_id) as attempts,
  count(*) filter (
    where attempts.request_id is not null and private.attempt_cost(attempts) is null
  ) as unpriced,
  coalesce(sum(private.attempt_cost(attempts)), 0) as usd,
  coalesce(sum(attempts.actual_cost_usd), 0) as actual_usd
from public.projects
left join private.steps on steps.project_id = projects.project_id and steps.kind <> 'cancel_request'
left join private.attempts on attempts.step_id = steps.step_id
group by projects.project_id;

comment on view private.cost_by_project is
'What each film cost: usd is what providers said, else the estimate; unpriced counts requests for which neither is known. As long as attempts are kept.';

revoke all on table private.cost_by_project from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0360_view_cost_by_user_and_day.sql
create or replace view private.cost_by_user_and_day
with (security_invoker = true)
as
select
  steps.user_id,
  (attempts.created_at at time zone 'utc')::date as day,
  count(distinct steps.project_id) as projects,
  count(*) as attempts,
  count(*) filter (
    where attempts.request_id is not null and private.attempt_cost(attempts) is null
  ) as unpriced,
  coalesce(sum(private.attempt_cost(attempts)), 0) as usd,
  coalesce(sum(attempts.actual_cost_usd), 0) as actual_usd
from private.steps
join private.attempts using (step_id)
where steps.kind <> 'cancel_request'
group by steps.user_id, (attempts.created_at at time zone 'utc')::date;

comment on view private.cost_by_user_and_day is
'What each user''s attempts cost, by day (UTC); the columns are those of private.cost_by_project.';

revoke all on table private.cost_by_user_and_day from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0360_view_oldest_due.sql
create or replace view private.oldest_due
with (security_invoker = true)
as
select distinct on (due.what, due.status)
  due.what,
  due.status,
  due.due_at,
  private.clock() - due.due_at as overdue,
  due.id,
  due.project_id
from (
  select steps.kind as what, steps.status, steps.due_at, steps.step_id as id, steps.project_id
  from private.steps
  where steps.status in ('queued', 'running', 'waiting')
  union all
  select 'delivery', webhook_deliveries.status, webhook_deliveries.due_at, webhook_deliveries.delivery_id, webhook_deliveries.project_id
  from public.webhook_deliveries
  where webhook_deliveries.status in ('pending', 'delivering')
) as due
order by due.what, due.status, due.due_at;

comment on view private.oldest_due is
'Of each kind of open step and of deliveries, by status, the one that is due first; overdue is negative while it is not due yet.';

revoke all on table private.oldest_due from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0360_view_queue_depth.sql
create or replace view private.queue_depth
with (security_invoker = true)
as
select
  open.what,
  open.status,
  open.provider,
  count(*) as items,
  count(*) filter (where open.due_at <= open.now) as due,
  count(*) filter (where open.due_at = 'infinity') as paused,
  min(open.due_at) as first_due_at
from (
  select steps.kind as what, steps.status, steps.provider, steps.due_at, private.clock() as now
  from private.steps
  where steps.status in ('queued', 'running', 'waiting')
  union all
  select 'delivery', webhook_deliveries.status, null, webhook_deliveries.due_at, private.clock()
  from public.webhook_deliveries
  where webhook_deliveries.status in ('pending', 'delivering')
) as open
group by open.what, open.status, open.provider;

comment on view private.queue_depth is
'How much is open, by kind, status and provider (a step that was never begun has none), and how much of that is due now.';

revoke all on table private.queue_depth from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0360_view_stuck_work.sql
create or replace view private.stuck_work
with (security_invoker = true)
as
select found.what, found.id, found.project_id, found.since, private.clock() - found.since as stuck_for, found.why
from (
  select
    steps.kind || ' ' || steps.status as what,
    steps.step_id as id,
    steps.project_id,
    steps.due_at as since,
    case steps.status
      when 'queued' then 'No runner claims it: is pipeline-step reachable, and is its provider configured?'
      when 'running' then 'Its runner''s lease ran out and no other one claims it: is pipeline-step reachable?'
      else 'Its provider is overdue and no runner asks it: is pipeline-step reachable?'
    end as why
  from private.steps
  where steps.status in ('queued', 'running', 'waiting')
    and steps.due_at < private.clock() - interval '10 minutes'
    and (steps.status <> 'queued' or not private.waits_for_room(steps.user_id))
  union all
  select
    'delivery ' || webhook_deliveries.status,
    webhook_deliveries.delivery_id,
    webhook_deliveries.project_id,
    webhook_deliveries.due_at,
    'No runner sends it: is pipeline-step reachable?'
  from public.webhook_deliveries
  where webhook_deliveries.status in ('pending', 'delivering')
    and webhook_deliveries.due_at < private.clock() - interval '10 minutes'
  union all
  select
    'project ' || projects.status,
    projects.project_id,
    projects.project_id,
    projects.updated_at,
    'It is unfinished and has no open step: retry or cancel it'
  from public.projects
  where projects.status in ('queued', 'storyboarding', 'generating', 'stitching')
    and not exists (
      select 1
      from private.steps
      where steps.project_id = projects.project_id
        and steps.status in ('queued', 'running', 'waiting')
    )
  union all
  select
    'provider held',
    providers.name,
    null,
    providers.updated_at,
    format('It gets nothing new until %s: %s', providers.held_until, coalesce(providers.hold_reason, 'no reason is known'))
  from private.providers
  where providers.held_until > private.clock()
  union all
  select
    'provider paused',
    providers.name,
    null,
    providers.updated_at,
    'It gets nothing new until is_paused is set to false in private.providers'
  from private.providers
  where providers.is_paused
  union all
  select
    'callback buffered',
    webhook_logs.webhook_log_id,
    null,
    webhook_logs.received_at,
    format('Nothing is known of request %s of %s: whose is it?', webhook_logs.request_id, webhook_logs.source)
  from public.webhook_logs
  where webhook_logs.status = 'pending'
    and webhook_logs.received_at < private.clock() - interval '1 hour'
  union all
  select
    'bell unanswered',
    'bell',
    null,
    bell.unanswered_since,
    'No runner answers: do the functions'' URL and the bell''s secret in Vault match, and does pg_net deliver?'
  from private.bell
  where bell.unanswered_since < private.clock() - interval '1 minute'
  union all
  select
    'spending cap reached',
    'max_usd_per_day',
    null,
    private.clock(),
    format('Today''s %s USD have reached it: nothing new is begun before midnight UTC, or before it is raised', private.spent_today())
  where private.budget_left() = 0
) as found;

comment on view private.stuck_work is
'What moves on by nobody: steps and deliveries overdue by 10 minutes, films without an open step, held or paused providers, callbacks buffered for an hour, an unanswered bell, a reached spending cap. why says what to look at.';

revoke all on table private.stuck_work from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0400_trigger_touch.sql
create or replace function private.tg__touch()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  new.updated_at := private.clock();
  return new;
end;
$$;

comment on function private.tg__touch() is 'Keeps updated_at.';

revoke execute on function private.tg__touch() from public, anon, authenticated, service_role;

create or replace trigger _100_touch before update on public.projects
for each row execute function private.tg__touch();

create or replace trigger _100_touch before update on public.scenes
for each row execute function private.tg__touch();

create or replace trigger _100_touch before update on public.video_chunks
for each row execute function private.tg__touch();
--! end included

--! included supabase/schemas/0405_trigger_video_chunks_guard.sql
-- A worker outside gives its own chunks their request ids; those of a film are the pipeline's.

create or replace function private.tg_video_chunks__guard()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- Verbs are security definer: within them the current user is their owner.
  if current_user = 'service_role' then
    raise exception 'Cannot give chunk "%" a request id: it belongs to a film', old.chunk_id
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end;
$$;

comment on function private.tg_video_chunks__guard() is 'Keeps the request ids of a film''s chunks from everybody but the verbs.';

revoke execute on function private.tg_video_chunks__guard() from public, anon, authenticated, service_role;

create or replace trigger _050_guard before update of request_id on public.video_chunks
for each row when (old.project_id is not null) execute function private.tg_video_chunks__guard();
--! end included

--! included supabase/schemas/0410_trigger_projects_advance.sql
-- A project's new status → its event, and what follows from it outside.

create or replace function private.tg_projects__advance()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform private.record_event(
    new.project_id, 'project.' || new.status, null, null, jsonb_build_object('reason', new.error_message)
  );

  if new.status = 'stitching' then
    perform private.begin_stitch(new.project_id);
  elsif new.status in ('completed', 'failed', 'cancelled') then
    perform private.close_project(new.project_id);
    perform private.queue_deliveries(new);
  end if;
  return null;
end;
$$;

comment on function private.tg_projects__advance() is
'stitching → steps; an end → everything below is closed and the deliveries are queued; always the event.';

revoke execute on function private.tg_projects__advance() from public, anon, authenticated, service_role;

create or replace trigger _500_advance_inserted after insert on public.projects
for each row execute function private.tg_projects__advance();

create or replace trigger _500_advance_updated after update of status on public.projects
for each row when (old.status is distinct from new.status) execute function private.tg_projects__advance();
--! end included

--! included supabase/schemas/0415_trigger_projects_tell_progress.sql
-- A project has come further → a delivery, to those who asked for progress.

create or replace function private.tg_projects__tell_progress()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if exists (
    select 1
    from private.job_requests
    where job_requests.project_id = new.project_id
      and 'video.generation.progress' = any (job_requests.events)
  ) then
    perform private.queue_delivery(new, 'video.generation.progress');
  end if;
  return null;
end;
$$;

comment on function private.tg_projects__tell_progress() is
'A project''s progress has risen, and it goes on → video.generation.progress, where the job asked for it.';

revoke execute on function private.tg_projects__tell_progress() from public, anon, authenticated, service_role;

create or replace trigger _600_tell_progress after update of progress on public.projects
for each row when (
  new.progress > old.progress
  and new.callback_url is not null
  and new.status in ('queued', 'storyboarding', 'generating', 'stitching')
)
execute function private.tg_projects__tell_progress();
--! end included

--! included supabase/schemas/0420_trigger_scenes_record.sql
create or replace function private.tg_scenes__record()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform private.record_event(
    new.project_id, 'scene.' || new.status, new.scene_id, null,
    jsonb_build_object('position', new.position, 'reason', new.error_message)
  );
  return null;
end;
$$;

comment on function private.tg_scenes__record() is 'A scene''s new status → its event.';

revoke execute on function private.tg_scenes__record() from public, anon, authenticated, service_role;

create or replace trigger _500_record after update of status on public.scenes
for each row when (old.status is distinct from new.status) execute function private.tg_scenes__record();
--! end included

--! included supabase/schemas/0430_trigger_video_chunks_record.sql
create or replace function private.tg_video_chunks__record()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform private.record_event(
    new.project_id, 'chunk.' || lower(new.status), new.scene_id, new.chunk_id,
    jsonb_build_object('position', new.position, 'request_id', new.request_id, 'reason', new.error_message)
  );
  return null;
end;
$$;

comment on function private.tg_video_chunks__record() is 'A chunk''s new status → its event.';

revoke execute on function private.tg_video_chunks__record() from public, anon, authenticated, service_role;

create or replace trigger _500_record after update of status on public.video_chunks
for each row when (old.status is distinct from new.status) execute function private.tg_video_chunks__record();
--! end included

--! included supabase/schemas/0430_trigger_video_chunks_wake_buffered.sql
-- The worker outside inserts its chunk after it has submitted: the callback may be there already.

create or replace function private.tg_video_chunks__wake_buffered()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform private.lock_request('fal', new.request_id);
  perform private.apply_buffered('fal', new.request_id);
  return null;
end;
$$;

comment on function private.tg_video_chunks__wake_buffered() is
'An outside worker''s chunk has got its request id: callbacks that were early are applied.';

revoke execute on function private.tg_video_chunks__wake_buffered() from public, anon, authenticated, service_role;

create or replace trigger _600_wake_buffered_inserted after insert on public.video_chunks
for each row when (new.project_id is null and new.request_id is not null)
execute function private.tg_video_chunks__wake_buffered();

create or replace trigger _600_wake_buffered_updated after update of request_id on public.video_chunks
for each row when (new.project_id is null and new.request_id is distinct from old.request_id and new.request_id is not null)
execute function private.tg_video_chunks__wake_buffered();
--! end included

--! included supabase/schemas/0440_trigger_steps_ring.sql
create or replace function private.tg_steps__ring()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if new.status in ('queued', 'waiting') and new.due_at <= private.clock() then
    perform public.ring_bell();
  elsif new.status in ('completed', 'failed', 'cancelled') and private.is_limited(new.provider) then
    perform public.ring_bell();
  end if;
  return null;
end;
$$;

comment on function private.tg_steps__ring() is 'A step has become due, or its end has made room at a provider with a limit → the bell.';

revoke execute on function private.tg_steps__ring() from public, anon, authenticated, service_role;

create or replace trigger _900_ring after insert or update of status, due_at on private.steps
for each row when (new.status <> 'running') execute function private.tg_steps__ring();
--! end included

--! included supabase/schemas/0440_trigger_webhook_deliveries_ring.sql
create or replace function private.tg_webhook_deliveries__ring()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if new.due_at <= private.clock() then
    perform public.ring_bell();
  end if;
  return null;
end;
$$;

comment on function private.tg_webhook_deliveries__ring() is 'A delivery has become due → the bell.';

revoke execute on function private.tg_webhook_deliveries__ring() from public, anon, authenticated, service_role;

create or replace trigger _900_ring after insert or update of status, due_at on public.webhook_deliveries
for each row when (new.status = 'pending') execute function private.tg_webhook_deliveries__ring();
--! end included

--! included supabase/schemas/0500_function_cancel_project.sql
-- project queued | storyboarding | generating | stitching | paused → cancelled
--
-- Everything open below it is cancelled with it, and its requests are given up at their providers.

create or replace function public.cancel_project(p_project_id text, p_reason text default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_project public.projects := private.lock_project(p_project_id, 'cancel');
begin
  if v_project.status in ('completed', 'failed') then
    raise exception 'Cannot cancel project "%": it is %, and only an unfinished one can be cancelled',
      p_project_id, v_project.status using errcode = 'RL409';
  end if;

  update public.projects
  set status = 'cancelled', paused_from = null, error_message = coalesce(p_reason, 'Cancelled on request')
  where projects.project_id = p_project_id
    and projects.status <> 'cancelled';

  return private.verb_answer(v_project);
end;
$$;

comment on function public.cancel_project(text, text) is
'→ cancelled; idempotent. {project_id, was, status, requests_given_up}. Raises RL404, and RL409 when the film has ended otherwise.';

revoke execute on function public.cancel_project(text, text) from public, anon, authenticated;
grant execute on function public.cancel_project(text, text) to service_role;
--! end included

--! included supabase/schemas/0500_function_pause_project.sql
-- project queued | storyboarding | generating | stitching → paused
--
-- What is under way at providers goes on and is recorded; nothing new is asked for.

create or replace function public.pause_project(p_project_id text, p_reason text default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_project public.projects := private.lock_project(p_project_id, 'pause');
begin
  if v_project.status in ('completed', 'failed', 'cancelled') then
    raise exception 'Cannot pause project "%": it is %, and only an unfinished one can be paused',
      p_project_id, v_project.status using errcode = 'RL409';
  end if;

  update public.projects
  set status = 'paused', paused_from = projects.status
  where projects.project_id = p_project_id
    and projects.status <> 'paused';

  update private.steps
  set due_at = 'infinity', updated_at = private.clock()
  where steps.project_id = p_project_id
    and steps.status = 'queued'
    and steps.kind <> 'cancel_request';

  if v_project.status <> 'paused' then
    perform private.record_event(p_project_id, 'project.pause_reason', null, null, jsonb_build_object('reason', p_reason));
  end if;
  return private.verb_answer(v_project);
end;
$$;

comment on function public.pause_project(text, text) is
'→ paused; idempotent. {project_id, was, status, requests_given_up}. Raises RL404, and RL409 when the film has ended.';

revoke execute on function public.pause_project(text, text) from public, anon, authenticated;
grant execute on function public.pause_project(text, text) to service_role;
--! end included

--! included supabase/schemas/0500_function_resume_project.sql
-- project paused → where it was, or as far as it has come meanwhile

create or replace function public.resume_project(p_project_id text, p_reason text default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_project public.projects := private.lock_project(p_project_id, 'resume');
begin
  if v_project.status in ('completed', 'failed', 'cancelled') then
    raise exception 'Cannot resume project "%": it is %, and only a paused one can be resumed',
      p_project_id, v_project.status using errcode = 'RL409';
  end if;

  update public.projects
  set status = projects.paused_from, paused_from = null
  where projects.project_id = p_project_id
    and projects.status = 'paused';

  update private.steps
  set due_at = private.clock(), updated_at = private.clock()
  where steps.project_id = p_project_id
    and steps.status = 'queued'
    and steps.due_at = 'infinity';

  if p_reason is not null and v_project.status = 'paused' then
    perform private.record_event(p_project_id, 'project.resume_reason', null, null, jsonb_build_object('reason', p_reason));
  end if;
  return private.verb_answer(v_project);
end;
$$;

comment on function public.resume_project(text, text) is
'paused → paused_from; idempotent. {project_id, was, status, requests_given_up}. Raises RL404, and RL409 when the film has ended.';

revoke execute on function public.resume_project(text, text) from public, anon, authenticated;
grant execute on function public.resume_project(text, text) to service_role;
--! end included

--! included supabase/schemas/0500_function_verb_answer.sql
create or replace function private.verb_answer(p_before public.projects)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'project_id', projects.project_id,
    'was', p_before.status,
    'status', projects.status,
    'requests_given_up', (
      select count(*)
      from private.steps
      where steps.project_id = projects.project_id
        and steps.kind = 'cancel_request'
        and steps.status in ('queued', 'running', 'waiting')
    )
  )
  from public.projects
  where projects.project_id = p_before.project_id;
$$;

comment on function private.verb_answer(public.projects) is
'What an operator''s verb answers: the status before and after, and how many requests are being given up.';

revoke execute on function private.verb_answer(public.projects) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0510_function_retry_project.sql
-- project failed | cancelled → generating | stitching
--
-- From where it failed: what was finished is kept, the rest is asked for again. An attempt whose
-- outcome is unknown is paid a second time here, because a person decided so.

create or replace function public.retry_project(p_project_id text, p_reason text default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_project public.projects := private.lock_project(p_project_id, 'retry');
begin
  if v_project.status not in ('failed', 'cancelled') then
    raise exception 'Cannot retry project "%": it is %, and only a failed or cancelled one can be retried',
      p_project_id, v_project.status using errcode = 'RL409';
  end if;

  if p_reason is not null then
    perform private.record_event(p_project_id, 'project.retry_reason', null, null, jsonb_build_object('reason', p_reason));
  end if;
  perform private.revive_scenes(p_project_id);
  perform private.reopen_project(p_project_id);
  return private.verb_answer(v_project);
end;
$$;

comment on function public.retry_project(text, text) is
'failed | cancelled → generating | stitching, keeping what was finished. {project_id, was, status, requests_given_up}. Raises RL404, RL409.';

revoke execute on function public.retry_project(text, text) from public, anon, authenticated;
grant execute on function public.retry_project(text, text) to service_role;
--! end included

--! included supabase/schemas/0510_function_revive_scenes.sql
-- scenes failed | cancelled → pending · their selected chunks FAILED | CANCELLED → PENDING

create or replace function private.revive_scenes(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.scenes
  set status = 'pending', error_message = null
  where scenes.project_id = p_project_id
    and scenes.status in ('failed', 'cancelled');

  update public.video_chunks
  set status = 'PENDING', request_id = null, error_message = null, kling_completed_at = null, progress = 0
  where video_chunks.project_id = p_project_id
    and video_chunks.selected
    and video_chunks.status in ('FAILED', 'CANCELLED');
end;
$$;

comment on function private.revive_scenes(text) is
'failed | cancelled → pending, for scenes and their selected chunks. The caller holds the project''s lock and continues it.';

revoke execute on function private.revive_scenes(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0520_function_redrive_delivery.sql
-- delivery dead → pending: the client's server is mended, send it once more, under the same webhook-id

create or replace function public.redrive_delivery(p_delivery_id text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_delivery public.webhook_deliveries;
begin
  select webhook_deliveries.*
  into v_delivery
  from public.webhook_deliveries
  where webhook_deliveries.delivery_id = p_delivery_id
  for no key update;

  if not found then
    raise exception 'Cannot redrive delivery "%": no such delivery', p_delivery_id using errcode = 'RL404';
  elsif v_delivery.status not in ('dead', 'pending') then
    raise exception 'Cannot redrive delivery "%": it is %, and only a dead or pending one can be redriven',
      p_delivery_id, v_delivery.status using errcode = 'RL409';
  end if;

  update public.webhook_deliveries
  set status = 'pending', due_at = private.clock(), updated_at = private.clock()
  where webhook_deliveries.delivery_id = p_delivery_id;

  perform private.record_event(v_delivery.project_id, 'delivery.redriven', null, null, jsonb_build_object(
    'delivery_id', p_delivery_id, 'was', v_delivery.status
  ));
  return jsonb_build_object('delivery_id', p_delivery_id, 'was', v_delivery.status, 'status', 'pending');
end;
$$;

comment on function public.redrive_delivery(text) is
'dead | pending → pending, due at once. {delivery_id, was, status}. Raises RL404, RL409.';

revoke execute on function public.redrive_delivery(text) from public, anon, authenticated;
grant execute on function public.redrive_delivery(text) to service_role;
--! end included

--! included supabase/schemas/0530_function_chained_scenes.sql
create or replace function private.chained_scenes(p_scene_id text)
returns text[]
language sql
stable
security invoker
set search_path = ''
as $$
  select array_agg(following.scene_id order by following.position)
  from public.scenes
  join public.scenes as following using (project_id)
  where scenes.scene_id = p_scene_id
    and following.position >= scenes.position
    and not exists (
      select 1
      from public.scenes as cuts
      where cuts.project_id = scenes.project_id
        and cuts.position > scenes.position
        and cuts.position <= following.position
        and cuts.continuity = 'cut'
    );
$$;

comment on function private.chained_scenes(text) is
'The scene and all that continue from its last frame, directly or through others, in order.';

revoke execute on function private.chained_scenes(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0530_function_close_steps.sql
-- steps of these scenes, and of the film as a whole → cancelled; their requests are given up

create or replace function private.close_steps(p_project_id text, p_scene_ids text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_step private.steps;
  v_attempt private.attempts;
begin
  for v_step in
    update private.steps
    set status = 'cancelled', claim_token = null, updated_at = v_now
    where steps.project_id = p_project_id
      and steps.status in ('queued', 'running', 'waiting')
      and steps.kind <> 'cancel_request'
      and (p_scene_ids is null or steps.scene_id is null or steps.scene_id = any (p_scene_ids))
    returning steps.*
  loop
    for v_attempt in
      update private.attempts
      set status = 'cancelled', ended_at = v_now
      where attempts.step_id = v_step.step_id
        and attempts.status in ('created', 'submitted', 'in_progress', 'lost')
      returning attempts.*
    loop
      perform private.abandon_request(v_attempt, v_step);
    end loop;
  end loop;
end;
$$;

comment on function private.close_steps(text, text[]) is
'Cancels the open steps of these scenes (null: of all) and of the film as a whole, and gives their requests up.';

revoke execute on function private.close_steps(text, text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0530_function_insert_take.sql
create or replace function private.insert_take(
  p_scene_ids text[],
  p_take integer,
  p_changed_scene_id text,
  p_changes jsonb
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.video_chunks (
    scene_id, project_id, position, take, model, prompt, duration, driver_video_url, audio_url
  )
  select
    video_chunks.scene_id,
    video_chunks.project_id,
    video_chunks.position,
    p_take,
    coalesce(changes.value ->> 'model', video_chunks.model),
    coalesce(changes.value ->> 'prompt', video_chunks.prompt),
    video_chunks.duration,
    video_chunks.driver_video_url,
    video_chunks.audio_url
  from public.video_chunks
  cross join lateral (
    select case when video_chunks.scene_id = p_changed_scene_id then coalesce(p_changes, '{}') else '{}' end as value
  ) as changes
  where video_chunks.scene_id = any (p_scene_ids)
    and video_chunks.selected
    and not changes.value ? 'chunks'
  order by video_chunks.chunk_id;

  insert into public.video_chunks (
    scene_id, project_id, position, take, model, prompt, duration, driver_video_url, audio_url
  )
  select
    scenes.scene_id,
    scenes.project_id,
    part.position,
    p_take,
    part.chunk ->> 'model',
    part.chunk ->> 'prompt',
    (part.chunk ->> 'duration')::numeric,
    part.chunk ->> 'driver_video_url',
    part.chunk ->> 'audio_url'
  from public.scenes
  cross join lateral jsonb_array_elements(p_changes -> 'chunks') with ordinality as part (chunk, position)
  where scenes.scene_id = p_changed_scene_id
  order by part.position;

  update public.video_chunks
  set
    selected = false,
    status = case
      when video_chunks.status in ('PENDING', 'SUBMITTED', 'IN_PROGRESS') then 'CANCELLED'
      else video_chunks.status
    end
  where video_chunks.scene_id = any (p_scene_ids)
    and video_chunks.selected
    and video_chunks.take < p_take;
end;
$$;

comment on function private.insert_take(text[], integer, text, jsonb) is
'Copies the selected chunks of these scenes into a new selected take, or takes those of p_changes; the old take stays, unselected.';

revoke execute on function private.insert_take(text[], integer, text, jsonb)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0530_function_keep_take.sql
-- A scene has one place for its figures, and each of its takes has its own: they are kept with the last
-- chunk of the take, in metadata.scene, before another one is selected.

create or replace function private.keep_take(p_scene_ids text[])
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.video_chunks
  set metadata = video_chunks.metadata || jsonb_build_object('scene', jsonb_build_object(
    'thumbnail_url', scenes.thumbnail_url,
    'last_frame_url', scenes.last_frame_url,
    'duration', scenes.duration,
    'fps', scenes.fps,
    'width', scenes.width,
    'height', scenes.height,
    'quality_score', scenes.quality_score
  ))
  from public.scenes
  where scenes.scene_id = any (p_scene_ids)
    and video_chunks.scene_id = scenes.scene_id
    and video_chunks.selected
    and video_chunks.status = 'COMPLETED'
    and video_chunks.kling_video_url = scenes.video_url;
$$;

comment on function private.keep_take(text[]) is
'Writes the figures of these scenes down with their selected takes. The caller holds the project''s lock.';

revoke execute on function private.keep_take(text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0530_function_regenerate_scene.sql
-- project any but paused → generating · the scene, and those chained to it, get a new take
--
-- Old takes stay, unselected. p_changes may give this scene another prompt, image_url or model, or
-- chunks as a job has them; the caller has checked that the model offers them. What failed beside it is asked for again.

create or replace function public.regenerate_scene(p_scene_id text, p_changes jsonb default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_scene public.scenes;
  v_project public.projects;
  v_followers text[];
  v_take integer;
begin
  select scenes.* into v_scene from public.scenes where scenes.scene_id = p_scene_id;
  if not found then
    raise exception 'Cannot regenerate scene "%": no such scene', p_scene_id using errcode = 'RL404';
  end if;

  v_project := private.lock_project(v_scene.project_id);
  if v_project.status = 'paused' then
    raise exception 'Cannot regenerate scene "%": its project is paused, and has to be resumed first', p_scene_id
      using errcode = 'RL409';
  end if;

  if p_changes ->> 'image_url' is not null and v_scene.position > 1 and v_scene.continuity = 'last_frame' then
    raise exception 'Cannot regenerate scene "%" from an image: it starts from the last frame of the scene before it', p_scene_id
      using errcode = 'RL400';
  end if;

  v_followers := private.chained_scenes(p_scene_id);
  select max(video_chunks.take) + 1
  into v_take
  from public.video_chunks
  where video_chunks.scene_id = any (v_followers);

  perform private.close_steps(v_project.project_id, v_followers);
  perform private.keep_take(v_followers);
  perform private.insert_take(v_followers, v_take, p_scene_id, p_changes);

  update public.scenes
  set
    status = 'pending',
    error_message = null,
    thumbnail_url = null,
    last_frame_url = null,
    duration = null,
    fps = null,
    width = null,
    height = null,
    quality_score = null,
    completed_at = null,
    prompt = case when scenes.scene_id = p_scene_id then coalesce(p_changes ->> 'prompt', scenes.prompt) else scenes.prompt end,
    image_url = case when scenes.scene_id = p_scene_id then coalesce(p_changes ->> 'image_url', scenes.image_url) else scenes.image_url end
  where scenes.scene_id = any (v_followers);

  perform private.revive_scenes(v_project.project_id);
  perform private.reopen_project(v_project.project_id);
  return private.verb_answer(v_project) || jsonb_build_object('take', v_take, 'scenes', to_jsonb(v_followers));
end;
$$;

comment on function public.regenerate_scene(text, jsonb) is
'A new take of a scene and of those chained to it. {project_id, was, status, requests_given_up, take, scenes}. Raises RL400, RL404, RL409.';

revoke execute on function public.regenerate_scene(text, jsonb) from public, anon, authenticated;
grant execute on function public.regenerate_scene(text, jsonb) to service_role;
--! end included

--! included supabase/schemas/0530_function_reopen_project.sql
-- project completed | failed | cancelled | stitching → generating | stitching, by what is missing
--
-- One that is not that far yet stays where it is.

create or replace function private.reopen_project(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_is_generated boolean;
begin
  select not exists (
    select 1 from public.scenes where scenes.project_id = p_project_id and scenes.status <> 'completed'
  )
  into v_is_generated;

  -- The film of before stays where it is until the new one is stored.
  update public.projects
  set
    status = case
      when v_is_generated then 'stitching'
      when projects.status in ('queued', 'storyboarding') then projects.status
      else 'generating'
    end,
    error_message = null,
    completed_at = null,
    progress = 0
  where projects.project_id = p_project_id;

  perform private.update_progress(p_project_id);
  perform private.continue_project(p_project_id);
end;
$$;

comment on function private.reopen_project(text) is
'→ generating | stitching, and queues what is missing. The caller holds the project''s lock.';

revoke execute on function private.reopen_project(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0530_function_restore_take.sql
create or replace function private.restore_take(p_scene_ids text[])
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.scenes
  set
    video_url = clip.kling_video_url,
    thumbnail_url = clip.metadata -> 'scene' ->> 'thumbnail_url',
    last_frame_url = clip.metadata -> 'scene' ->> 'last_frame_url',
    duration = (clip.metadata -> 'scene' ->> 'duration')::numeric,
    fps = (clip.metadata -> 'scene' ->> 'fps')::numeric,
    width = (clip.metadata -> 'scene' ->> 'width')::integer,
    height = (clip.metadata -> 'scene' ->> 'height')::integer,
    quality_score = (clip.metadata -> 'scene' ->> 'quality_score')::numeric
  from (
    select distinct on (video_chunks.scene_id) video_chunks.*
    from public.video_chunks
    where video_chunks.scene_id = any (p_scene_ids)
      and video_chunks.selected
    order by video_chunks.scene_id, video_chunks.position desc
  ) as clip
  where scenes.scene_id = clip.scene_id;
$$;

comment on function private.restore_take(text[]) is
'Gives these scenes the figures that keep_take wrote down for the takes that are selected now. The caller holds the project''s lock.';

revoke execute on function private.restore_take(text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0530_function_select_take.sql
-- project completed | failed | cancelled → stitching: an earlier take goes into the film again
--
-- Scenes that are chained to this one go back with it, where they have a take of that number.

create or replace function public.select_take(p_scene_id text, p_take integer)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_scene public.scenes;
  v_project public.projects;
  v_scene_ids text[];
begin
  select scenes.* into v_scene from public.scenes where scenes.scene_id = p_scene_id;
  if not found then
    raise exception 'Cannot select take % of scene "%": no such scene', p_take, p_scene_id using errcode = 'RL404';
  end if;

  v_project := private.lock_project(v_scene.project_id);
  select array_agg(chained.scene_id)
  into v_scene_ids
  from unnest(private.chained_scenes(p_scene_id)) as chained (scene_id)
  where exists (
      select 1 from public.video_chunks where video_chunks.scene_id = chained.scene_id and video_chunks.take = p_take
    )
    and not exists (
      select 1
      from public.video_chunks
      where video_chunks.scene_id = chained.scene_id
        and video_chunks.take = p_take
        and video_chunks.status <> 'COMPLETED'
    );

  if v_project.status <> 'completed' or not p_scene_id = any (coalesce(v_scene_ids, '{}')) then
    raise exception 'Cannot select take % of scene "%": the project is %, and only a completed take of a completed project can be selected',
      p_take, p_scene_id, v_project.status using errcode = 'RL409';
  end if;

  perform private.keep_take(v_scene_ids);
  update public.video_chunks
  set selected = video_chunks.take = p_take
  where video_chunks.scene_id = any (v_scene_ids);
  perform private.restore_take(v_scene_ids);

  perform private.reopen_project(v_project.project_id);
  return private.verb_answer(v_project) || jsonb_build_object('take', p_take, 'scenes', to_jsonb(v_scene_ids));
end;
$$;

comment on function public.select_take(text, integer) is
'Puts an earlier take of a scene (and of those chained to it) into the film again, which is stitched anew. Raises RL404, RL409.';

revoke execute on function public.select_take(text, integer) from public, anon, authenticated;
grant execute on function public.select_take(text, integer) to service_role;
--! end included

--! included supabase/schemas/0600_function_callback_doc.sql
create or replace function private.callback_doc(p_log public.webhook_logs)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'webhook_log_id', p_log.webhook_log_id,
    'webhook_id', p_log.webhook_id,
    'source', p_log.source,
    'type', p_log.type,
    'status', p_log.status,
    'outcome', p_log.outcome,
    'request_id', p_log.request_id,
    'project_id', p_log.project_id,
    'attempt_id', p_log.attempt_id,
    'error', p_log.error,
    'data', case when pg_column_size(p_log.data) <= 65536 then p_log.data end,
    'retry_count', p_log.retry_count,
    'duplicate_count', p_log.duplicate_count,
    'duration_ms', p_log.duration_ms,
    'received_at', p_log.received_at,
    'processed_at', p_log.processed_at
  );
$$;

comment on function private.callback_doc(public.webhook_logs) is
'A callback as lists show it: no headers, no raw body, no data that is larger than 64 KiB.';

revoke execute on function private.callback_doc(public.webhook_logs) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0600_function_check_source.sql
create or replace function private.check_source(p_source text)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if p_source in ('fal', 'lastframe', 'video', 'stitch', 'custom')
    or exists (select 1 from private.webhook_sources where webhook_sources.name = p_source)
    or p_source is null then
    return;
  end if;
  raise exception 'Cannot find callbacks: there is no source "%"', p_source using errcode = 'RL400';
end;
$$;

comment on function private.check_source(text) is
'Raises RL400 for a filter that names no source.';

revoke execute on function private.check_source(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0600_function_is_malformed.sql
create or replace function private.is_malformed(p_log public.webhook_logs)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
  select p_log.result is null and p_log.source in ('fal', 'lastframe', 'video', 'stitch');
$$;

comment on function private.is_malformed(public.webhook_logs) is
'True for a callback whose body its door did not understand. A custom sources is taken as it comes.';

revoke execute on function private.is_malformed(public.webhook_logs) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0600_function_is_of_source.sql
create or replace function private.is_of_source(p_log public.webhook_logs, p_source text)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
  select case
    when p_source is null then true
    when p_source = 'custom' then p_log.source not in ('fal', 'lastframe', 'video', 'stitch')
    else p_log.source = p_source
  end;
$$;

comment on function private.is_of_source(public.webhook_logs, text) is
'The filter by source: null is every one, custom every one that is not built in.';

revoke execute on function private.is_of_source(public.webhook_logs, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0605_function_list_callbacks.sql
create or replace function public.list_callbacks(p_source text, p_status text, p_limit integer default 50)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.check_source(p_source);

  return (
    select coalesce(jsonb_agg(private.callback_doc(newest) order by newest.received_at desc, newest.webhook_log_id desc), '[]')
    from (
      select webhook_logs.*
      from public.webhook_logs
      where private.is_of_source(webhook_logs, p_source)
        and (p_status is null or webhook_logs.status = p_status)
      order by webhook_logs.received_at desc, webhook_logs.webhook_log_id desc
      limit p_limit
    ) as newest
  );
end;
$$;

comment on function public.list_callbacks(text, text, integer) is
'The newest callbacks; null leaves a filter out, source custom means every source that is not built in. Raises RL400. Called by webhook-manage.';

revoke execute on function public.list_callbacks(text, text, integer) from public, anon, authenticated;
grant execute on function public.list_callbacks(text, text, integer) to service_role;
--! end included

--! included supabase/schemas/0605_function_read_callback.sql
create or replace function public.read_callback(p_webhook_log_id text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select private.callback_doc(webhook_logs) || jsonb_build_object(
    'data', webhook_logs.data,
    'headers', webhook_logs.headers,
    'result', webhook_logs.result,
    'raw_body', translate(encode(webhook_logs.raw_body, 'base64'), e'\n', ''),
    'timeline', coalesce(
      (
        select jsonb_agg(
          jsonb_build_object(
            'type', nearby.type, 'scene_id', nearby.scene_id, 'chunk_id', nearby.chunk_id, 'data', nearby.data, 'at', nearby.at
          )
          order by nearby.event_id
        )
        from (
          select pipeline_events.*
          from public.pipeline_events
          where pipeline_events.project_id = webhook_logs.project_id
            and pipeline_events.at between webhook_logs.received_at - interval '1 minute'
              and coalesce(webhook_logs.processed_at, webhook_logs.received_at) + interval '1 minute'
          order by pipeline_events.event_id
          limit 100
        ) as nearby
      ),
      '[]'
    )
  )
  from public.webhook_logs
  where webhook_logs.webhook_log_id = p_webhook_log_id;
$$;

comment on function public.read_callback(text) is
'All of one callback, with what happened to its project within a minute of it; null for an unknown id. raw_body is base64. Called by webhook-manage.';

revoke execute on function public.read_callback(text) from public, anon, authenticated;
grant execute on function public.read_callback(text) to service_role;
--! end included

--! included supabase/schemas/0610_function_lock_callback_target.sql
create or replace function private.lock_callback_target(p_log public.webhook_logs)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_attempt private.attempts;
begin
  if p_log.attempt_id is not null then
    select attempts.* into v_attempt from private.attempts where attempts.attempt_id = p_log.attempt_id;
  else
    v_attempt := private.attempt_of_request(p_log.source, p_log.request_id);
  end if;

  if v_attempt.attempt_id is not null then
    perform private.lock_step(v_attempt.step_id);
  end if;
end;
$$;

comment on function private.lock_callback_target(public.webhook_logs) is
'Locks what a recorded callback is about, so that its own row can be locked after it: the order in which buffered ones are applied.';

revoke execute on function private.lock_callback_target(public.webhook_logs) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0612_function_replay_answer.sql
create or replace function private.replay_answer(p_log public.webhook_logs, p_was text)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'webhook_log_id', p_log.webhook_log_id,
    'was', p_was,
    'status', p_log.status,
    'outcome', coalesce(p_log.outcome, 'error'),
    'error', p_log.error,
    'retry_count', p_log.retry_count
  );
$$;

comment on function private.replay_answer(public.webhook_logs, text) is
'What a replay answers.';

revoke execute on function private.replay_answer(public.webhook_logs, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0612_function_replay_flags.sql
create or replace function private.replay_flags(p_log public.webhook_logs)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if exists (
    select 1
    from private.seen_deliveries
    where seen_deliveries.source = p_log.source
      and seen_deliveries.webhook_id = p_log.webhook_id
      and seen_deliveries.webhook_log_id <> p_log.webhook_log_id
  ) then
    return '{"outcome": "duplicate"}';
  end if;
  return private.apply_callback(p_log);
end;
$$;

comment on function private.replay_flags(public.webhook_logs) is
'Applies a recorded callback once more, unless the same delivery came again and has a row of its own.';

revoke execute on function private.replay_flags(public.webhook_logs) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0615_function_replay_callback.sql
-- error | pending → success (applied, duplicate, stale) | error | stays pending (buffered)
--
-- Applies what the door once read out of the body, under the rules of the first time. One that was
-- applied is a duplicate, or stale, and nothing changes. Replays of one row go one after the other.

create or replace function public.replay_callback(p_webhook_log_id text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_started_at timestamptz := clock_timestamp();
  v_log public.webhook_logs;
  v_was text;
  v_flags jsonb;
begin
  select webhook_logs.* into v_log from public.webhook_logs where webhook_logs.webhook_log_id = p_webhook_log_id;
  if not found then
    raise exception 'Cannot replay callback "%": no such callback', p_webhook_log_id using errcode = 'RL404';
  elsif private.is_malformed(v_log) then
    raise exception 'Cannot replay callback "%": it was malformed, and there is nothing to apply', p_webhook_log_id using errcode = 'RL409';
  elsif v_log.is_token_wrong then
    raise exception 'Cannot replay callback "%": the token in its URL is not ours', p_webhook_log_id using errcode = 'RL409';
  end if;

  -- The delivery counts as seen again. Another row may have it: the sender's own next try.
  insert into private.seen_deliveries (source, webhook_id, webhook_log_id)
  values (v_log.source, v_log.webhook_id, p_webhook_log_id)
  on conflict do nothing;

  perform private.lock_callback_target(v_log);
  select webhook_logs.*
  into strict v_log
  from public.webhook_logs
  where webhook_logs.webhook_log_id = p_webhook_log_id
  for no key update;

  v_was := v_log.status;
  if v_was = 'success' then
    v_log.outcome := case when v_log.outcome = 'stale' then 'stale' else 'duplicate' end;
    return private.replay_answer(v_log, v_was);
  end if;

  update public.webhook_logs
  set retry_count = webhook_logs.retry_count + 1
  where webhook_logs.webhook_log_id = p_webhook_log_id;

  begin
    v_flags := private.replay_flags(v_log);
    perform private.settle_callback(v_log, v_flags, clock_timestamp() - v_started_at);
  exception
    when others then
      perform private.forget_delivery(v_log, sqlerrm);
  end;

  select webhook_logs.* into v_log from public.webhook_logs where webhook_logs.webhook_log_id = p_webhook_log_id;
  return private.replay_answer(v_log, v_was);
end;
$$;

comment on function public.replay_callback(text) is
'error | pending → success, or error with the new reason. {webhook_log_id, was, status, outcome, error, retry_count}; outcome error: processing raised. Raises RL404, RL409. Called by webhook-manage.';

revoke execute on function public.replay_callback(text) from public, anon, authenticated;
grant execute on function public.replay_callback(text) to service_role;
--! end included

--! included supabase/schemas/0615_function_replayable_callbacks.sql
-- Ids sort by time: the last one of a page is where the next one begins.

create or replace function public.replayable_callbacks(p_source text, p_status text, p_from timestamptz, p_to timestamptz, p_after text, p_limit integer)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.check_source(p_source);

  return (
    with
    -- What fits the filter and can be applied at all
    fitting as (
      select webhook_logs.webhook_log_id
      from public.webhook_logs
      where webhook_logs.status = p_status
        and webhook_logs.status in ('error', 'pending')
        and not private.is_malformed(webhook_logs)
        and not webhook_logs.is_token_wrong
        and private.is_of_source(webhook_logs, p_source)
        and (p_from is null or webhook_logs.received_at >= p_from)
        and (p_to is null or webhook_logs.received_at <= p_to)
        and (p_after is null or webhook_logs.webhook_log_id > p_after)
    )
    select jsonb_build_object(
      'matched', (select count(*) from fitting),
      'ids', coalesce(
        (
          select jsonb_agg(page.webhook_log_id order by page.webhook_log_id)
          from (select fitting.webhook_log_id from fitting order by fitting.webhook_log_id limit p_limit) as page
        ),
        '[]'
      )
    )
  );
end;
$$;

comment on function public.replayable_callbacks(text, text, timestamptz, timestamptz, text, integer) is
'{matched, ids}: how many callbacks of a status (error, pending) could be replayed, and the oldest of them after p_after. Raises RL400. Called by webhook-manage.';

revoke execute on function public.replayable_callbacks(text, text, timestamptz, timestamptz, text, integer) from public, anon, authenticated;
grant execute on function public.replayable_callbacks(text, text, timestamptz, timestamptz, text, integer) to service_role;
--! end included

--! included supabase/schemas/0620_function_list_errors.sql
create or replace function public.list_errors(p_type text, p_limit integer default 50)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(newest) order by newest.error_log_id desc), '[]')
  from (
    select error_logs.*
    from public.error_logs
    where p_type is null
      or error_logs.type = p_type
    order by error_logs.error_log_id desc
    limit p_limit
  ) as newest;
$$;

comment on function public.list_errors(text, integer) is
'The newest rows of error_logs; null: of every type. Called by webhook-manage.';

revoke execute on function public.list_errors(text, integer) from public, anon, authenticated;
grant execute on function public.list_errors(text, integer) to service_role;
--! end included

--! included supabase/schemas/0620_function_read_error_stats.sql
create or replace function public.read_error_stats()
returns jsonb
language sql
volatile
security definer
set search_path = ''
as $$
  with
  -- The last day, and what of it is the last hour
  recent as (
    select
      error_logs.type,
      error_logs.severity,
      error_logs.message,
      error_logs.created_at,
      error_logs.created_at > private.clock() - interval '1 hour' as is_last_hour
    from public.error_logs
    where error_logs.created_at > private.clock() - interval '24 hours'
  )
  select jsonb_build_object(
    'total', (select count(*) from public.error_logs),
    'last_24h', (select count(*) from recent),
    'last_hour', (select count(*) from recent where recent.is_last_hour),
    'by_type', coalesce(
      (select jsonb_object_agg(counted.type, counted.n) from (select recent.type, count(*) as n from recent group by recent.type) as counted),
      '{}'
    ),
    'by_severity', coalesce(
      (
        select jsonb_object_agg(counted.severity, counted.n)
        from (select recent.severity, count(*) as n from recent group by recent.severity) as counted
      ),
      '{}'
    ),
    'most_frequent', coalesce(
      (
        select jsonb_agg(to_jsonb(counted) order by counted.count desc, counted.last_at desc)
        from (
          select recent.type, recent.message, count(*) as count, max(recent.created_at) as last_at
          from recent
          group by recent.type, recent.message
          order by count(*) desc, max(recent.created_at) desc
          limit 10
        ) as counted
      ),
      '[]'
    )
  );
$$;

comment on function public.read_error_stats() is
'{total, last_24h, last_hour, by_type, by_severity, most_frequent} of error_logs; all but total over the last day. Called by webhook-manage.';

revoke execute on function public.read_error_stats() from public, anon, authenticated;
grant execute on function public.read_error_stats() to service_role;
--! end included

--! included supabase/schemas/0630_function_callback_metrics.sql
create or replace function private.callback_metrics(p_since timestamptz)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  with
  -- What came since then
  recent as (
    select webhook_logs.*, private.is_malformed(webhook_logs) as is_malformed
    from public.webhook_logs
    where webhook_logs.received_at > p_since
  ),
  -- By source and outcome; a callback without one was malformed, or raised
  outcomes as (
    select counted.source, jsonb_object_agg(counted.outcome, counted.n) as by_outcome
    from (
      select
        recent.source,
        coalesce(recent.outcome, case when recent.is_malformed then 'malformed' else 'error' end) as outcome,
        count(*) as n
      from recent
      group by 1, 2
    ) as counted
    group by counted.source
  ),
  -- By source; a buffered one is neither a success nor a failure yet
  sources as (
    select
      recent.source,
      count(*) as n,
      sum(recent.duplicate_count) as duplicates,
      round(
        count(*) filter (where recent.status = 'success')::numeric
          / nullif(count(*) filter (where recent.status <> 'pending'), 0),
        4
      ) as success_rate,
      percentile_cont(0.5) within group (order by recent.duration_ms) as p50,
      percentile_cont(0.95) within group (order by recent.duration_ms) as p95
    from recent
    group by recent.source
  )
  select coalesce(
    jsonb_object_agg(sources.source, jsonb_build_object(
      'count', sources.n,
      'by_outcome', outcomes.by_outcome,
      'repeated_deliveries', sources.duplicates,
      'success_rate', sources.success_rate,
      'duration_ms', jsonb_build_object('p50', round(sources.p50::numeric, 3), 'p95', round(sources.p95::numeric, 3))
    )),
    '{}'
  )
  from sources
  join outcomes using (source);
$$;

comment on function private.callback_metrics(timestamptz) is
'Callbacks since then by source: count, by_outcome, repeated_deliveries, success_rate (0..1), duration_ms.';

revoke execute on function private.callback_metrics(timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0630_function_delivery_metrics.sql
create or replace function private.delivery_metrics(p_since timestamptz)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'by_status', coalesce(
      (
        select jsonb_object_agg(counted.status, counted.n)
        from (
          select webhook_deliveries.status, count(*) as n
          from public.webhook_deliveries
          where webhook_deliveries.status in ('pending', 'delivering')
            or webhook_deliveries.updated_at > p_since
          group by webhook_deliveries.status
        ) as counted
      ),
      '{}'
    ),
    'tries', count(*),
    'success_rate', round(
      count(*) filter (where tries.status_code between 200 and 299)::numeric / nullif(count(*), 0),
      4
    ),
    'duration_ms', jsonb_build_object(
      'p50', percentile_cont(0.5) within group (order by tries.duration_ms::double precision),
      'p95', percentile_cont(0.95) within group (order by tries.duration_ms::double precision)
    )
  )
  from public.webhook_delivery_attempts as tries
  where tries.attempted_at > p_since;
$$;

comment on function private.delivery_metrics(timestamptz) is
'Open deliveries and those that ended since then by status, and the tries since then.';

revoke execute on function private.delivery_metrics(timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0630_function_step_metrics.sql
create or replace function private.step_metrics(p_since timestamptz)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'by_kind', coalesce(
      (
        select jsonb_object_agg(kinds.kind, kinds.by_status)
        from (
          select counted.kind, jsonb_object_agg(counted.status, counted.n) as by_status
          from (
            select steps.kind, steps.status, count(*) as n
            from private.steps
            where steps.status in ('queued', 'running', 'waiting')
              or steps.updated_at > p_since
            group by steps.kind, steps.status
          ) as counted
          group by counted.kind
        ) as kinds
      ),
      '{}'
    ),
    'oldest_due', (
      select jsonb_build_object(
        'step_id', steps.step_id,
        'kind', steps.kind,
        'status', steps.status,
        'project_id', steps.project_id,
        'due_at', steps.due_at,
        'overdue_s', round(extract(epoch from private.clock() - steps.due_at), 1)
      )
      from private.steps
      where steps.status in ('queued', 'running', 'waiting')
        and steps.due_at <= private.clock()
      order by steps.due_at
      limit 1
    ),
    'attempts', (
      select jsonb_build_object(
        'lost', count(*) filter (where attempts.status = 'lost'),
        'outcome_unknown', count(*) filter (where attempts.status = 'outcome_unknown'),
        'completed', count(*) filter (where attempts.status = 'completed'),
        'failed', count(*) filter (where attempts.status = 'failed')
      )
      from private.attempts
      where attempts.ended_at > p_since
        or attempts.status = 'lost'
    )
  );
$$;

comment on function private.step_metrics(timestamptz) is
'Open steps and those that ended since then by kind and status, the one that is due for longest, and attempts by what became of them.';

revoke execute on function private.step_metrics(timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0632_function_provider_view.sql
create or replace function private.provider_view(p_name text)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'name', providers.name,
    'is_paused', providers.is_paused,
    'max_in_flight', providers.max_in_flight,
    'max_in_flight_per_user', providers.max_in_flight_per_user,
    'in_flight', (
      select count(*)
      from private.steps
      where steps.provider = providers.name
        and steps.status in ('running', 'waiting')
        and steps.kind <> 'cancel_request'
    ),
    'held_until', case when providers.held_until > private.clock() then providers.held_until end,
    'hold_reason', providers.hold_reason,
    'failures_in_a_row', providers.failures_in_a_row,
    'updated_at', providers.updated_at
  )
  from private.providers
  where providers.name = p_name;
$$;

comment on function private.provider_view(text) is
'A providers limits, how much of them is in use, and whether it is held or paused; null for an unknown one.';

revoke execute on function private.provider_view(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0634_function_list_providers.sql
create or replace function public.list_providers()
returns jsonb
language sql
volatile
security definer
set search_path = ''
as $$
  select jsonb_agg(private.provider_view(providers.name) order by providers.name)
  from private.providers;
$$;

comment on function public.list_providers() is
'Every provider; the one named * is the switch that pauses everything. Called by webhook-manage.';

revoke execute on function public.list_providers() from public, anon, authenticated;
grant execute on function public.list_providers() to service_role;
--! end included

--! included supabase/schemas/0634_function_read_metrics.sql
create or replace function public.read_metrics(p_seconds numeric default 86400)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_since timestamptz := private.clock() - make_interval(secs => p_seconds::double precision);
begin
  return jsonb_build_object(
    'since', v_since,
    'callbacks', private.callback_metrics(v_since),
    'deliveries', private.delivery_metrics(v_since),
    'steps', private.step_metrics(v_since),
    'providers', public.list_providers(),
    'projects', public.read_stats() -> 'by_status',
    'rate_limit_hits', private.limit_hits_since(v_since)
  );
end;
$$;

comment on function public.read_metrics(numeric) is
'{since, callbacks, deliveries, steps, providers, projects, rate_limit_hits} over the last p_seconds. Called by webhook-manage.';

revoke execute on function public.read_metrics(numeric) from public, anon, authenticated;
grant execute on function public.read_metrics(numeric) to service_role;
--! end included

--! included supabase/schemas/0640_function_overdue_work.sql
create or replace function private.overdue_work(p_older_than timestamptz)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  with
  -- Queued steps wait their turn where a provider is limited, held or paused: that is no fault
  waiting as (
    select exists (
      select 1
      from private.providers
      where providers.is_paused
        or providers.held_until > private.clock()
        or coalesce(providers.max_in_flight, providers.max_in_flight_per_user) is not null
    ) as is_expected
  ),
  overdue as (
    select steps.due_at
    from private.steps
    cross join waiting
    where steps.due_at < p_older_than
      and (steps.status in ('running', 'waiting') or steps.status = 'queued' and not waiting.is_expected)
    union all
    select webhook_deliveries.due_at
    from public.webhook_deliveries
    where webhook_deliveries.status in ('pending', 'delivering')
      and webhook_deliveries.due_at < p_older_than
  )
  select jsonb_build_object('count', count(*), 'oldest_due_at', min(overdue.due_at))
  from overdue;
$$;

comment on function private.overdue_work(timestamptz) is
'{count, oldest_due_at} of steps and deliveries that nobody looked at since then, though somebody should have.';

revoke execute on function private.overdue_work(timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0640_function_sweep_ran_at.sql
create or replace function private.sweep_ran_at()
returns timestamptz
language sql
stable
security invoker
set search_path = ''
as $$
  select max(runs.end_time)
  from (
    select job_run_details.end_time, job_run_details.status
    from cron.job_run_details
    join cron.job using (jobid)
    where job.jobname = 'reelay-sweep'
    order by job_run_details.runid desc
    limit 50
  ) as runs
  where runs.status = 'succeeded';
$$;

comment on function private.sweep_ran_at() is
'When pg_cron last finished a sweep, by the machines own clock; null when it did not lately.';

revoke execute on function private.sweep_ran_at() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0642_function_read_health.sql
-- Deaf bell: pg_net does not deliver. Sweep: not for a minute (nor since Postgres started). Overdue: nobody looked for five minutes,
-- though not everything is paused.

create or replace function public.read_health()
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_sweep_ran_at timestamptz := private.sweep_ran_at();
  v_is_paused boolean := exists (select 1 from private.providers where providers.name = '*' and providers.is_paused);
  v_overdue jsonb := private.overdue_work(private.clock() - interval '5 minutes');
  v_broken bigint := (select count(*) from private.check_invariants());
  v_checks jsonb;
begin
  v_checks := jsonb_build_object(
    'database', '{"ok": true}'::jsonb,
    'bell', jsonb_build_object('ok', not public.is_bell_deaf()),
    'sweep', jsonb_build_object(
      'ok', coalesce(v_sweep_ran_at, pg_postmaster_start_time()) > clock_timestamp() - interval '1 minute',
      'last_run_at', v_sweep_ran_at
    ),
    'overdue', jsonb_build_object('ok', v_is_paused or (v_overdue ->> 'count')::bigint = 0) || v_overdue,
    'invariants', jsonb_build_object('ok', v_broken = 0, 'broken', v_broken)
  );

  return jsonb_build_object(
    'is_healthy', not jsonb_path_exists(v_checks, '$.*.ok ? (@ == false)'),
    'is_paused', v_is_paused,
    'checks', v_checks
  );
end;
$$;

comment on function public.read_health() is
'{is_healthy, is_paused, checks {database, bell, sweep, overdue, invariants}}, each with ok. Called by webhook-manage.';

revoke execute on function public.read_health() from public, anon, authenticated;
grant execute on function public.read_health() to service_role;
--! end included

--! included supabase/schemas/0645_function_without_query.sql
create or replace function private.without_query(p_url text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select regexp_replace(p_url, '[?#].*$', '?***');
$$;

comment on function private.without_query(text) is
'A clients URL without what may be a secret in it.';

revoke execute on function private.without_query(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0650_function_delivery_story.sql
create or replace function private.delivery_story(p_project_id text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      to_jsonb(webhook_deliveries) - 'claim_token' - 'body' || jsonb_build_object(
        'url', private.without_query(webhook_deliveries.url),
        'tries', (
          select coalesce(jsonb_agg(to_jsonb(tries) - 'delivery_id' order by tries.number), '[]')
          from public.webhook_delivery_attempts as tries
          where tries.delivery_id = webhook_deliveries.delivery_id
        )
      )
      order by webhook_deliveries.created_at
    ),
    '[]'
  )
  from public.webhook_deliveries
  where webhook_deliveries.project_id = p_project_id;
$$;

comment on function private.delivery_story(text) is
'The deliveries of a project, each with its tries; no query of the clients URL, no claim token.';

revoke execute on function private.delivery_story(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0650_function_scene_story.sql
create or replace function private.scene_story(p_project_id text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      to_jsonb(scenes) || jsonb_build_object('takes', (
        select coalesce(jsonb_agg(
          jsonb_build_object('take', takes.take, 'selected', takes.selected, 'chunks', takes.chunks)
          order by takes.take
        ), '[]')
        from (
          select
            video_chunks.take,
            bool_and(video_chunks.selected) as selected,
            jsonb_agg(to_jsonb(video_chunks) order by video_chunks.position) as chunks
          from public.video_chunks
          where video_chunks.scene_id = scenes.scene_id
          group by video_chunks.take
        ) as takes
      ))
      order by scenes.position
    ),
    '[]'
  )
  from public.scenes
  where scenes.project_id = p_project_id;
$$;

comment on function private.scene_story(text) is
'The scenes of a project in order, each with its takes and their chunks.';

revoke execute on function private.scene_story(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0650_function_step_story.sql
create or replace function private.step_story(p_project_id text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      to_jsonb(steps) - 'claim_token' - 'user_id' || jsonb_build_object(
        -- Paused: due with the project's resumption
        'due_at', nullif(steps.due_at, 'infinity'),
        'attempts', (
          select coalesce(
            jsonb_agg(
              to_jsonb(attempts) - 'status_url' - 'response_url' - 'cancel_url' - 'input_hash'
              order by attempts.number
            ),
            '[]'
          )
          from private.attempts
          where attempts.step_id = steps.step_id
        )
      )
      order by steps.created_at, steps.step_id
    ),
    '[]'
  )
  from private.steps
  where steps.project_id = p_project_id;
$$;

comment on function private.step_story(text) is
'The steps of a project, each with its attempts; no claim token.';

revoke execute on function private.step_story(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0652_function_read_project.sql
create or replace function public.read_project(p_project_id text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'project', to_jsonb(projects) || jsonb_build_object(
      'callback_url', private.without_query(projects.callback_url),
      'webhook_header_names', (
        select coalesce(jsonb_agg(names.name), '[]')
        from private.job_requests
        cross join lateral jsonb_object_keys(job_requests.webhook_headers) as names (name)
        where job_requests.project_id = projects.project_id
      )
    ) || case when projects.metadata ->> 'webhookUrl' is null then '{}' else jsonb_build_object(
      'metadata', projects.metadata || jsonb_build_object('webhookUrl', private.without_query(projects.metadata ->> 'webhookUrl'))
    ) end,
    'scenes', private.scene_story(p_project_id),
    'steps', private.step_story(p_project_id),
    'callbacks', (
      select coalesce(jsonb_agg(private.callback_doc(webhook_logs) - 'data' order by webhook_logs.received_at), '[]')
      from public.webhook_logs
      where webhook_logs.project_id = p_project_id
    ),
    'deliveries', private.delivery_story(p_project_id),
    'timeline', (
      select coalesce(jsonb_agg(to_jsonb(latest) - 'project_id' order by latest.event_id), '[]')
      from (
        select pipeline_events.*
        from public.pipeline_events
        where pipeline_events.project_id = p_project_id
        order by pipeline_events.event_id desc
        limit 1000
      ) as latest
    )
  )
  from public.projects
  where projects.project_id = p_project_id;
$$;

comment on function public.read_project(text) is
'The story of a film: {project, scenes, steps, callbacks, deliveries, timeline}, without secrets; null for an unknown id. Called by webhook-manage.';

revoke execute on function public.read_project(text) from public, anon, authenticated;
grant execute on function public.read_project(text) to service_role;
--! end included

--! included supabase/schemas/0655_function_read_scene.sql
create or replace function public.read_scene(p_scene_id text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'scene_id', scenes.scene_id,
    'prompt', video_chunks.prompt,
    'is_chained', scenes.position > 1 and scenes.continuity = 'last_frame',
    'image_url', coalesce(scenes.image_url, projects.image_url),
    'aspect_ratio', projects.aspect_ratio,
    'model', video_chunks.model,
    'duration', (
      select sum(parts.duration)
      from public.video_chunks as parts
      where parts.scene_id = scenes.scene_id
        and parts.selected
    ),
    'driver_video_url', video_chunks.driver_video_url,
    'audio_url', video_chunks.audio_url
  )
  from public.scenes
  join public.projects using (project_id)
  join public.video_chunks using (scene_id)
  where scenes.scene_id = p_scene_id
    and video_chunks.selected
  order by video_chunks.position
  limit 1;
$$;

comment on function public.read_scene(text) is
'What the clips of a scene are asked for with, by its first one; null for an unknown id. Called by webhook-manage.';

revoke execute on function public.read_scene(text) from public, anon, authenticated;
grant execute on function public.read_scene(text) to service_role;
--! end included

--! included supabase/schemas/0660_function_redrive_step.sql
-- step failed → queued, for a request that could not be given up
-- project completed → stitching, for a film whose thumbnail could not be made

create or replace function public.redrive_step(p_step_id text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_step private.steps;
  v_project public.projects;
begin
  if not exists (select 1 from private.steps where steps.step_id = p_step_id) then
    raise exception 'Cannot redrive step "%": no such step', p_step_id using errcode = 'RL404';
  end if;

  v_step := private.lock_step(p_step_id);
  select projects.* into v_project from public.projects where projects.project_id = v_step.project_id;

  if v_step.status <> 'failed' or v_step.kind not in ('cancel_request', 'extract_thumbnail') then
    raise exception 'Cannot redrive step "%": it is a % that is %, and only a failed cancel_request or extract_thumbnail can be redriven; what else fails is retried with its project',
      p_step_id, v_step.kind, v_step.status using errcode = 'RL409';
  elsif v_step.kind = 'extract_thumbnail' and v_project.status <> 'completed' then
    raise exception 'Cannot redrive step "%": its project is %, and only a completed one gets another thumbnail',
      p_step_id, v_project.status using errcode = 'RL409';
  elsif v_step.kind = 'extract_thumbnail' and v_project.thumbnail_url is not null then
    raise exception 'Cannot redrive step "%": its film has a thumbnail meanwhile', p_step_id using errcode = 'RL409';
  end if;

  if v_step.kind = 'cancel_request' then
    update private.steps
    set status = 'queued', due_at = private.clock(), error_message = null, updated_at = private.clock()
    where steps.step_id = p_step_id;
  else
    perform private.reopen_project(v_step.project_id);
    v_step := private.film_step(v_step.project_id, 'extract_thumbnail');
  end if;

  perform private.record_event(v_step.project_id, 'step.redriven', v_step.scene_id, v_step.chunk_id, jsonb_build_object(
    'kind', v_step.kind, 'step_id', v_step.step_id
  ));
  return jsonb_build_object('step_id', v_step.step_id, 'kind', v_step.kind, 'was', 'failed', 'status', 'queued');
end;
$$;

comment on function public.redrive_step(text) is
'failed → queued, for what a film went on without: a cancel_request, or a thumbnail (as a new step; the film is stored again with it). {step_id, kind, was, status}. Raises RL404, RL409. Called by webhook-manage.';

revoke execute on function public.redrive_step(text) from public, anon, authenticated;
grant execute on function public.redrive_step(text) to service_role;
--! end included

--! included supabase/schemas/0665_function_redrive_deliveries.sql
-- deliveries dead → pending, in a bounded batch

create or replace function public.redrive_deliveries(p_from timestamptz, p_to timestamptz, p_limit integer default 100)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_delivery_id text;
  v_count integer := 0;
begin
  for v_delivery_id in
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.status = 'dead'
      and (p_from is null or webhook_deliveries.created_at >= p_from)
      and (p_to is null or webhook_deliveries.created_at <= p_to)
    order by webhook_deliveries.created_at, webhook_deliveries.delivery_id
    limit p_limit
    for no key update skip locked
  loop
    perform public.redrive_delivery(v_delivery_id);
    v_count := v_count + 1;
  end loop;

  return jsonb_build_object(
    'redriven', v_count,
    'remaining', (
      select count(*)
      from public.webhook_deliveries
      where webhook_deliveries.status = 'dead'
        and (p_from is null or webhook_deliveries.created_at >= p_from)
        and (p_to is null or webhook_deliveries.created_at <= p_to)
    )
  );
end;
$$;

comment on function public.redrive_deliveries(timestamptz, timestamptz, integer) is
'dead → pending, the oldest p_limit that were queued within the range (null: open). {redriven, remaining}. Called by webhook-manage.';

revoke execute on function public.redrive_deliveries(timestamptz, timestamptz, integer) from public, anon, authenticated;
grant execute on function public.redrive_deliveries(timestamptz, timestamptz, integer) to service_role;
--! end included

--! included supabase/schemas/0670_function_set_provider.sql
-- What waited for a place or for the switch is due already, so the bell is rung.

create or replace function public.set_provider(p_name text, p_changes jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_is_released boolean := (p_changes ->> 'is_held')::boolean is false;
begin
  if p_name = '*' and p_changes ?| array['max_in_flight', 'max_in_flight_per_user', 'is_held'] then
    raise exception 'Cannot set provider "*": it is the switch that pauses everything, and has no limits' using errcode = 'RL400';
  end if;

  update private.providers
  set
    is_paused = coalesce((p_changes ->> 'is_paused')::boolean, providers.is_paused),
    max_in_flight = case when p_changes ? 'max_in_flight'
      then (p_changes ->> 'max_in_flight')::integer else providers.max_in_flight end,
    max_in_flight_per_user = case when p_changes ? 'max_in_flight_per_user'
      then (p_changes ->> 'max_in_flight_per_user')::integer else providers.max_in_flight_per_user end,
    held_until = case when v_is_released then null else providers.held_until end,
    hold_reason = case when v_is_released then null else providers.hold_reason end,
    failures_in_a_row = case when v_is_released then 0 else providers.failures_in_a_row end,
    updated_at = private.clock()
  where providers.name = p_name;

  if not found then
    raise exception 'Cannot set provider "%": no such provider', p_name using errcode = 'RL404';
  end if;

  perform private.record_event(null, 'provider.changed', null, null, jsonb_build_object('name', p_name) || p_changes);
  perform public.ring_bell();
  return private.provider_view(p_name);
end;
$$;

comment on function public.set_provider(text, jsonb) is
'Changes what p_changes names: is_paused, max_in_flight, max_in_flight_per_user (null: no limit), is_held (false: released). Answers as list_providers does. Raises RL400, RL404. Called by webhook-manage.';

revoke execute on function public.set_provider(text, jsonb) from public, anon, authenticated;
grant execute on function public.set_provider(text, jsonb) to service_role;
--! end included

--! included supabase/schemas/0700_function_prune_attempts.sql
-- Steps go with their attempts, and all of a project's at once: what was stitched from which clips is
-- read off them. The project is locked, because somebody may be about to reopen it.

create or replace function private.prune_attempts(
  p_after text,
  p_before timestamptz,
  p_limit integer,
  out next_after text,
  out deleted integer
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_page text[];
  v_locked text[];
begin
  -- Ids are in the order of time: behind a young row there are no old ones.
  select
    array_agg(page.project_id order by page.project_id),
    coalesce(
      (array_agg(page.project_id order by page.project_id) filter (where page.created_at < p_before))[p_limit],
      ''
    )
  into v_page, next_after
  from (
    select projects.project_id, projects.created_at
    from public.projects
    where projects.project_id > p_after
    order by projects.project_id
    limit p_limit
  ) as page;

  select array_agg(old.project_id)
  into v_locked
  from (
    select projects.project_id
    from public.projects
    where projects.project_id = any (v_page)
      and projects.status in ('completed', 'failed', 'cancelled')
      and projects.updated_at < p_before
      and not exists (
        select 1
        from private.steps
        where steps.project_id = projects.project_id
          and steps.status in ('queued', 'running', 'waiting')
      )
    order by projects.project_id
    for no key update skip locked
  ) as old;

  delete from private.steps where steps.project_id = any (v_locked);

  get diagnostics deleted = row_count;
end;
$$;

comment on function private.prune_attempts(text, timestamptz, integer) is
'Deletes steps and attempts of finished projects that nothing has happened to since p_before, out of the next p_limit projects.';

revoke execute on function private.prune_attempts(text, timestamptz, integer) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0700_function_prune_callbacks.sql
create or replace function private.prune_callbacks(
  p_after text,
  p_before timestamptz,
  p_limit integer,
  out next_after text,
  out deleted integer
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_page text[];
begin
  -- Ids are in the order of time: behind a young row there are no old ones.
  select
    array_agg(page.id order by page.id),
    coalesce(
      (array_agg(page.id order by page.id) filter (where page.received_at < p_before))[p_limit],
      ''
    )
  into v_page, next_after
  from (
    select webhook_logs.webhook_log_id as id, webhook_logs.received_at
    from public.webhook_logs
    where webhook_logs.webhook_log_id > p_after
    order by webhook_logs.webhook_log_id
    limit p_limit
  ) as page;

  delete from public.webhook_logs
  where webhook_logs.webhook_log_id in (
    select webhook_logs.webhook_log_id
    from public.webhook_logs
    where webhook_logs.webhook_log_id = any (v_page)
      and webhook_logs.received_at < p_before
      and webhook_logs.status <> 'pending'
      and not exists (
        select 1
        from public.projects
        where projects.project_id = webhook_logs.project_id
          and projects.status not in ('completed', 'failed', 'cancelled')
      )
    for update skip locked
  );

  get diagnostics deleted = row_count;
end;
$$;

comment on function private.prune_callbacks(text, timestamptz, integer) is
'Deletes recorded callbacks older than p_before, but buffered ones and those of unfinished projects, out of the next p_limit.';

revoke execute on function private.prune_callbacks(text, timestamptz, integer) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0700_function_prune_deliveries.sql
create or replace function private.prune_deliveries(
  p_after text,
  p_before timestamptz,
  p_limit integer,
  out next_after text,
  out deleted integer
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_page text[];
begin
  -- Ids are in the order of time: behind a young row there are no old ones.
  select
    array_agg(page.id order by page.id),
    coalesce(
      (array_agg(page.id order by page.id) filter (where page.created_at < p_before))[p_limit],
      ''
    )
  into v_page, next_after
  from (
    select webhook_deliveries.delivery_id as id, webhook_deliveries.created_at
    from public.webhook_deliveries
    where webhook_deliveries.delivery_id > p_after
    order by webhook_deliveries.delivery_id
    limit p_limit
  ) as page;

  delete from public.webhook_deliveries
  where webhook_deliveries.delivery_id in (
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.delivery_id = any (v_page)
      and webhook_deliveries.updated_at < p_before
      and webhook_deliveries.status in ('delivered', 'dead')
      and (webhook_deliveries.project_id is null or exists (
        select 1
        from public.projects
        where projects.project_id = webhook_deliveries.project_id
          and projects.status in ('completed', 'failed', 'cancelled')
          and projects.updated_at < p_before
      ))
    for update skip locked
  );

  get diagnostics deleted = row_count;
end;
$$;

comment on function private.prune_deliveries(text, timestamptz, integer) is
'Deletes the ended deliveries, with their tries, of custom sources and of projects that nothing has happened to since p_before, out of the next p_limit.';

revoke execute on function private.prune_deliveries(text, timestamptz, integer) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0700_function_prune_errors.sql
create or replace function private.prune_errors(
  p_after text,
  p_before timestamptz,
  p_limit integer,
  out next_after text,
  out deleted integer
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_page bigint[];
begin
  -- Ids are in the order of time: behind a young row there are no old ones.
  select
    array_agg(page.id order by page.id),
    coalesce(
      (array_agg(page.id::text order by page.id) filter (where page.created_at < p_before))[p_limit],
      ''
    )
  into v_page, next_after
  from (
    select error_logs.error_log_id as id, error_logs.created_at
    from public.error_logs
    where error_logs.error_log_id > coalesce(nullif(p_after, '')::bigint, 0)
    order by error_logs.error_log_id
    limit p_limit
  ) as page;

  delete from public.error_logs
  where error_logs.error_log_id in (
    select error_logs.error_log_id
    from public.error_logs
    where error_logs.error_log_id = any (v_page)
      and error_logs.created_at < p_before
      and not exists (
        select 1
        from public.projects
        where projects.project_id = error_logs.context ->> 'project_id'
          and projects.status not in ('completed', 'failed', 'cancelled')
      )
    for update skip locked
  );

  get diagnostics deleted = row_count;
end;
$$;

comment on function private.prune_errors(text, timestamptz, integer) is
'Deletes errors older than p_before, but those of unfinished projects, out of the next p_limit.';

revoke execute on function private.prune_errors(text, timestamptz, integer) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0700_function_prune_events.sql
create or replace function private.prune_events(
  p_after text,
  p_before timestamptz,
  p_limit integer,
  out next_after text,
  out deleted integer
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_page bigint[];
begin
  -- Ids are in the order of time: behind a young row there are no old ones.
  select
    array_agg(page.id order by page.id),
    coalesce(
      (array_agg(page.id::text order by page.id) filter (where page.at < p_before))[p_limit],
      ''
    )
  into v_page, next_after
  from (
    select pipeline_events.event_id as id, pipeline_events.at
    from public.pipeline_events
    where pipeline_events.event_id > coalesce(nullif(p_after, '')::bigint, 0)
    order by pipeline_events.event_id
    limit p_limit
  ) as page;

  delete from public.pipeline_events
  where pipeline_events.event_id in (
    select pipeline_events.event_id
    from public.pipeline_events
    where pipeline_events.event_id = any (v_page)
      and pipeline_events.at < p_before
      and not exists (
        select 1
        from public.projects
        where projects.project_id = pipeline_events.project_id
          and projects.status not in ('completed', 'failed', 'cancelled')
      )
    for update skip locked
  );

  get diagnostics deleted = row_count;
end;
$$;

comment on function private.prune_events(text, timestamptz, integer) is
'Deletes the events of finished projects that are older than p_before, out of the next p_limit; next_after is where the page after it begins.';

revoke execute on function private.prune_events(text, timestamptz, integer) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0700_function_prune_seen_deliveries.sql
-- Every old row may go, so the oldest are taken and no page is kept.

create or replace function private.prune_seen_deliveries(
  p_before timestamptz,
  p_limit integer,
  out next_after text,
  out deleted integer
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  delete from private.seen_deliveries
  where (seen_deliveries.source, seen_deliveries.webhook_id) in (
    select seen_deliveries.source, seen_deliveries.webhook_id
    from private.seen_deliveries
    where seen_deliveries.seen_at < p_before
    order by seen_deliveries.seen_at
    limit p_limit
    for update skip locked
  );

  get diagnostics deleted = row_count;
  next_after := case when deleted = p_limit then 'more' else '' end;
end;
$$;

comment on function private.prune_seen_deliveries(timestamptz, integer) is
'Forgets up to p_limit delivery ids that were seen before p_before; next_after is empty when none is left.';

revoke execute on function private.prune_seen_deliveries(timestamptz, integer)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0710_function_prune_page.sql
create or replace function private.prune_page(p_what text, p_limit integer, out deleted integer, out is_last boolean)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_before timestamptz := private.kept_since(p_what);
  v_after text;
  v_done record;
begin
  deleted := 0;
  is_last := true;
  if v_before = '-infinity' then
    return;
  end if;

  insert into private.housekeeping (what) values (p_what) on conflict do nothing;
  select housekeeping.next_after into v_after from private.housekeeping where housekeeping.what = p_what;

  case p_what
    when 'events' then
      select * into v_done from private.prune_events(v_after, v_before, p_limit);
    when 'attempts' then
      -- A page of projects: each has some tens of steps.
      select * into v_done from private.prune_attempts(v_after, v_before, greatest(p_limit / 20, 1));
    when 'callbacks' then
      select * into v_done from private.prune_callbacks(v_after, v_before, p_limit);
    when 'deliveries' then
      select * into v_done from private.prune_deliveries(v_after, v_before, p_limit);
    when 'errors' then
      select * into v_done from private.prune_errors(v_after, v_before, p_limit);
    when 'seen_deliveries' then
      select * into v_done from private.prune_seen_deliveries(v_before, p_limit);
    else
      raise exception 'Cannot prune "%": no such kind of rows', p_what using errcode = 'RL400';
  end case;

  update private.housekeeping set next_after = v_done.next_after where housekeeping.what = p_what;
  deleted := v_done.deleted;
  is_last := v_done.next_after = '';
end;
$$;

comment on function private.prune_page(text, integer) is
'Looks at the next page of these rows and deletes the old ones in it; after the last page it begins anew.';

revoke execute on function private.prune_page(text, integer) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0720_function_housekeep.sql
-- Deletes what is older than keep_days.* and belongs to no unfinished project. A page of each kind at a
-- time, until all are through or housekeeping_seconds are over: the next run goes on where it stopped.

create or replace function private.housekeep()
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_until timestamptz := clock_timestamp()
    + make_interval(secs => private.setting('housekeeping_seconds')::double precision);
  v_limit integer := private.setting('housekeeping_rows')::integer;
  v_open text[] := array['events', 'attempts', 'callbacks', 'deliveries', 'errors', 'seen_deliveries'];
  v_what text;
  v_page record;
  v_deleted jsonb := '{}';
begin
  if not pg_try_advisory_xact_lock(hashtextextended('housekeeping', 0)) then
    return v_deleted;
  end if;

  while cardinality(v_open) > 0 loop
    foreach v_what in array v_open loop
      select * into v_page from private.prune_page(v_what, v_limit);
      v_deleted := v_deleted
        || jsonb_build_object(v_what, coalesce((v_deleted ->> v_what)::integer, 0) + v_page.deleted);
      if v_page.is_last then
        v_open := array_remove(v_open, v_what);
      end if;
      if clock_timestamp() >= v_until then
        return v_deleted;
      end if;
    end loop;
  end loop;
  return v_deleted;
end;
$$;

comment on function private.housekeep() is
'Retention, bounded in rows and time. Returns how many rows of each kind were deleted. Called by pg_cron.';

revoke execute on function private.housekeep() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0730_function_delete_records.sql
create or replace function private.delete_records(
  p_project_ids text[],
  out callbacks integer,
  out deliveries integer,
  out media integer,
  out errors integer
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_logs text[];
begin
  select count(*) into deliveries from public.webhook_deliveries where webhook_deliveries.project_id = any (p_project_ids);
  select count(*) into media from public.media where media.project_id = any (p_project_ids);

  -- By project where the callback was matched, by request where it was not.
  select array_agg(webhook_logs.webhook_log_id)
  into v_logs
  from public.webhook_logs
  where webhook_logs.project_id = any (p_project_ids)
    or (webhook_logs.source, webhook_logs.request_id) in (
      select attempts.provider, attempts.request_id
      from private.attempts
      join private.steps using (step_id)
      where steps.project_id = any (p_project_ids)
        and attempts.request_id is not null
    );

  delete from private.seen_deliveries
  using public.webhook_logs
  where webhook_logs.webhook_log_id = any (v_logs)
    and seen_deliveries.source = webhook_logs.source
    and seen_deliveries.webhook_id = webhook_logs.webhook_id;

  delete from public.error_logs
  where error_logs.context ->> 'project_id' = any (p_project_ids)
    or error_logs.context ->> 'webhook_log_id' = any (v_logs);
  get diagnostics errors = row_count;

  delete from public.webhook_logs where webhook_logs.webhook_log_id = any (v_logs);
  get diagnostics callbacks = row_count;
end;
$$;

comment on function private.delete_records(text[]) is
'Deletes what was recorded about these projects and hangs on none of their rows; counts that and what will go with them.';

revoke execute on function private.delete_records(text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0730_function_films_stored_for.sql
create or replace function private.films_stored_for(p_project_ids text[])
returns text[]
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(array_agg(distinct stored.path order by stored.path), '{}')
  from (
    select objects.name as path
    from unnest(p_project_ids) as project (id)
    join storage.objects on objects.bucket_id = 'films' and objects.name like project.id || '/%'
    union all
    -- A copy that is under way may not be on record there yet.
    select unnest(array[steps.input ->> 'film_path', steps.input ->> 'thumbnail_path'])
    from private.steps
    where steps.project_id = any (p_project_ids)
      and steps.kind = 'store_film'
  ) as stored
  where stored.path is not null;
$$;

comment on function private.films_stored_for(text[]) is
'Paths in the bucket films that belong to these projects, whether the file is there already or not.';

revoke execute on function private.films_stored_for(text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0730_function_is_letting_go.sql
-- A request that is being given up at its provider needs its row for that; and so does a call that was
-- under way when its project was cancelled, because the request that it began has to be given up too.

create or replace function private.is_letting_go(p_project_id text)
returns boolean
language sql
volatile
security invoker
set search_path = ''
as $$
  select exists (
    select 1
    from private.steps
    where steps.project_id = p_project_id
      and steps.status in ('queued', 'running', 'waiting')
  ) or exists (
    select 1
    from private.steps
    join private.attempts using (step_id)
    where steps.project_id = p_project_id
      and attempts.status = 'cancelled'
      and attempts.request_id is null
      and attempts.ended_at > private.clock()
        - make_interval(secs => private.setting('lease_seconds.' || steps.kind)::double precision)
  );
$$;

comment on function private.is_letting_go(text) is
'True while an ended project still has a request to give up, or a call under way that may begin one.';

revoke execute on function private.is_letting_go(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0740_function_delete_user_data.sql
-- project any → cancelled where it was unfinished, and then gone with all that is known of it
--
-- A video whose requests are still being given up at a provider stays until they are: call again until
-- done is true. Files are the caller's to remove: their paths are in no table any more.

create or replace function public.delete_user_data(
  p_user_id text,
  p_limit integer default 100,
  p_waits boolean default true
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_project public.projects;
  v_video_id text;
  v_ids text[] := '{}';
  v_cancelled integer := 0;
  v_paths text[];
  v_records record;
begin
  -- All versions of a video go at once: they count up without gaps.
  for v_video_id in
    select distinct projects.video_id from public.projects where projects.user_id = p_user_id order by projects.video_id
  loop
    exit when cardinality(v_ids) >= p_limit;

    for v_project in
      select projects.*
      from public.projects
      where projects.user_id = p_user_id
        and projects.video_id = v_video_id
      order by projects.project_id
      for no key update
    loop
      if v_project.status not in ('completed', 'failed', 'cancelled') then
        perform public.cancel_project(v_project.project_id, 'The user''s data is being deleted');
        v_cancelled := v_cancelled + 1;
      end if;
    end loop;

    v_ids := v_ids || (
      select coalesce(array_agg(projects.project_id), '{}')
      from public.projects
      where projects.user_id = p_user_id
        and projects.video_id = v_video_id
      having not p_waits or not bool_or(private.is_letting_go(projects.project_id))
    );
  end loop;

  v_paths := private.films_stored_for(v_ids);
  select * into v_records from private.delete_records(v_ids);
  delete from public.projects where projects.project_id = any (v_ids);

  return jsonb_build_object(
    'done', not exists (select 1 from public.projects where projects.user_id = p_user_id),
    'projects', cardinality(v_ids),
    'cancelled', v_cancelled,
    'bucket', 'films',
    'paths', to_jsonb(v_paths)
  ) || to_jsonb(v_records);
end;
$$;

comment on function public.delete_user_data(text, integer, boolean) is
'Deletes p_limit projects of a user, or a video''s more, with all below, their callbacks and errors. {done, projects, cancelled, callbacks, deliveries, media, errors, bucket, paths}: the caller removes these files, and calls again until done. Without p_waits, requests at providers are left to themselves.';

revoke execute on function public.delete_user_data(text, integer, boolean) from public, anon, authenticated;
grant execute on function public.delete_user_data(text, integer, boolean) to service_role;
--! end included

--! included supabase/schemas/0800_schema_handlers.sql
-- Handlers of custom sources run with the rights of whoever owns the database: only the owner may
-- create them, by a migration, and nobody calls them but a callback that passed its signature.

create schema if not exists handlers;

comment on schema handlers is
'An installation''s own functions handlers.<name>(p_webhook_log_id text), named by private.webhook_sources. Not exposed by the API.';

revoke all on schema handlers from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0810_table_webhook_sources.sql
create table private.webhook_sources (
  name text not null,
  scheme text not null,
  header text,
  secret_in text not null default 'env',
  secret_name text not null,
  id_path text,
  type_path text,
  rate_limit integer,
  handler_kind text,
  handler_target text,
  is_enabled boolean not null default true,
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  constraint webhook_sources_pkey primary key (name),
  constraint source_name_fits_a_path check (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
  constraint source_name_is_not_taken check (
    name not in (
      'fal', 'video', 'lastframe', 'stitch', 'storage', 'notification', 'custom', 'all',
      'webhook', 'webhooks', 'task', 'tasks', 'health', 'stats', 'metrics', 'openapi', 'docs', 'console'
    )
  ),
  constraint source_scheme_is_known check (
    scheme in (
      'hmac', 'hmac_base64', 'timestamped', 'standard', 'svix', 'replicate', 'github', 'stripe', 'slack', 'shopify',
      'bearer', 'token', 'gitlab', 'ed25519', 'discord'
    )
  ),
  constraint source_header_can_be_chosen check (
    header is null
    or header ~ '^[a-z0-9][a-z0-9-]{0,99}$'
    and scheme in ('hmac', 'hmac_base64', 'timestamped', 'token', 'ed25519')
  ),
  constraint source_secret_is_in_env_or_vault check (
    secret_in = 'env' and secret_name ~ '^[A-Z][A-Z0-9_]{0,99}$' and secret_name not like 'SUPABASE%'
    or secret_in = 'vault' and length(secret_name) between 1 and 255
  ),
  constraint source_paths_are_dotted check (
    coalesce(id_path ~ '^[^.]+(\.[^.]+){0,9}$' and length(id_path) <= 255, true)
    and coalesce(type_path ~ '^[^.]+(\.[^.]+){0,9}$' and length(type_path) <= 255, true)
  ),
  constraint source_takes_at_least_one check (rate_limit > 0),
  constraint source_handler_is_whole check (
    handler_kind is null and handler_target is null
    or coalesce(handler_kind = 'function' and handler_target ~ '^[a-z_][a-z0-9_]{0,62}$', false)
    or coalesce(handler_kind = 'delivery' and handler_target ~ '^https?://' and length(handler_target) <= 2000, false)
  )
);

comment on table private.webhook_sources is
'Senders of webhooks that an installation adds: POST /webhook/<name> takes theirs. No secret stands here, only where it is.';
comment on column private.webhook_sources.header is 'Where the signature or token comes in, for the schemes that leave it open; null: the scheme''s usual one.';
comment on column private.webhook_sources.secret_in is 'env: an environment variable of the functions. vault: a secret in Vault. Both hold one secret or several, comma-separated.';
comment on column private.webhook_sources.id_path is 'Where the body says which delivery it is, data.event.id; without, or where it is missing: the signed id, else the body''s digest.';
comment on column private.webhook_sources.type_path is 'Where the body says what has happened; without: webhook.received.';
comment on column private.webhook_sources.rate_limit is 'Verified requests a minute from one address; null: no limit.';
comment on column private.webhook_sources.handler_kind is
'function: handlers.<handler_target>(webhook_log_id), in the transaction of the record. delivery: posted to the URL handler_target. null: only recorded.';

alter table private.webhook_sources enable row level security;
revoke all on table private.webhook_sources from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0820_function_source_revision.sql
-- A door keeps what it knows of sources for some seconds. What it verified by is still in force when
-- the revision that it brings is still this one.

create or replace function private.source_revision(p_source private.webhook_sources)
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select md5(concat_ws(
    '|',
    p_source::text,
    (
      select secrets.updated_at::text
      from vault.secrets
      where p_source.secret_in = 'vault'
        and secrets.name = p_source.secret_name
    )
  ));
$$;

comment on function private.source_revision(private.webhook_sources) is
'Changes with anything about a source, its secret in Vault included.';

revoke execute on function private.source_revision(private.webhook_sources) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0820_function_source_view.sql
create or replace function private.source_view(p_source private.webhook_sources)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select to_jsonb(p_source) || jsonb_build_object(
    'has_secret', case when p_source.secret_in = 'vault' then exists (
      select 1
      from vault.secrets
      where secrets.name = p_source.secret_name
    ) end
  );
$$;

comment on function private.source_view(private.webhook_sources) is
'A source as an operator sees it, without its secret. has_secret is null where only the functions can know.';

revoke execute on function private.source_view(private.webhook_sources) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0830_function_apply_to_source.sql
-- What the handler raises is raised: the caller records it, and the sender's next try comes here again.

create or replace function private.apply_to_source(p_log public.webhook_logs)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_source private.webhook_sources;
begin
  select webhook_sources.*
  into v_source
  from private.webhook_sources
  where webhook_sources.name = p_log.source;

  if not found then
    return jsonb_build_object('outcome', 'unknown', 'reason', format('There is no source "%s" any more', p_log.source));
  end if;

  case v_source.handler_kind
    when 'function' then
      execute format('select handlers.%I($1)', v_source.handler_target) using p_log.webhook_log_id;
    when 'delivery' then
      perform private.queue_source_delivery(v_source, p_log);
    else
      null;
  end case;
  return '{"outcome": "applied"}';
end;
$$;

comment on function private.apply_to_source(public.webhook_logs) is
'Gives a custom source''s callback to its handler, where there is one. Outcome applied, or unknown once the source is gone.';

revoke execute on function private.apply_to_source(public.webhook_logs) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0830_function_queue_source_delivery.sql
-- → pending
--
-- A body that is no JSON travels as its bytes, in base64.

create or replace function private.queue_source_delivery(p_source private.webhook_sources, p_log public.webhook_logs)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into public.webhook_deliveries (endpoint_id, type, url, body)
  select 'source:' || p_source.name, 'webhook.received', p_source.handler_target, row_to_json(message)::text
  from (
    select
      'webhook.received' as type,
      to_char(p_log.received_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as timestamp,
      jsonb_build_object(
        'source', p_source.name,
        'webhook_log_id', p_log.webhook_log_id,
        'id', p_log.webhook_id,
        'type', p_log.type,
        'body', p_log.data,
        'raw_body', case when p_log.data is null then translate(encode(p_log.raw_body, 'base64'), e'\n', '') end
      ) as data
  ) as message;
$$;

comment on function private.queue_source_delivery(private.webhook_sources, public.webhook_logs) is
'→ pending: passes a custom source''s callback on to the URL that its row names, signed as every delivery is.';

revoke execute on function private.queue_source_delivery(private.webhook_sources, public.webhook_logs) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0840_function_read_webhook_sources.sql
-- The one place where a source's secret leaves Vault: for the door, which verifies by it.

create or replace function public.read_webhook_sources()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(jsonb_build_object(
      'name', webhook_sources.name,
      'scheme', webhook_sources.scheme,
      'header', webhook_sources.header,
      'secret_in', webhook_sources.secret_in,
      'secret_name', webhook_sources.secret_name,
      'secret', secrets.decrypted_secret,
      'id_path', webhook_sources.id_path,
      'type_path', webhook_sources.type_path,
      'rate_limit', webhook_sources.rate_limit,
      'revision', private.source_revision(webhook_sources)
    )),
    '[]'
  )
  from private.webhook_sources
  left join vault.decrypted_secrets as secrets
    on webhook_sources.secret_in = 'vault' and secrets.name = webhook_sources.secret_name
  where webhook_sources.is_enabled;
$$;

comment on function public.read_webhook_sources() is
'The enabled sources, with the secrets of those that keep theirs in Vault. Called by the door webhook, which shows them to nobody.';

revoke execute on function public.read_webhook_sources() from public, anon, authenticated;
grant execute on function public.read_webhook_sources() to service_role;
--! end included

--! included supabase/schemas/0840_function_receive_source_callback.sql
-- A source that was changed, disabled or removed a moment ago lets nobody in by what it was: the door
-- is told that it knows an old one, and nothing is recorded.

create or replace function public.receive_source_callback(p_callback jsonb, p_revision text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if not exists (
    select 1
    from private.webhook_sources
    where webhook_sources.name = p_callback ->> 'source'
      and webhook_sources.is_enabled
      and private.source_revision(webhook_sources) = p_revision
  ) then
    return null;
  end if;
  return public.receive_callback(p_callback);
end;
$$;

comment on function public.receive_source_callback(jsonb, text) is
'receive_callback for a custom source; null where the source is not any more what it was verified by. Called by the door webhook.';

revoke execute on function public.receive_source_callback(jsonb, text) from public, anon, authenticated;
grant execute on function public.receive_source_callback(jsonb, text) to service_role;
--! end included

--! included supabase/schemas/0850_function_list_webhook_sources.sql
create or replace function public.list_webhook_sources()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(private.source_view(webhook_sources) order by webhook_sources.name), '[]')
  from private.webhook_sources;
$$;

comment on function public.list_webhook_sources() is
'All sources by name, without secrets. Called by webhook-manage.';

revoke execute on function public.list_webhook_sources() from public, anon, authenticated;
grant execute on function public.list_webhook_sources() to service_role;
--! end included

--! included supabase/schemas/0850_function_put_webhook_source.sql
-- What p_changes does not name stays as it is; null takes an optional field away.

create or replace function public.put_webhook_source(p_name text, p_changes jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_source private.webhook_sources;
  v_rule text;
begin
  if not exists (select 1 from private.webhook_sources where webhook_sources.name = p_name) then
    insert into private.webhook_sources (name, scheme, secret_name, secret_in)
    values (p_name, p_changes ->> 'scheme', p_changes ->> 'secret_name', coalesce(p_changes ->> 'secret_in', 'env'))
    on conflict do nothing;
  end if;

  select webhook_sources.* into v_source from private.webhook_sources where webhook_sources.name = p_name for update;
  v_source := jsonb_populate_record(v_source, p_changes - 'name' - 'created_at' - 'updated_at');

  update private.webhook_sources
  set
    scheme = v_source.scheme,
    header = v_source.header,
    secret_in = v_source.secret_in,
    secret_name = v_source.secret_name,
    id_path = v_source.id_path,
    type_path = v_source.type_path,
    rate_limit = v_source.rate_limit,
    handler_kind = v_source.handler_kind,
    handler_target = v_source.handler_target,
    is_enabled = v_source.is_enabled,
    updated_at = private.clock()
  where webhook_sources.name = p_name
  returning webhook_sources.* into v_source;

  if v_source.handler_kind = 'function'
    and to_regprocedure('handlers.' || quote_ident(v_source.handler_target) || '(text)') is null then
    raise exception 'Cannot put source "%": there is no function handlers.%(text)', p_name, v_source.handler_target
      using errcode = 'RL400';
  end if;

  perform private.record_event(null, 'source.changed', null, null, jsonb_build_object(
    'name', p_name, 'fields', (select jsonb_agg(fields.name) from jsonb_object_keys(p_changes) as fields (name))
  ));
  return private.source_view(v_source);
exception
  when check_violation then
    get stacked diagnostics v_rule = constraint_name;
    raise exception 'Cannot put source "%": the rule "%" does not hold', p_name, replace(v_rule, '_', ' ')
      using errcode = 'RL400';
  when not_null_violation then
    get stacked diagnostics v_rule = column_name;
    raise exception 'Cannot put source "%": % is required', p_name, v_rule using errcode = 'RL400';
end;
$$;

comment on function public.put_webhook_source(text, jsonb) is
'Creates or changes a source: scheme, secret_name (both required at first), header, secret_in, id_path, type_path, rate_limit, handler_kind, handler_target, is_enabled. Answers as list_webhook_sources does. Raises RL400. Called by webhook-manage.';

revoke execute on function public.put_webhook_source(text, jsonb) from public, anon, authenticated;
grant execute on function public.put_webhook_source(text, jsonb) to service_role;
--! end included

--! included supabase/schemas/0850_function_remove_webhook_source.sql
-- What it sent stays on record.

create or replace function public.remove_webhook_source(p_name text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  delete from private.webhook_sources where webhook_sources.name = p_name;

  if not found then
    raise exception 'Cannot remove source "%": no such source', p_name using errcode = 'RL404';
  end if;

  perform private.record_event(null, 'source.removed', null, null, jsonb_build_object('name', p_name));
  return jsonb_build_object('name', p_name, 'removed', true);
end;
$$;

comment on function public.remove_webhook_source(text) is
'Its path is unknown from now on. {name, removed}. Raises RL404. Called by webhook-manage.';

revoke execute on function public.remove_webhook_source(text) from public, anon, authenticated;
grant execute on function public.remove_webhook_source(text) to service_role;
--! end included

--! included supabase/schemas/0860_function_hint_attempt.sql
-- A callback that fal did sign, but too long ago to be believed: perhaps it is a late one, perhaps
-- somebody kept it. The provider itself is asked; nothing is taken from the callback.
--
-- Once for each attempt, and only while its callback is awaited: whoever repeats it has us ask once.

create or replace function public.hint_attempt(p_token text, p_request_id text)
returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_attempt private.attempts;
  v_step private.steps;
begin
  select attempts.*
  into v_attempt
  from private.attempts
  where attempts.provider = 'fal'
    and attempts.request_id = p_request_id
    and (p_token is null or attempts.attempt_id = (private.attempt_of_token(p_token)).attempt_id);

  if not found then
    return false;
  end if;

  v_step := private.lock_step(v_attempt.step_id);
  -- Read again under the lock: what was open a moment ago may have ended.
  select attempts.* into v_attempt from private.attempts where attempts.attempt_id = v_attempt.attempt_id;

  if v_step.status <> 'waiting'
    or v_step.claim_token is not null
    or v_step.due_at <= private.clock()
    or v_attempt.status not in ('submitted', 'in_progress')
    or exists (
      select 1
      from public.pipeline_events
      where pipeline_events.project_id = v_step.project_id
        and pipeline_events.type = 'attempt.hinted'
        and pipeline_events.data ->> 'attempt_id' = v_attempt.attempt_id
    ) then
    return false;
  end if;

  update private.steps
  set due_at = private.clock(), updated_at = private.clock()
  where steps.step_id = v_step.step_id;

  perform private.record_event(
    v_step.project_id, 'attempt.hinted', v_step.scene_id, v_step.chunk_id,
    jsonb_build_object('kind', v_step.kind, 'attempt_id', v_attempt.attempt_id)
  );
  return true;
end;
$$;

comment on function public.hint_attempt(text, text) is
'Makes the waiting step of a request at fal due at once, so that fal is asked; changes no status. True where that made a difference. Called by fal-webhook.';

revoke execute on function public.hint_attempt(text, text) from public, anon, authenticated;
grant execute on function public.hint_attempt(text, text) to service_role;
--! end included

--! included supabase/schemas/0900_table_request_counts.sql
-- One row an isolate, address and second at most, inserted and never updated: no row is hot.

create unlogged table private.request_counts (
  request_count_id bigint generated always as identity,
  what text not null,
  address text not null,
  isolate text not null,
  requests integer not null,
  at timestamptz not null default private.clock(),
  constraint request_counts_pkey primary key (request_count_id),
  constraint requests_are_counted check (requests > 0)
);

create index request_counts_what_at_idx on private.request_counts (what, at);

comment on table private.request_counts is
'Verified requests of the last minutes, as each isolate of a door reported them, for RATE_LIMIT_*. Lost in a crash, which only forgives.';

alter table private.request_counts enable row level security;
revoke all on table private.request_counts from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0901_table_limit_hits.sql
create table private.limit_hits (
  limit_hit_id bigint generated always as identity,
  what text not null,
  hits integer not null,
  at timestamptz not null default private.clock(),
  constraint limit_hits_pkey primary key (limit_hit_id),
  constraint hits_are_counted check (hits > 0)
);

create index limit_hits_at_idx on private.limit_hits (at);

comment on table private.limit_hits is
'How many verified requests a limit refused, as each isolate reported it: a row in ten seconds at most. Kept for eight days.';

alter table private.limit_hits enable row level security;
revoke all on table private.limit_hits from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0910_function_count_limit_hits.sql
create or replace function public.count_limit_hits(p_what text, p_hits integer)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  insert into private.limit_hits (what, hits) values (p_what, p_hits);
$$;

comment on function public.count_limit_hits(text, integer) is
'Notes that a limit refused so many verified requests. Called by doors in the background.';

revoke execute on function public.count_limit_hits(text, integer) from public, anon, authenticated;
grant execute on function public.count_limit_hits(text, integer) to service_role;
--! end included

--! included supabase/schemas/0910_function_count_requests.sql
create or replace function public.count_requests(p_what text, p_isolate text, p_counts jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
begin
  insert into private.request_counts (what, address, isolate, requests, at)
  select p_what, counts.key, p_isolate, counts.value::integer, v_now
  from jsonb_each_text(p_counts) as counts;

  return (
    select coalesce(
      jsonb_agg(jsonb_build_object('address', others.address, 'age_seconds', others.age, 'requests', others.requests)),
      '[]'
    )
    from (
      select
        request_counts.address,
        -- Slots of five seconds, each as young as its youngest: nobody gets more than the limit by it.
        greatest(extract(epoch from v_now - max(request_counts.at)), 0) as age,
        sum(request_counts.requests) as requests
      from private.request_counts
      where request_counts.what = p_what
        and request_counts.isolate <> p_isolate
        and request_counts.at > v_now - interval '60 seconds'
      group by request_counts.address, floor(extract(epoch from request_counts.at) / 5)
      order by sum(request_counts.requests) desc
      limit 2000
    ) as others
  );
end;
$$;

comment on function public.count_requests(text, text, jsonb) is
'Takes the requests that an isolate let through, by address, and returns those of all others within the last minute. Called by doors with a limit, at most once a second.';

revoke execute on function public.count_requests(text, text, jsonb) from public, anon, authenticated;
grant execute on function public.count_requests(text, text, jsonb) to service_role;
--! end included

--! included supabase/schemas/0910_function_limit_hits_since.sql
create or replace function private.limit_hits_since(p_since timestamptz)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(counted.what, counted.hits), '{}')
  from (
    select limit_hits.what, sum(limit_hits.hits) as hits
    from private.limit_hits
    where limit_hits.at >= p_since
    group by limit_hits.what
  ) as counted;
$$;

comment on function private.limit_hits_since(timestamptz) is
'{"RATE_LIMIT_FAL": 12, "source:crm": 3}: verified requests that limits refused since then.';

revoke execute on function private.limit_hits_since(timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0910_function_prune_request_counts.sql
create or replace function private.prune_request_counts()
returns integer
language sql
volatile
security invoker
set search_path = ''
as $$
  with
  counts as (
    delete from private.request_counts
    where request_counts.at < private.clock() - interval '2 minutes'
    returning 1
  ),

  hits as (
    delete from private.limit_hits
    where limit_hits.at < private.clock() - interval '8 days'
    returning 1
  )

  select ((select count(*) from counts) + (select count(*) from hits))::integer;
$$;

comment on function private.prune_request_counts() is
'Forgets requests that no limit looks at any more, and refusals that no figure does. Called by pg_cron every minute.';

revoke execute on function private.prune_request_counts() from public, anon, authenticated, service_role;
--! end included

-- Rows are not schema: settings, the bell, the bucket and the cron jobs stand only here.

insert into private.settings (name, value, description) values
  ('token_key', to_jsonb(encode(extensions.gen_random_bytes(32), 'hex')), 'Key of the tokens in callback and status URLs'),
  ('clock_offset_seconds', '0', 'Added to the time, for tests'),
  ('bell_repeat_seconds', '5', 'A ring without an answer is repeated after this long'),
  ('bell_deaf_seconds', '2', 'Rings unanswered for this long: pg_net does not deliver'),
  ('lease_seconds.delivery', '90', 'How long a runner has for one claim of it'),
  ('lease_seconds.generate_clip', '90', 'How long a runner has for one claim of it'),
  ('lease_seconds.extract_last_frame', '90', 'How long a runner has for one claim of it'),
  ('lease_seconds.extract_thumbnail', '90', 'How long a runner has for one claim of it'),
  ('lease_seconds.stitch', '90', 'How long a runner has for one claim of it'),
  ('lease_seconds.store_film', '300', 'How long a runner has for one claim of it'),
  ('lease_seconds.cancel_request', '90', 'How long a runner has for one claim of it'),
  ('max_attempts', '4', 'How often a step is tried at a provider'),
  ('retry_base_seconds', '1', 'Backoff: up to base * 2 ^ attempts'),
  ('retry_cap_seconds', '60', 'Backoff: at most this'),
  ('retry_after_cap_seconds', '3600', 'A Retry-After is honoured up to this'),
  ('lookup_seconds', '600', 'How long a lost attempt is looked up before its outcome is unknown'),
  ('lookup_again_seconds', '15', 'Between two look-ups of a lost attempt'),
  ('ask_seconds', '30', 'Between two questions to an overdue provider'),
  ('buffer_seconds', '86400', 'How long a callback that nothing matches is kept waiting'),
  ('deadline_seconds.generate_clip', '600', 'A callback is awaited this long, then the provider is asked'),
  ('deadline_seconds.extract_last_frame', '60', 'A callback is awaited this long, then the provider is asked'),
  ('deadline_seconds.extract_thumbnail', '60', 'A callback is awaited this long, then the provider is asked'),
  ('deadline_seconds.stitch', '180', 'A callback is awaited this long, then the provider is asked'),
  ('deadline_seconds.store_film', '180', 'A callback is awaited this long, then the provider is asked'),
  ('deadline_seconds.cancel_request', '60', 'A callback is awaited this long, then the provider is asked'),
  ('give_up_seconds.generate_clip', '7200', 'A provider that is still at it after this long is given up'),
  ('give_up_seconds.extract_last_frame', '900', 'A provider that is still at it after this long is given up'),
  ('give_up_seconds.extract_thumbnail', '300', 'A provider that is still at it after this long is given up'),
  ('give_up_seconds.stitch', '1800', 'A provider that is still at it after this long is given up'),
  ('give_up_seconds.store_film', '1800', 'A provider that is still at it after this long is given up'),
  ('give_up_seconds.cancel_request', '900', 'A provider that is still at it after this long is given up');

insert into private.bell default values;

insert into storage.buckets (id, name, public)
values ('films', 'films', true)
on conflict (id) do nothing;

select cron.schedule('reelay-sweep', '5 seconds', 'select private.sweep()');
select cron.schedule(
  'reelay-prune-cron-history', '17 * * * *',
  $cron$delete from cron.job_run_details where end_time < now() - interval '1 day'$cron$
);

insert into private.settings (name, value, description) values
  ('breaker_failures', '5', 'After this many failed calls in a row a provider is held'),
  ('breaker_seconds', '30', 'How long it is held; then one step feels the way');

insert into private.providers (name) values ('*'), ('fal'), ('video'), ('lastframe'), ('stitch'), ('storage');

insert into private.settings (name, value, description) values
  ('keep_days.events', '90', 'The timeline of finished films is kept this long; 0: for ever'),
  ('keep_days.attempts', '90', 'Steps and attempts of finished films are kept this long, and what they cost with them; 0: for ever'),
  ('keep_days.callbacks', '30', 'Recorded callbacks are kept this long; 0: for ever'),
  ('keep_days.deliveries', '90', 'Deliveries that have ended are kept this long; 0: for ever'),
  ('keep_days.errors', '90', 'error_logs is kept this long; 0: for ever'),
  ('keep_days.seen_deliveries', '30', 'A repeated delivery is known again this long, at least 7 days; 0: for ever'),
  ('housekeeping_rows', '1000', 'Rows that housekeeping looks at in one go'),
  ('housekeeping_seconds', '5', 'How long one run of housekeeping may take; the next one goes on'),
  ('max_usd_per_day', '0', 'Nothing new is begun once the estimated and actual cost of the day (UTC) has reached this; 0: no cap'),
  ('on_outcome_unknown', '"fail"', 'When it cannot be learnt whether a provider accepted: "fail" the film, or "resubmit" and perhaps pay twice');

insert into private.prices (model, kind, usd_per_second, as_of, source) values
  ('fal-ai/ffmpeg-api/extract-frame', 'extract_last_frame', 0.0002, '2026-11-22', 'https://fal.ai/models/fal-ai/ffmpeg-api/extract-frame/llms.txt'),
  ('fal-ai/ffmpeg-api/extract-frame', 'extract_thumbnail', 0.0002, '2026-11-22', 'https://fal.ai/models/fal-ai/ffmpeg-api/extract-frame/llms.txt');

select cron.schedule('reelay-housekeeping', '*/10 * * * *', 'select private.housekeep()');

select cron.schedule('reelay-prune-request-counts', '* * * * *', 'select private.prune_request_counts()');
