alter table public.projects set (
  fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05
);
alter table public.scenes set (
  fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05
);
alter table public.video_chunks set (
  fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05
);
alter table private.attempts set (
  fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05
);
alter table private.steps set (
  autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02
);

alter table private.attempts add column sent_at timestamptz;

comment on column private.attempts.sent_at is
'When its runner announced the call; infinity: it has not, so that nothing was sent; null: its runner announces nothing.';

drop function private.lose_attempt(text, text);


drop function private.claim_deliveries(integer);
alter table public.webhook_deliveries
  add column lane text,
  add column position bigint not null generated always as identity,
  add column queued_at timestamptz not null default private.clock(),
  add column tries_before integer not null default 0,
  add column batch_id text,
  add constraint delivery_in_a_batch foreign key (batch_id) references public.webhook_deliveries (delivery_id) on delete set null,
  drop constraint delivery_is_a_films_or_a_sources,
  add constraint delivery_is_a_films_or_a_sources check (
    project_id is not null or coalesce(endpoint_id like 'source:%' or endpoint_id like 'ep\_%', false)
  ),
  drop constraint delivery_status_is_known,
  add constraint delivery_status_is_known check (
    status in ('pending', 'delivering', 'batched', 'delivered', 'dead', 'filtered', 'skipped')
  );
update public.webhook_deliveries
set
  lane = case
    when webhook_deliveries.endpoint_id = 'notification' then 'notification'
    else coalesce(lower(substring(webhook_deliveries.url from '^[A-Za-z]+://[^/?#]+')), left(webhook_deliveries.url, 255))
  end,
  queued_at = webhook_deliveries.created_at;
alter table public.webhook_deliveries alter column lane set not null;
comment on column public.webhook_deliveries.endpoint_id is
'null: the project''s callback_url. notification: the installation''s service. source:<name>: a custom source''s callback passed on; it has no project. ep_...: a standing endpoint of the user.';
comment on column public.webhook_deliveries.status is
'batched: it travels in the delivery batch_id. filtered: the endpoint does not want this type. skipped: the endpoint was disabled. Both can be replayed.';
comment on column public.webhook_deliveries.lane is 'Whose slots it takes: private.delivery_lanes.';
comment on column public.webhook_deliveries.position is 'The order of events, where ids of one millisecond have none.';
comment on column public.webhook_deliveries.queued_at is 'When it was queued, redriven or replayed last: what is tried for too long since then is given up.';
comment on column public.webhook_deliveries.tries_before is 'attempt_count at that time: the schedule begins anew after it.';
create index webhook_deliveries_lane on public.webhook_deliveries (lane, (attempt_count > 0), due_at, position) where status = 'pending';
create index webhook_deliveries_delivering on public.webhook_deliveries (lane) where status = 'delivering';
create index webhook_deliveries_endpoint_id on public.webhook_deliveries (endpoint_id, created_at) where endpoint_id is not null;
create index webhook_deliveries_batch_id on public.webhook_deliveries (batch_id) where batch_id is not null;
alter table public.webhook_delivery_attempts add column timing jsonb;
comment on column public.webhook_delivery_attempts.timing is 'Milliseconds of its parts, as far as the sender knows them.';

--! altered supabase/schemas/0100_table_projects.sql sha256:cb8bb805217ccae4a72b9bf9f32df6734f289bb9a72aee16c573892d477edada
--! altered supabase/schemas/0110_table_scenes.sql sha256:28cf6f3af81c62b3b24b391c5bd71f9494be20e04de50cd625eb8cd7605a7323
--! altered supabase/schemas/0120_table_video_chunks.sql sha256:f8873ae8a57522f94d4cdf197f6b6dff4bd1c9f3cc3243361050ba4498c3ed5d
--! altered supabase/schemas/0140_table_steps.sql sha256:9956ae294e65b95b3e43d6167cf307a36e23c81a7269c41502e7a2bcdd61aad8
--! altered supabase/schemas/0150_table_attempts.sql sha256:74411f7f90ec76d335a67743ec76844bf1f49225ea67c96bf3904a8d477f7f67
--! altered supabase/schemas/0170_table_webhook_deliveries.sql sha256:75a2c9db4a212dc664b85092d322ffd412d35b3d13c79d72722984a4800adfff
--! altered supabase/schemas/0171_table_webhook_delivery_attempts.sql sha256:400b5869d1beac4591a141220ba7102a7f06f2e53255606958058b10dad8c151

--! included supabase/schemas/0040_function_clock.sql
-- The time, for everything in here. The offset lets tests move the clock of every connection.
-- service_role may execute it because the outside worker's chunks have it as a default; the schema
-- stays closed to it.

create or replace function private.clock()
returns timestamptz
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_offset double precision;
begin
  select (settings.value #>> '{}')::double precision
  into v_offset
  from private.settings
  where settings.name = 'clock_offset_seconds';

  return clock_timestamp() + make_interval(secs => coalesce(v_offset, 0));
end;
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
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return p_prefix || '_'
    || lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0')
    || encode(extensions.gen_random_bytes(10), 'hex');
end;
$$;

comment on function private.new_id(text) is 'A new time-ordered text id with this prefix.';

-- It is a default of the chunks that the outside worker inserts.
revoke execute on function private.new_id(text) from public, anon, authenticated;
grant execute on function private.new_id(text) to service_role;
--! end included

--! included supabase/schemas/0040_function_sign.sql
-- Tokens that we hand out are HMACs of what they are for, so that none has to be stored.
-- The purpose keeps a task's token from opening an attempt.

create or replace function private.sign(p_purpose text, p_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return encode(
    extensions.hmac(
      p_purpose || ':' || p_id,
      (select settings.value #>> '{}' from private.settings where settings.name = 'token_key'),
      'sha256'
    ),
    'hex'
  );
end;
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
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return coalesce(
    sha256(convert_to(private.sign(p_purpose, p_id), 'UTF8')) = sha256(convert_to(p_signature, 'UTF8')),
    false
  );
end;
$$;

comment on function private.is_signed(text, text, text) is 'True when the signature is ours for this purpose and id.';

revoke execute on function private.is_signed(text, text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0168_function_are_events_known.sql
-- The closed list of what we tell: a film's, its scenes', its stages'. webhook.received, endpoint.test and
-- batch are types of deliveries that nobody chooses.

create or replace function private.are_events_known(p_events text[])
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
  select p_events is null or p_events <@ array[
    'video.generation.progress', 'video.generation.completed', 'video.generation.failed', 'video.generation.cancelled',
    'storyboard.completed', 'scene.started', 'scene.completed', 'scene.failed', 'stitching.started'
  ];
$$;

comment on function private.are_events_known(text[]) is 'True where each is an event that can be asked for; null asks for the usual ones.';

revoke execute on function private.are_events_known(text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0169_table_endpoints.sql
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
  constraint endpoints_pkey primary key (endpoint_id),
  constraint endpoint_url_is_http check (url ~ '^https?://' and length(url) <= 2048),
  constraint endpoint_description_is_short check (length(description) <= 500),
  constraint endpoint_events_are_known check (private.are_events_known(events)),
  constraint endpoint_headers_are_an_object check (jsonb_typeof(headers) = 'object'),
  constraint endpoint_has_at_least_one_slot check (max_in_flight between 1 and 50),
  constraint endpoint_rate_is_positive check (max_per_second > 0),
  constraint endpoint_batch_is_bounded check (batch_size between 1 and 100 and batch_ms between 0 and 60000),
  constraint disabled_endpoint_has_a_time check (is_enabled = (disabled_at is null))
);

comment on table private.endpoints is
'Where a user''s events go, whichever job they come from. Header values stand here alone, where no API reads.';
comment on column private.endpoints.events is 'Types it wants; null: all but video.generation.progress. What it does not want is kept as filtered.';
comment on column private.endpoints.max_in_flight is 'Deliveries on their way to it at a time.';
comment on column private.endpoints.max_per_second is 'null: no limit.';
comment on column private.endpoints.is_ordered is 'One after the other, in the order of events: a delivery waits until the one before it has ended, through all its tries.';
comment on column private.endpoints.batch_size is 'More than 1: events are collected until there are so many, or the first has waited for batch_ms, and sent as one request.';

comment on column private.endpoints.failing_since is 'The first of the failures of any kind since its last 2xx, none of them more than 30 hours before the next.';

create index endpoints_user_id on private.endpoints (user_id);

alter table private.endpoints enable row level security;
revoke all on table private.endpoints from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0172_table_endpoint_secrets.sql
create table private.endpoint_secrets (
  endpoint_id text not null,
  secret text not null,
  created_at timestamptz not null default private.clock(),
  expires_at timestamptz,
  constraint endpoint_secrets_pkey primary key (endpoint_id, secret),
  constraint secret_of_an_endpoint foreign key (endpoint_id) references private.endpoints (endpoint_id) on delete cascade,
  constraint secret_is_of_standard_webhooks check (secret ~ '^whsec_[A-Za-z0-9+/]{32,88}={0,2}$')
);

comment on table private.endpoint_secrets is
'Each that has not expired signs every delivery to the endpoint, so that a receiver may know the old or the new one of a rotation.';
comment on column private.endpoint_secrets.expires_at is 'null: the current one.';

alter table private.endpoint_secrets enable row level security;
revoke all on table private.endpoint_secrets from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0173_table_delivery_lanes.sql
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
comment on column private.delivery_lanes.lane is 'An endpoint''s id, notification, or scheme, host and port of a URL.';
comment on column private.delivery_lanes.failures_in_a_row is 'No answer, 5xx, 408 or 429; any other answer shows that somebody is there.';
comment on column private.delivery_lanes.held_until is 'The breaker is open: nothing is sent before, then one delivery feels the way.';
comment on column private.delivery_lanes.tokens is 'What is left of max_per_second, as of tokens_at.';

alter table private.delivery_lanes enable row level security;
revoke all on table private.delivery_lanes from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0200_function_is_bell_deaf.sql
create or replace function public.is_bell_deaf()
returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  return coalesce(
    (
      select bell.unanswered_since
        < private.clock() - make_interval(secs => private.setting('bell_deaf_seconds')::double precision)
      from private.bell
    ),
    false
  );
end;
$$;

comment on function public.is_bell_deaf() is
'True when rings have gone unanswered for some seconds: pg_net does not deliver. Doors and runners then ring over HTTP themselves.';

revoke execute on function public.is_bell_deaf() from public, anon, authenticated;
grant execute on function public.is_bell_deaf() to service_role;
--! end included

--! included supabase/schemas/0200_function_record_error.sql
create or replace function private.record_error(
  p_type text,
  p_message text,
  p_context jsonb default '{}',
  p_severity text default 'error'
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.error_logs (type, severity, message, context)
  values (p_type, p_severity, left(p_message, 2000), jsonb_strip_nulls(p_context));
end;
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
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.pipeline_events (project_id, scene_id, chunk_id, type, data)
  values (p_project_id, p_scene_id, p_chunk_id, p_type, jsonb_strip_nulls(p_data));
end;
$$;

comment on function private.record_event(text, text, text, text, jsonb) is 'Appends one row to the timeline.';

revoke execute on function private.record_event(text, text, text, text, jsonb)
from public, anon, authenticated, service_role;
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
  where settings.name = p_what || '.' || p_kind || '.' || p_model;

  if not found then
    select settings.* into v_setting from private.settings where settings.name = p_what || '.' || p_kind;
  end if;

  if v_setting.name is null then
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
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
    select private.clock()
      + make_interval(secs => (limits.value #>> '{}')::double precision)
    from private.step_setting('deadline_seconds', p_kind, p_model) as limits
  );
end;
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
  v_now timestamptz := private.clock();
  v_step_id text;
begin
  insert into private.steps (
    project_id, scene_id, chunk_id, user_id, kind, due_at, input, created_at, updated_at
  )
  select
    p_project_id, p_scene_id, p_chunk_id, projects.user_id, p_kind, private.due_at(projects.status, p_kind), p_input,
    v_now, v_now
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
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.projects
  set
    status = case when projects.status = 'paused' then 'paused' else p_to end,
    paused_from = case when projects.status = 'paused' then p_to end
  where projects.project_id = p_project_id
    and coalesce(projects.paused_from, projects.status) = any (p_from);
end;
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
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return case
    when p_project_status = 'paused' and p_kind <> 'cancel_request' then 'infinity'::timestamptz
    else private.clock()
  end;
end;
$$;

comment on function private.due_at(text, text) is 'When a step that is queued now is due: at once, or with the project''s resumption.';

revoke execute on function private.due_at(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0210_function_film_clips.sql
create or replace function private.film_clips(p_project_id text)
returns text[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(
      array_agg(video_chunks.kling_video_url order by scenes.position, video_chunks.position),
      '{}'
    )
    from public.video_chunks
    join public.scenes using (scene_id)
    -- Said of both, so that each is found by its index on the project.
    where video_chunks.project_id = p_project_id
      and scenes.project_id = p_project_id
      and video_chunks.selected
  );
end;
$$;

comment on function private.film_clips(text) is 'URLs of the selected clips of a project, in the order of the film.';

revoke execute on function private.film_clips(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0215_function_job_request.sql
-- The door hands the body over as text: jsonb keeps every digit of a number, JavaScript does not.

create or replace function private.job_request(p_job jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case jsonb_typeof(p_job -> 'request')
    when 'string' then (p_job ->> 'request')::jsonb
    else p_job -> 'request'
  end;
end;
$$;

comment on function private.job_request(jsonb) is 'The job as it was sent.';

revoke execute on function private.job_request(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0216_function_job_metadata.sql
create or replace function private.job_metadata(p_job jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_request jsonb := private.job_request(p_job);
begin
  return (
    select coalesce(jsonb_object_agg(kept.key, coalesce(v_request -> kept.key, kept.value)), '{}')
    from jsonb_each(coalesce(p_job -> 'metadata', '{}')) as kept
    where kept.value <> 'null'
  );
end;
$$;

comment on function private.job_metadata(jsonb) is
'The fields of a job that have no column of their own, with the values that were sent.';

revoke execute on function private.job_metadata(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0220_function_begin_project.sql
-- What continue_project comes to for a project of which nothing is made yet: the first scene and each
-- after a cut begin. One statement, however many they are: every job pays for this.

create or replace function private.begin_project(p_project public.projects)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
begin
  with
  -- The first clip of each scene that waits for no other one
  queued as (
    insert into private.steps (
      project_id, scene_id, chunk_id, user_id, kind, due_at, created_at, updated_at
    )
    select
      p_project.project_id,
      scenes.scene_id,
      video_chunks.chunk_id,
      p_project.user_id,
      'generate_clip',
      v_now,
      v_now,
      v_now
    from public.scenes
    join public.video_chunks using (scene_id)
    where scenes.project_id = p_project.project_id
      and (scenes.position = 1 or scenes.continuity = 'cut')
      and video_chunks.position = 1
    order by scenes.position
    returning steps.step_id, steps.scene_id, steps.chunk_id
  )
  insert into public.pipeline_events (project_id, scene_id, chunk_id, type, data, at)
  select
    p_project.project_id,
    queued.scene_id,
    queued.chunk_id,
    'step.queued',
    jsonb_build_object('kind', 'generate_clip', 'step_id', queued.step_id),
    v_now
  from queued;
end;
$$;

comment on function private.begin_project(public.projects) is
'Queues the first clips of a new project, whose chunks have the images that they start from.';

revoke execute on function private.begin_project(public.projects) from public, anon, authenticated, service_role;
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
  if v_project.revision_of is null then
    perform private.begin_project(v_project);
  else
    perform private.reuse_scenes(v_project);
    perform private.continue_project(v_project.project_id);
  end if;

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
  v_now timestamptz := private.clock();
  v_project public.projects;
begin
  insert into public.projects (
    video_id, chat_id, user_id, user_email, user_name, source, prompt, image_url, model, aspect_ratio,
    version, revision_of, total_scenes, callback_url, idempotency_key, execution_mode, metadata,
    created_at, updated_at
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
    private.job_metadata(p_job),
    v_now,
    v_now
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
declare
  -- Read once: as a default it is read twice for each row.
  v_now timestamptz := private.clock();
begin
  with
  -- The scenes of the job, with the image that each starts from
  planned as (
    select
      private.new_id('scene') as scene_id,
      item.position,
      item.scene,
      case
        when item.position = 1 or item.scene ->> 'continuity' = 'cut'
          then coalesce(item.scene ->> 'image_url', p_project.image_url)
      end as first_image_url
    from jsonb_array_elements(p_scenes) with ordinality as item (scene, position)
  ),
  -- Their rows
  inserted as (
    insert into public.scenes (
      scene_id, project_id, position, prompt, image_url, continuity, metadata, created_at, updated_at
    )
    select
      planned.scene_id,
      p_project.project_id,
      planned.position,
      planned.scene ->> 'prompt',
      planned.scene ->> 'image_url',
      planned.scene ->> 'continuity',
      coalesce(planned.scene -> 'metadata', '{}'),
      v_now,
      v_now
    from planned
    order by planned.position
  )
  insert into public.video_chunks (
    scene_id, project_id, position, model, prompt, image_url, duration, driver_video_url, audio_url,
    created_at, updated_at
  )
  select
    planned.scene_id,
    p_project.project_id,
    part.position,
    part.chunk ->> 'model',
    part.chunk ->> 'prompt',
    case when part.position = 1 then planned.first_image_url end,
    (part.chunk ->> 'duration')::numeric,
    part.chunk ->> 'driver_video_url',
    part.chunk ->> 'audio_url',
    v_now,
    v_now
  from planned
  cross join lateral jsonb_array_elements(planned.scene -> 'chunks') with ordinality as part (chunk, position)
  order by planned.position, part.position;
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
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return encode(sha256(convert_to(
    (
      jsonb_strip_nulls(private.job_request(p_job))
        - array['idempotency_key', 'request_timestamp', 'webhookUrl', 'executionMode']
    )::text,
    'UTF8'
  )), 'hex');
end;
$$;

comment on function private.job_digest(jsonb) is 'SHA-256 in hex of the job as it was sent, by which the same job is known again.';

revoke execute on function private.job_digest(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0228_function_paid_seconds.sql
create or replace function private.paid_seconds(p_kind text, p_input jsonb)
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return case
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
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_provider is distinct from 'fal' then p_provider
    when p_kind in ('extract_last_frame', 'extract_thumbnail') then 'fal-ai/ffmpeg-api/extract-frame'
    when p_kind = 'stitch' then 'fal-ai/ffmpeg-api/merge-videos'
    else p_input ->> 'model'
  end;
end;
$$;

comment on function private.priced_model(text, text, jsonb) is 'Under which model private.prices has the price of a step.';

revoke execute on function private.priced_model(text, text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0229_function_estimate_cost.sql
create or replace function private.estimate_cost(p_kind text, p_input jsonb, p_provider text default 'fal')
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select case
      when prices.usd_per_second is null then prices.usd_per_call
      else coalesce(prices.usd_per_call, 0) + prices.usd_per_second * private.paid_seconds(p_kind, p_input)
    end
    from private.prices
    where prices.kind = p_kind
      and prices.model = private.priced_model(p_provider, p_kind, p_input)
  );
end;
$$;

comment on function private.estimate_cost(text, jsonb, text) is
'US dollars that this input will cost by private.prices; null where no price, or no length, is known.';

revoke execute on function private.estimate_cost(text, jsonb, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0230_function_is_limited.sql
create or replace function private.is_limited(p_provider text)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return exists (
    select 1
    from private.providers
    where providers.name = p_provider
      and coalesce(providers.max_in_flight, providers.max_in_flight_per_user) is not null
  );
end;
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
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return query
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
end;
$$;

comment on function private.queued_steps(integer, jsonb, timestamptz) is
'Due queued steps within the limits of their providers, users taking turns.';

revoke execute on function private.queued_steps(integer, jsonb, timestamptz)
from public, anon, authenticated, service_role;
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
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
  return query
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
end;
$$;

comment on function private.affordable_steps(integer, jsonb, timestamptz, numeric) is
'Of the queued steps that may be had, those that the day''s budget (null: no cap) reaches for.';

revoke execute on function private.affordable_steps(integer, jsonb, timestamptz, numeric)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0235_function_batch_body.sql
-- Each event stands in it as it would have been sent alone, beside the webhook-id that it would have had.

create or replace function private.batch_body(p_events public.webhook_deliveries[], p_now timestamptz)
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select format(
    '{"type":"batch","timestamp":"%s","data":[%s]}',
    to_char(p_now at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    string_agg(format('{"id":"%s","event":%s}', event.webhook_id, event.body), ',' order by event.position)
  )
  from unnest(p_events) as event;
$$;

comment on function private.batch_body(public.webhook_deliveries[], timestamptz) is
'{type: batch, timestamp, data: [{id, event}]}';

revoke execute on function private.batch_body(public.webhook_deliveries[], timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0235_function_delivery_lane.sql
create or replace function private.delivery_lane(p_endpoint_id text, p_url text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select case
    when p_endpoint_id = 'notification' or p_endpoint_id like 'ep\_%' then p_endpoint_id
    else coalesce(lower(substring(p_url from '^[A-Za-z]+://[^/?#]+')), left(p_url, 255))
  end;
$$;

comment on function private.delivery_lane(text, text) is
'The lane of a delivery: its endpoint where it has a standing one, else scheme, host and port of its URL.';

revoke execute on function private.delivery_lane(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0235_function_lane_tokens.sql
-- A token bucket that holds one second's worth, at least one: after a quiet time no more than that goes out at once.

create or replace function private.lane_tokens(p_lane private.delivery_lanes, p_per_second numeric, p_now timestamptz)
returns numeric
language sql
immutable
security invoker
set search_path = ''
as $$
  select case when p_per_second is null then 1000000 else least(
    greatest(p_per_second, 1),
    coalesce(p_lane.tokens, greatest(p_per_second, 1))
      + greatest(coalesce(extract(epoch from p_now - p_lane.tokens_at), 0), 0) * p_per_second
  ) end;
$$;

comment on function private.lane_tokens(private.delivery_lanes, numeric, timestamptz) is
'How many deliveries max_per_second allows a lane now.';

revoke execute on function private.lane_tokens(private.delivery_lanes, numeric, timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0235_function_next_batch.sql
-- Full, or its first event has waited for batch_ms (that is when it is due). One request stays below the size
-- that every delivery is cut at; what does not fit goes with the next one.

create or replace function private.next_batch(p_endpoint private.endpoints, p_now timestamptz)
returns public.webhook_deliveries[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_events public.webhook_deliveries[];
  v_room integer := 900000;
  v_fitting integer := 0;
begin
  select array_agg(waiting order by waiting.position)
  into v_events
  from (
    select webhook_deliveries.*
    from public.webhook_deliveries
    where webhook_deliveries.lane = p_endpoint.endpoint_id
      and webhook_deliveries.status = 'pending'
      and webhook_deliveries.attempt_count = 0
      and webhook_deliveries.type not in ('batch', 'endpoint.test')
    order by webhook_deliveries.position
    limit p_endpoint.batch_size
    for no key update
  ) as waiting;

  if v_events is null or cardinality(v_events) < p_endpoint.batch_size
    and (select min(event.due_at) from unnest(v_events) as event) > p_now then
    return null;
  end if;

  for n in 1 .. cardinality(v_events) loop
    v_room := v_room - octet_length(v_events[n].body) - 100;
    exit when v_room < 0 and n > 1;
    v_fitting := n;
  end loop;
  return v_events[1:v_fitting];
end;
$$;

comment on function private.next_batch(private.endpoints, timestamptz) is
'The events that the next batch to this endpoint consists of, locked, in order; null while it is too early for one.';

revoke execute on function private.next_batch(private.endpoints, timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0236_function_end_delivery_leases.sql
-- delivering → pending: its runner was lost, before it sent, while it did, or before it could say so. The next try is
-- under the same webhook-id, so that a receiver that had it already knows it again.

create or replace function private.end_delivery_leases(p_now timestamptz)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  with
  ended as (
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.status = 'delivering'
      and webhook_deliveries.due_at <= p_now
    for no key update skip locked
  ),
  freed as (
    update public.webhook_deliveries
    set status = 'pending', claim_token = null, updated_at = p_now
    from ended
    where webhook_deliveries.delivery_id = ended.delivery_id
    returning webhook_deliveries.delivery_id, webhook_deliveries.attempt_count
  )
  insert into public.webhook_delivery_attempts (delivery_id, number, error, attempted_at)
  select freed.delivery_id, freed.attempt_count, 'The runner was lost: nobody knows whether it was sent', p_now
  from freed
  on conflict do nothing;
$$;

comment on function private.end_delivery_leases(timestamptz) is
'delivering → pending where the lease ran out, due at once; the lost try stays on record.';

revoke execute on function private.end_delivery_leases(timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0236_function_form_batches.sql
-- pending → batched: what has collected for an endpoint that takes batches becomes one delivery, whose body and id
-- are fixed from then on, through all its tries.

create or replace function private.form_batches(p_now timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_endpoint private.endpoints;
  v_events public.webhook_deliveries[];
  v_batch_id text;
begin
  for v_endpoint in
    select endpoints.*
    from private.endpoints
    where endpoints.batch_size > 1
      and endpoints.is_enabled
      and exists (
        select 1
        from public.webhook_deliveries
        where webhook_deliveries.lane = endpoints.endpoint_id
          and webhook_deliveries.status = 'pending'
          and webhook_deliveries.attempt_count = 0
          and webhook_deliveries.due_at <= p_now
          and webhook_deliveries.type not in ('batch', 'endpoint.test')
      )
    for no key update skip locked
  loop
    loop
      v_events := private.next_batch(v_endpoint, p_now);
      exit when v_events is null;

      insert into public.webhook_deliveries (endpoint_id, type, url, body, due_at)
      values (v_endpoint.endpoint_id, 'batch', v_endpoint.url, private.batch_body(v_events, p_now), p_now)
      returning webhook_deliveries.delivery_id into v_batch_id;

      update public.webhook_deliveries
      set status = 'batched', batch_id = v_batch_id, updated_at = p_now
      from unnest(v_events) as event
      where webhook_deliveries.delivery_id = event.delivery_id;
    end loop;
  end loop;
end;
$$;

comment on function private.form_batches(timestamptz) is
'pending → batched, for endpoints with a batch that is full or has waited for long enough. Called by each claim.';

revoke execute on function private.form_batches(timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0237_function_lane_room.sql
-- A lane whose last try failed gets five at most. One that has failed so often in a row that its breaker opened lets
-- one delivery through at a time, until one gets an answer.

create or replace function private.lane_room(p_lanes text[], p_now timestamptz)
returns table (lane text, is_ordered boolean, is_batched boolean, room integer)
language sql
volatile
security invoker
set search_path = ''
as $$
  select
    delivery_lanes.lane,
    coalesce(endpoints.is_ordered, false),
    coalesce(endpoints.batch_size > 1, false),
    least(
      case
        when not endpoints.is_enabled then 0
        when delivery_lanes.failures_in_a_row >= limits.breaker_failures or endpoints.is_ordered then 1
        when delivery_lanes.failures_in_a_row > 0 then least(coalesce(endpoints.max_in_flight, limits.in_flight), 5)
        else coalesce(endpoints.max_in_flight, limits.in_flight)
      end - coalesce(under_way.n, 0),
      floor(private.lane_tokens(delivery_lanes, endpoints.max_per_second, p_now))
    )::integer
  from private.delivery_lanes
  cross join (
    select private.setting('delivery_breaker_failures') as breaker_failures, private.setting('deliveries_in_flight') as in_flight
  ) as limits
  left join private.endpoints on endpoints.endpoint_id = delivery_lanes.lane
  left join (
    select webhook_deliveries.lane, count(*) as n
    from public.webhook_deliveries
    where webhook_deliveries.status = 'delivering'
    group by webhook_deliveries.lane
  ) as under_way using (lane)
  where delivery_lanes.lane = any (p_lanes);
$$;

comment on function private.lane_room(text[], timestamptz) is
'How many deliveries each of these lanes may have more on their way now. The caller holds their locks.';

revoke execute on function private.lane_room(text[], timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0237_function_lock_lanes.sql
-- Lanes whose breaker is open, or that another claim has just now, are left out: the first wait, the second are
-- looked at again soon. Their own statement, so that what is counted next is as of the lock.

create or replace function private.lock_lanes(p_now timestamptz)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_open text[];
begin
  with recursive open_lanes (lane) as (
    select min(webhook_deliveries.lane)
    from public.webhook_deliveries
    where webhook_deliveries.status = 'pending'
    union all
    select (
      select min(webhook_deliveries.lane)
      from public.webhook_deliveries
      where webhook_deliveries.status = 'pending'
        and webhook_deliveries.lane > open_lanes.lane
    )
    from open_lanes
    where open_lanes.lane is not null
  )
  select array_agg(open_lanes.lane) into v_open from open_lanes where open_lanes.lane is not null;

  -- One claim at a time: a second one would wait for the first one's rows, instead of going without.
  if pg_try_advisory_xact_lock(hashtextextended('delivery_lanes', 0)) then
    insert into private.delivery_lanes (lane)
    select missing.lane
    from unnest(v_open) as missing (lane)
    where not exists (select 1 from private.delivery_lanes where delivery_lanes.lane = missing.lane)
    order by missing.lane
    on conflict do nothing;
  end if;

  return array(
    select delivery_lanes.lane
    from private.delivery_lanes
    where delivery_lanes.lane = any (v_open)
      and (delivery_lanes.held_until is null or delivery_lanes.held_until <= p_now)
    for no key update skip locked
  );
end;
$$;

comment on function private.lock_lanes(timestamptz) is
'Locks the lanes that have something to send and may, and names them. A step along the index for each lane with open deliveries.';

revoke execute on function private.lock_lanes(timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0238_function_delivery_work.sql
-- Secrets and header values leave the database here alone, on their way to the runner.

create or replace function private.delivery_work(p_claimed public.webhook_deliveries[], p_now timestamptz)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'kind', 'delivery',
        'delivery_id', claimed.delivery_id,
        'claim_token', claimed.claim_token,
        'url', coalesce(endpoints.url, claimed.url),
        'webhook_id', claimed.webhook_id,
        'body', claimed.body,
        'endpoint_id', claimed.endpoint_id,
        'headers', case
          when claimed.endpoint_id is null then coalesce(job_requests.webhook_headers, '{}')
          else coalesce(endpoints.headers, '{}')
        end,
        'secrets', (
          select jsonb_agg(endpoint_secrets.secret order by endpoint_secrets.created_at desc)
          from private.endpoint_secrets
          where endpoint_secrets.endpoint_id = claimed.endpoint_id
            and coalesce(endpoint_secrets.expires_at, 'infinity') > p_now
        ),
        'number', claimed.attempt_count
      )
      order by claimed.position
    ),
    '[]'
  )
  from unnest(p_claimed) as claimed
  left join private.job_requests using (project_id)
  left join private.endpoints using (endpoint_id);
$$;

comment on function private.delivery_work(public.webhook_deliveries[], timestamptz) is
'What a runner needs to send these: where to, the exact body, headers, and an endpoint''s secrets (null: the installation''s).';

revoke execute on function private.delivery_work(public.webhook_deliveries[], timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0238_function_due_deliveries.sql
-- Within a lane first tries come before retries, yet a fourth of the places, by lot, is for retries: neither starves.
-- Between lanes the places take turns, so that a long queue for one receiver stands in nobody's way.
--
-- Of an ordered lane it is the oldest open delivery or, until that is due, none. What an endpoint takes in batches
-- waits to be put into one.

create or replace function private.due_deliveries(p_limit integer, p_lanes text[], p_now timestamptz)
returns table (delivery_id text, place bigint)
language sql
volatile
security invoker
set search_path = ''
as $$
  with
  rooms as materialized (
    select rooms.lane, rooms.is_ordered, rooms.is_batched, rooms.room
    from private.lane_room(p_lanes, p_now) as rooms
    where rooms.room > 0
  ),
  found as (
    select rooms.lane, rooms.room, first.delivery_id, first.due_at, first.place::double precision
    from rooms
    cross join lateral (
      select fresh.delivery_id, fresh.due_at, row_number() over (order by fresh.due_at, fresh.position) as place
      from public.webhook_deliveries as fresh
      where fresh.lane = rooms.lane
        and fresh.status = 'pending'
        and (fresh.attempt_count > 0) = false
        and fresh.due_at <= p_now
        and (not rooms.is_batched or fresh.type in ('batch', 'endpoint.test'))
      order by fresh.due_at, fresh.position
      limit rooms.room
    ) as first
    where not rooms.is_ordered
    union all
    select rooms.lane, rooms.room, retry.delivery_id, retry.due_at, 4 * retry.place - 3.9 * random()
    from rooms
    cross join lateral (
      select tried.delivery_id, tried.due_at, row_number() over (order by tried.due_at, tried.position) as place
      from public.webhook_deliveries as tried
      where tried.lane = rooms.lane
        and tried.status = 'pending'
        and (tried.attempt_count > 0) = true
        and tried.due_at <= p_now
      order by tried.due_at, tried.position
      limit rooms.room
    ) as retry
    where not rooms.is_ordered
    union all
    select rooms.lane, rooms.room, head.delivery_id, head.due_at, 1
    from rooms
    cross join lateral (
      select oldest.delivery_id, oldest.due_at
      from public.webhook_deliveries as oldest
      where oldest.lane = rooms.lane
        and oldest.status = 'pending'
        and (not rooms.is_batched or oldest.attempt_count > 0 or oldest.type in ('batch', 'endpoint.test'))
      order by oldest.position
      limit 1
    ) as head
    where rooms.is_ordered
      and head.due_at <= p_now
  ),
  ranked as (
    select
      found.delivery_id,
      found.due_at,
      found.room,
      row_number() over (partition by found.lane order by found.place, found.due_at) as place
    from found
  ),
  -- A runner's memory bounds what one claim may bring.
  weighed as (
    select
      ranked.delivery_id,
      ranked.place,
      ranked.due_at,
      sum(octet_length(webhook_deliveries.body)) over (
        order by ranked.place, ranked.due_at, ranked.delivery_id
      ) - octet_length(webhook_deliveries.body) as bytes_before
    from ranked
    join public.webhook_deliveries using (delivery_id)
    where ranked.place <= ranked.room
  )
  select weighed.delivery_id, weighed.place
  from weighed
  where weighed.bytes_before < 8388608
  order by weighed.place, weighed.due_at, weighed.delivery_id
  limit p_limit;
$$;

comment on function private.due_deliveries(integer, text[], timestamptz) is
'Up to p_limit deliveries (and 8 MiB) that are due and that their lanes have room for, in order. The caller locks them.';

revoke execute on function private.due_deliveries(integer, text[], timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0238_function_next_delivery_at.sql
-- What is due and was not claimed waits for a slot that no clock frees, for the breaker, or for tokens.

create or replace function private.next_delivery_at()
returns timestamptz
language sql
volatile
security invoker
set search_path = ''
as $$
  with instant as materialized (select private.clock() as now)
  select least(
    (
      select min(webhook_deliveries.due_at)
      from public.webhook_deliveries
      where webhook_deliveries.status in ('pending', 'delivering')
        and webhook_deliveries.due_at > instant.now
    ),
    (
      select min(greatest(
        coalesce(delivery_lanes.held_until, instant.now),
        delivery_lanes.tokens_at + make_interval(secs => (
          (1 - private.lane_tokens(delivery_lanes, endpoints.max_per_second, delivery_lanes.tokens_at)) / endpoints.max_per_second
        )::double precision),
        instant.now
      ))
      from private.delivery_lanes
      left join private.endpoints on endpoints.endpoint_id = delivery_lanes.lane
      where (delivery_lanes.held_until > instant.now or endpoints.max_per_second is not null)
        and exists (
          select 1
          from public.webhook_deliveries
          where webhook_deliveries.lane = delivery_lanes.lane
            and webhook_deliveries.status = 'pending'
            and webhook_deliveries.due_at <= instant.now
        )
    )
  )
  from instant;
$$;

comment on function private.next_delivery_at() is
'When a delivery that cannot be claimed now may be; null when none is open, or only a free slot is missing.';

revoke execute on function private.next_delivery_at() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0238_function_take_tokens.sql
create or replace function private.take_tokens(p_claimed public.webhook_deliveries[], p_now timestamptz)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update private.delivery_lanes
  set
    tokens = private.lane_tokens(delivery_lanes, endpoints.max_per_second, p_now) - taken.n,
    tokens_at = p_now,
    updated_at = p_now
  from private.endpoints
  join (
    select claimed.lane, count(*) as n
    from unnest(p_claimed) as claimed
    group by claimed.lane
  ) as taken on taken.lane = endpoints.endpoint_id
  where delivery_lanes.lane = endpoints.endpoint_id
    and endpoints.max_per_second is not null;
$$;

comment on function private.take_tokens(public.webhook_deliveries[], timestamptz) is
'Counts these deliveries against their endpoints'' max_per_second. The caller holds the lanes'' locks.';

revoke execute on function private.take_tokens(public.webhook_deliveries[], timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0239_function_lease_deliveries.sql
-- pending → delivering
--
-- The lease is longer than the 30 seconds that one try may take: a repeated post is harmless, because
-- its webhook-id stays the same.

create or replace function private.lease_deliveries(p_limit integer, p_with_endpoints boolean)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_until timestamptz := v_now + make_interval(secs => private.setting('lease_seconds.delivery')::double precision);
  v_claimed public.webhook_deliveries[];
  v_lanes text[];
begin
  perform private.end_delivery_leases(v_now);
  perform private.form_batches(v_now);
  v_lanes := private.lock_lanes(v_now);
  if not p_with_endpoints then
    v_lanes := array(select lanes.lane from unnest(v_lanes) as lanes (lane) where lanes.lane not like 'ep\_%');
  end if;

  with
  due as (
    select webhook_deliveries.delivery_id
    from private.due_deliveries(p_limit, v_lanes, v_now) as found
    join public.webhook_deliveries using (delivery_id)
    where webhook_deliveries.status = 'pending'
      and webhook_deliveries.due_at <= v_now
    for no key update of webhook_deliveries skip locked
  ),
  claimed as (
    update public.webhook_deliveries
    set
      status = 'delivering',
      claim_token = gen_random_uuid(),
      attempt_count = webhook_deliveries.attempt_count + 1,
      due_at = v_until,
      updated_at = v_now
    from due
    where webhook_deliveries.delivery_id = due.delivery_id
    returning webhook_deliveries.*
  )
  select array_agg(claimed::public.webhook_deliveries) into v_claimed from claimed;

  perform private.take_tokens(v_claimed, v_now);
  return private.delivery_work(v_claimed, v_now);
end;
$$;

comment on function private.lease_deliveries(integer, boolean) is
'pending → delivering: leases up to p_limit due deliveries, with all that is needed to send them.';

revoke execute on function private.lease_deliveries(integer, boolean) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_attempt_for_runner.sql
create or replace function private.attempt_for_runner(p_attempt private.attempts)
returns jsonb
language sql
volatile
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
    'created_at', p_attempt.created_at,
    'age_seconds', extract(epoch from private.clock() - p_attempt.created_at),
    'announce', coalesce(p_attempt.sent_at = 'infinity', false)
  );
$$;

comment on function private.attempt_for_runner(private.attempts) is
'An attempt as the runner sees it, with the token that goes into the callback URL.';

revoke execute on function private.attempt_for_runner(private.attempts) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_claim_step.sql
-- queued → running · waiting stays waiting, under a lease · running with a lease that ran out → waiting,
-- or queued where nothing was sent
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

  if p_step.status = 'running' and v_attempt.status = 'created' and v_attempt.sent_at = 'infinity' then
    perform private.requeue_unsent(p_step, v_attempt);
    return null;
  end if;

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
'Leases one due step that the caller has locked; null when there is nothing to do about it now.';

revoke execute on function private.claim_step(private.steps, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_claim_work.sql
-- Leases what is due to a runner: steps that can be done with what this installation has configured,
-- and deliveries. p_providers names the provider of each kind of step, {"stitch": "fal", ...}, and
-- whether films that a stitch service has stored already are to be stored here too ("store_films"). A runner that
-- claims deliveries by themselves says so ("deliveries": "apart"), and is told when some are due.

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

  if p_providers ->> 'deliveries' is distinct from 'apart' then
    v_work := private.lease_deliveries(greatest(p_limit / 2, 1), false);
  end if;

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
    'deliveries_due', exists (
      select 1
      from public.webhook_deliveries
      where webhook_deliveries.status in ('pending', 'delivering')
        and webhook_deliveries.due_at <= v_now
    ),
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

  insert into private.attempts (step_id, number, provider, input, input_hash, estimated_cost_usd, sent_at)
  values (
    p_step.step_id,
    p_step.attempt_count + 1,
    v_provider,
    v_input,
    encode(sha256(convert_to(v_input::text, 'UTF8')), 'hex'),
    private.estimate_cost(p_step.kind, v_input, v_provider),
    case
      when p_step.kind not in ('store_film', 'cancel_request') and p_providers -> 'announced' ? v_provider
        then 'infinity'::timestamptz
    end
  )
  returning attempts.* into v_attempt;

  return v_attempt;
end;
$$;

comment on function private.insert_attempt(private.steps, jsonb) is
'→ created: the attempt exists, its input frozen, before the provider is called.';

revoke execute on function private.insert_attempt(private.steps, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0241_function_claim_deliveries.sql
create or replace function public.claim_deliveries(p_limit integer)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_work jsonb := private.lease_deliveries(p_limit, true);
begin
  return jsonb_build_object(
    'deliveries', v_work,
    'next_at', case when jsonb_array_length(v_work) = 0 then private.next_delivery_at() end
  );
end;
$$;

comment on function public.claim_deliveries(integer) is
'{deliveries, next_at}: leases up to p_limit due deliveries, each with a claim token; next_at, where there were none: when to look again. Called by pipeline-step.';

revoke execute on function public.claim_deliveries(integer) from public, anon, authenticated;
grant execute on function public.claim_deliveries(integer) to service_role;
--! end included

--! included supabase/schemas/0245_function_fail_unsent.sql
-- attempt created | lost → failed · step running | waiting → queued, or failed
--
-- For a call that provably did not go out: nothing can come back, and nobody has to be asked. The caller
-- holds the project's lock.

create or replace function private.fail_unsent(p_step private.steps, p_attempt_id text, p_message text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_number integer;
begin
  update private.attempts
  set status = 'failed', error_message = p_message, ended_at = private.clock()
  where attempts.attempt_id = p_attempt_id
    and attempts.step_id = p_step.step_id
    and attempts.status in ('created', 'lost')
    and attempts.request_id is null
  returning attempts.number into v_number;

  if not found then
    return false;
  end if;

  perform private.record_error(
    'step',
    format('Cannot finish %s: %s', p_step.kind, p_message),
    jsonb_build_object('project_id', p_step.project_id, 'step_id', p_step.step_id, 'attempt_id', p_attempt_id),
    'warning'
  );

  if v_number < private.setting('max_attempts') then
    perform private.requeue_step(p_step, p_message, null);
  else
    perform private.fail_step(p_step.step_id, p_message);
  end if;
  return true;
end;
$$;

comment on function private.fail_unsent(private.steps, text, text) is
'The call of this attempt was never made: its step is queued again, after max_attempts failed. False where it has ended.';

revoke execute on function private.fail_unsent(private.steps, text, text)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0245_function_requeue_unsent.sql
-- running → queued, or failed
--
-- Its runner ended before it announced the call. Called below a step lock, where waiting for the project
-- would break the lock order: if the project is busy, the step stays due and the next claim tries again.

create or replace function private.requeue_unsent(p_step private.steps, p_attempt private.attempts)
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
    perform private.fail_unsent(p_step, p_attempt.attempt_id, 'The lease ran out before anything was sent');
  end if;
end;
$$;

comment on function private.requeue_unsent(private.steps, private.attempts) is
'running → queued: the runner ended before its call; after max_attempts → failed.';

revoke execute on function private.requeue_unsent(private.steps, private.attempts)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0250_function_announce_call.sql
-- A runner says that its call goes out now, in this attempt: committed before the call is made, so that an
-- attempt whose runner died without it was provably never sent. It waits for nothing above the step: what
-- has closed the step meanwhile (a cancellation, the end of the lease) has taken the claim with it.

create or replace function public.announce_call(p_step_id text, p_claim_token uuid, p_attempt_id text)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_now timestamptz;
begin
  perform 1
  from private.steps
  where steps.step_id = p_step_id
    and steps.status = 'running'
    and steps.claim_token = p_claim_token
  for no key update;

  if not found then
    return 'stale';
  end if;

  -- After the lock, which may have taken as long as the lease.
  v_now := private.clock();

  update private.attempts
  set sent_at = least(attempts.sent_at, v_now)
  from private.steps
  where attempts.attempt_id = p_attempt_id
    and attempts.step_id = p_step_id
    and attempts.status = 'created'
    and steps.step_id = attempts.step_id
    and steps.due_at > v_now;

  return case when found then 'applied' else 'stale' end;
end;
$$;

comment on function public.announce_call(text, uuid, text) is
'Notes that the call goes out. Idempotent; stale, and the call must not be made, once claim or lease is over. Called by the runner.';

revoke execute on function public.announce_call(text, uuid, text) from public, anon, authenticated;
grant execute on function public.announce_call(text, uuid, text) to service_role;
--! end included

--! included supabase/schemas/0250_function_lock_request.sql
-- A callback that finds no attempt is buffered; a submission that is recorded looks for buffered
-- callbacks. Without this lock both could miss each other, each not yet committed for the other.

create or replace function private.lock_request(p_provider text, p_request_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('request:' || p_provider || ':' || p_request_id, 0))
  where p_request_id is not null;
end;
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
  perform 1
  from public.projects
  where projects.project_id = (select steps.project_id from private.steps where steps.step_id = p_step_id)
  for no key update;

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

--! included supabase/schemas/0250_function_withdraw_call.sql
-- attempt created | lost → failed · step running | waiting → queued, or failed
--
-- A runner says that it did not make the call of this attempt, and will not. No claim is asked for: an
-- attempt is begun by one runner alone, and that one comes here because its claim is over, perhaps after
-- an announcement whose answer never reached it.

create or replace function public.withdraw_call(p_step_id text, p_attempt_id text)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_step private.steps := private.lock_step(p_step_id);
begin
  return case
    when v_step.status in ('running', 'waiting')
      and private.fail_unsent(v_step, p_attempt_id, 'The claim was over before anything was sent') then 'applied'
    else 'stale'
  end;
end;
$$;

comment on function public.withdraw_call(text, text) is
'Notes that an attempt''s call was not made, so that its step is begun anew; stale where it has ended. Called by the runner.';

revoke execute on function public.withdraw_call(text, text) from public, anon, authenticated;
grant execute on function public.withdraw_call(text, text) to service_role;
--! end included

--! included supabase/schemas/0260_function_lose_attempt.sql
-- created → lost, looked up again and again; lost → outcome_unknown once the look-up's time is over
--
-- Nobody pays twice: an attempt whose outcome cannot be learnt is never submitted again by itself. A
-- look-up that reached nobody taught nothing: where the last one did, another is worth its time, until
-- the provider has had all that it may have (give_up_seconds).

create or replace function private.lose_attempt(p_attempt_id text, p_message text, p_was_asked boolean default true)
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
  v_patience timestamptz;
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

  select v_attempt.created_at + make_interval(secs => (limits.value #>> '{}')::double precision)
  into v_patience
  from private.steps
  cross join lateral private.step_setting('give_up_seconds', steps.kind, v_attempt.input ->> 'model') as limits
  where steps.step_id = v_attempt.step_id;

  -- A request id that came meanwhile (a late record, an early callback) can be asked about.
  if v_attempt.request_id is null
    and v_attempt.deadline_at <= v_now
    and (p_was_asked or v_patience <= v_now) then
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

comment on function private.lose_attempt(text, text, boolean) is
'created → lost: the call may have been understood, the answer never came. Past its deadline: outcome_unknown.';

revoke execute on function private.lose_attempt(text, text, boolean) from public, anon, authenticated, service_role;
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
      perform private.lose_attempt(
        p_attempt_id, p_answer ->> 'message', not coalesce((p_answer ->> 'unasked')::boolean, false)
      );
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
'p_answer: {state, output | error {message, retryable, retry_after} | message, unasked | progress}. Stale without the claim. Called by the runner.';

revoke execute on function public.record_answer(text, uuid, text, jsonb) from public, anon, authenticated;
grant execute on function public.record_answer(text, uuid, text, jsonb) to service_role;
--! end included

--! included supabase/schemas/0260_function_update_progress.sql
-- Clips are nine tenths of a film; what follows them is the rest.

create or replace function private.update_progress(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
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
end;
$$;

comment on function private.update_progress(text) is 'Counts a project''s progress up from its chunks; never back.';

revoke execute on function private.update_progress(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0265_function_release_provider.sql
create or replace function private.release_provider(p_provider text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update private.providers
  set failures_in_a_row = 0, hold_reason = null, updated_at = private.clock()
  where providers.name = p_provider
    and providers.failures_in_a_row > 0;
end;
$$;

comment on function private.release_provider(text) is 'The provider accepted something: its row of failures is over.';

revoke execute on function private.release_provider(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0269_function_with_thumbnail.sql
create or replace function private.with_thumbnail(p_project_id text, p_film jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return p_film || jsonb_strip_nulls(jsonb_build_object(
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
end;
$$;

comment on function private.with_thumbnail(text, jsonb) is
'What a stitch service made, with the first clip''s thumbnail where it made none.';

revoke execute on function private.with_thumbnail(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0270_function_is_output_of.sql
create or replace function private.is_output_of(p_kind text, p_output jsonb)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_kind in ('generate_clip', 'stitch', 'store_film') then coalesce(p_output ->> 'video_url', '') <> ''
    when p_kind in ('extract_last_frame', 'extract_thumbnail') then coalesce(p_output ->> 'image_url', '') <> ''
    else true
  end;
end;
$$;

comment on function private.is_output_of(text, jsonb) is 'True when the output has what this kind of step is for.';

revoke execute on function private.is_output_of(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0280_function_next_chunk.sql
create or replace function private.next_chunk(p_chunk public.video_chunks)
returns setof public.video_chunks
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return query
  select video_chunks.*
  from public.video_chunks
  where video_chunks.scene_id = p_chunk.scene_id
    and video_chunks.take = p_chunk.take
    and video_chunks.position = p_chunk.position + 1;
end;
$$;

comment on function private.next_chunk(public.video_chunks) is 'The chunk that continues this one within its scene, if there is one.';

revoke execute on function private.next_chunk(public.video_chunks) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0290_function_film_step.sql
-- The step that makes (or has made) the film's thumbnail or the joined film from the clips as they are
-- selected now. A step that was made from other clips does not count: they were generated anew since.

create or replace function private.film_step(p_project_id text, p_kind text)
returns private.steps
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_step private.steps;
begin
  select steps.*
  into v_step
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

  return v_step;
end;
$$;

comment on function private.film_step(text, text) is
'The open or completed stitch or extract_thumbnail step for the clips that are selected now; null when there is none.';

revoke execute on function private.film_step(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0299_function_is_provider.sql
create or replace function private.is_provider(p_source text)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return p_source in ('fal', 'video', 'lastframe', 'stitch');
end;
$$;

comment on function private.is_provider(text) is
'True where callbacks of this source are about attempts; any other name is a custom source.';

revoke execute on function private.is_provider(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0299_function_put_callback.sql
create or replace function private.put_callback(p_log public.webhook_logs)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.webhook_logs
  values (p_log.*)
  on conflict (webhook_log_id) do update
  set
    status = excluded.status,
    outcome = excluded.outcome,
    error = excluded.error,
    project_id = excluded.project_id,
    duration_ms = excluded.duration_ms,
    processed_at = excluded.processed_at;
end;
$$;

comment on function private.put_callback(public.webhook_logs) is
'Writes down how far a callback is: its row, or what has become of it since it was inserted.';

revoke execute on function private.put_callback(public.webhook_logs) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0300_function_callback_answer.sql
create or replace function private.callback_answer(p_log public.webhook_logs, p_outcome text, p_flags jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'outcome', p_outcome,
    'webhook_log_id', p_log.webhook_log_id,
    'chunk_updated', coalesce((p_flags ->> 'chunk_updated')::boolean, false),
    'scene_updated', coalesce((p_flags ->> 'scene_updated')::boolean, false),
    'last_frame_triggered', coalesce((p_flags ->> 'last_frame_triggered')::boolean, false),
    'next_scene_triggered', coalesce((p_flags ->> 'next_scene_triggered')::boolean, false),
    'project_updated', coalesce((p_flags ->> 'project_updated')::boolean, false),
    'user_notified', coalesce((p_flags ->> 'user_notified')::boolean, false),
    -- A repeated delivery caused nothing; where the film is, it may be told all the same.
    'final_video_url', coalesce(
      p_flags ->> 'final_video_url',
      (
        select projects.final_video_url
        from public.projects
        where projects.project_id = p_log.project_id
          and p_log.source = 'stitch'
      )
    )
  );
end;
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
declare
  v_log public.webhook_logs := p_log;
begin
  v_log.status := 'error';
  v_log.outcome := null;
  v_log.error := p_error;
  v_log.processed_at := private.clock();
  perform private.put_callback(v_log);

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
-- Builds the row of a callback, once for each delivery: the twin of a seen one only counts up.
-- Two at the same moment meet at the primary key of seen_deliveries; the second waits for the first.
--
-- It is inserted where something is to read it before the callback is settled. A provider's callback is
-- inserted as it ends, in the same transaction: one version of the row instead of two.

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

  v_log.webhook_log_id := v_log_id;
  v_log.webhook_id := v_webhook_id;
  v_log.source := p_callback ->> 'source';
  v_log.type := p_callback ->> 'type';
  v_log.status := case when p_callback ->> 'malformed' is null then 'pending' else 'error' end;
  v_log.request_id := p_callback -> 'result' ->> 'request_id';
  v_log.attempt_id := (private.attempt_of_token(p_callback ->> 'token')).attempt_id;
  v_log.is_token_wrong := p_callback ->> 'token' is not null and v_log.attempt_id is null;
  v_log.headers := coalesce(p_callback -> 'headers', '{}');
  v_log.raw_body := v_raw_body;
  v_log.data := nullif(p_callback -> 'data', 'null');
  v_log.result := nullif(p_callback -> 'result', 'null');
  v_log.error := p_callback ->> 'malformed';
  v_log.retry_count := 0;
  v_log.duplicate_count := 0;
  v_log.received_at := private.clock();
  v_log.processed_at := case when v_log.error is not null then v_log.received_at end;

  if v_log.error is not null or not private.is_provider(v_log.source) then
    perform private.put_callback(v_log);
  end if;
  if v_log.error is not null then
    perform private.record_error('webhook', v_log.error, jsonb_build_object(
      'source', v_log.source, 'webhook_log_id', v_log.webhook_log_id
    ));
  end if;
  return v_log;
end;
$$;

comment on function private.log_callback(jsonb) is
'Takes a callback down. Returns its row, inserted where it is malformed or a custom source''s; with outcome duplicate the row of the delivery that was seen before.';

revoke execute on function private.log_callback(jsonb) from public, anon, authenticated, service_role;
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
  v_log public.webhook_logs := p_log;
begin
  v_log.status := case v_outcome when 'buffered' then 'pending' when 'unknown' then 'error' else 'success' end;
  v_log.outcome := v_outcome;
  v_log.error := p_flags ->> 'reason';
  v_log.project_id := p_flags ->> 'project_id';
  v_log.duration_ms := round(extract(epoch from p_took) * 1000, 3);
  v_log.processed_at := case when v_outcome <> 'buffered' then private.clock() end;
  perform private.put_callback(v_log);

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
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return (p_output ->> 'video_url') is not distinct from (p_other ->> 'video_url')
    and (p_output ->> 'image_url') is not distinct from (p_other ->> 'image_url');
end;
$$;

comment on function private.is_same_output(jsonb, jsonb) is
'True when two outputs hold the same file; true for two failures, which hold none.';

revoke execute on function private.is_same_output(jsonb, jsonb) from public, anon, authenticated, service_role;
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
  if not private.is_provider(p_log.source) then
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
    return jsonb_build_object('outcome', 'unknown', 'reason', case
      when p_log.attempt_id is null then 'The callback names another scene or project than its request has'
      else 'The callback names another request, scene or project than its token'
    end);
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
  if p_attempt.request_id is null and p_result ->> 'request_id' is not null then
    update private.attempts
    set request_id = p_result ->> 'request_id'
    where attempts.attempt_id = p_attempt.attempt_id
      and attempts.request_id is null;
  end if;

  if p_step.kind = 'generate_clip' and p_result ->> 'request_id' is not null then
    update public.video_chunks
    set request_id = p_result ->> 'request_id'
    where video_chunks.chunk_id = p_step.chunk_id
      and video_chunks.request_id is null;
  end if;

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

--! included supabase/schemas/0310_function_attempt_of_stitching.sql
-- A stitcher that tells of jobs by ids of its own names the project instead. What waits there at a
-- provider is meant; after its end, the attempt that ended it says what the callback repeats.

create or replace function private.attempt_of_stitching(p_log public.webhook_logs)
returns private.attempts
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_attempt private.attempts;
begin
  select attempts.*
  into v_attempt
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

  return v_attempt;
end;
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
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_attempt private.attempts;
begin
  select attempts.*
  into v_attempt
  from private.attempts
  where attempts.attempt_id = split_part(p_token, '.', 1)
    and private.is_signed('attempt', split_part(p_token, '.', 1), split_part(p_token, '.', 2));

  return v_attempt;
end;
$$;

comment on function private.attempt_of_token(text) is 'The attempt that a token was made for; null when the token is not ours.';

revoke execute on function private.attempt_of_token(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0310_function_callback_flags.sql
-- What this very callback caused, read off the timeline: under the project's lock everything after
-- p_last_event is ours.

create or replace function private.callback_flags(p_step private.steps, p_last_event bigint)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
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
      and events.event_id > p_last_event
  );
end;
$$;

comment on function private.callback_flags(private.steps, bigint) is
'Which chunk, scene or project a callback updated and what it triggered, for the door''s answer.';

revoke execute on function private.callback_flags(private.steps, bigint) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0310_function_is_about.sql
create or replace function private.is_about(
  p_log public.webhook_logs,
  p_attempt private.attempts,
  p_step private.steps
)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return p_log.source = p_attempt.provider
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
end;
$$;

comment on function private.is_about(public.webhook_logs, private.attempts, private.steps) is
'True unless source, request, scene or project of the callback contradict the attempt that it was matched with, or its request is another one''s.';

revoke execute on function private.is_about(public.webhook_logs, private.attempts, private.steps)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0318_function_film_body.sql
-- The body is fixed when it is queued, to the byte: it is what is signed in every try. The event's
-- own time is the timestamp; that of a try travels in its headers.

create or replace function private.film_body(p_project public.projects, p_type text)
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

comment on function private.film_body(public.projects, text) is
'{type, timestamp, data} as Standard Webhooks recommends it, about a project.';

revoke execute on function private.film_body(public.projects, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0318_function_stage_body.sql
create or replace function private.stage_body(p_project public.projects, p_type text, p_scene public.scenes)
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
            p_project.total_scenes,
            case when p_scene.scene_id is not null then jsonb_build_object(
              'scene_id', p_scene.scene_id,
              'position', p_scene.position,
              'status', p_scene.status,
              'video_url', p_scene.video_url,
              'error', p_scene.error_message
            ) end as scene
        ) as film
      ) as data
  ) as message;
$$;

comment on function private.stage_body(public.projects, text, public.scenes) is
'{type, timestamp, data} about a stage of a film; data.scene is null where the stage is not a scene''s.';

revoke execute on function private.stage_body(public.projects, text, public.scenes) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0319_function_queue_event.sql
-- → pending | filtered | skipped
--
-- What an endpoint does not want, or cannot get while it is disabled, is kept and can be sent later. Progress alone is
-- not: by then it is past.

create or replace function private.queue_event(p_project public.projects, p_type text, p_body text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
begin
  insert into public.webhook_deliveries (project_id, endpoint_id, type, url, body, status, due_at)
  select
    p_project.project_id, wished.endpoint_id, p_type, wished.url, p_body,
    case when not wished.wants then 'filtered' when not wished.is_enabled then 'skipped' else 'pending' end,
    v_now + case when wished.batch_size > 1 then wished.batch_ms * interval '1 millisecond' else interval '0' end
  from (
    select
      endpoints.*,
      coalesce(p_type = any (endpoints.events), endpoints.events is null and p_type <> 'video.generation.progress') as wants
    from private.endpoints
    where endpoints.user_id = p_project.user_id
  ) as wished
  where wished.wants
    or p_type <> 'video.generation.progress'
  order by wished.endpoint_id;

  if not found then
    return;
  end if;

  -- A batch that is full need not wait.
  update public.webhook_deliveries
  set due_at = v_now
  from private.endpoints
  where endpoints.user_id = p_project.user_id
    and endpoints.batch_size > 1
    and webhook_deliveries.lane = endpoints.endpoint_id
    and webhook_deliveries.status = 'pending'
    and webhook_deliveries.attempt_count = 0
    and webhook_deliveries.due_at > v_now
    and endpoints.batch_size <= (
      select count(*)
      from public.webhook_deliveries as waiting
      where waiting.lane = endpoints.endpoint_id
        and waiting.status = 'pending'
        and waiting.attempt_count = 0
    );
end;
$$;

comment on function private.queue_event(public.projects, text, text) is
'Tells the standing endpoints of the project''s user: → pending, or kept as filtered or skipped.';

revoke execute on function private.queue_event(public.projects, text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0320_function_delivery_body.sql
-- The one place where the body for a job's own callback_url is chosen. Standing endpoints get film_body, whichever
-- way the job came in.

create or replace function private.delivery_body(p_project public.projects, p_type text)
returns text
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.film_body(p_project, p_type);
$$;

comment on function private.delivery_body(public.projects, text) is
'What a job''s callback_url and the notification service are told about its project.';

revoke execute on function private.delivery_body(public.projects, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0320_function_delivery_delay.sql
-- The schedule that the Standard Webhooks specification gives as its example, as a setting.

create or replace function private.delivery_delay(p_failed_tries integer)
returns interval
language sql
stable
security invoker
set search_path = ''
as $$
  select make_interval(secs => (settings.value ->> (p_failed_tries - 1))::double precision)
  from private.settings
  where settings.name = 'delivery_schedule_seconds'
    and p_failed_tries > 0;
$$;

comment on function private.delivery_delay(integer) is
'The longest wait after this many failed tries; null when there is no further one.';

revoke execute on function private.delivery_delay(integer) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0320_function_queue_deliveries.sql
-- → pending
--
-- Who is told that a film has ended: the job's callback_url, unless it filtered the event out, the
-- installation's notification service, of what completed or failed, and the user's endpoints.

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

  perform private.queue_event(p_project, v_type, private.film_body(p_project, v_type));
end;
$$;

comment on function private.queue_deliveries(public.projects) is
'→ pending: a delivery to the job''s callback_url and one to the notification service, where there is one; and to endpoints.';

revoke execute on function private.queue_deliveries(public.projects) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0321_function_delivery_wait.sql
-- Full jitter: anywhere between the schedule's step before and this one, so that what failed together does not come
-- back together. Those that a receiver asked to stay away for as long spread out behind that time too.

create or replace function private.delivery_wait(p_failed_tries integer, p_retry_after numeric)
returns interval
language sql
volatile
security invoker
set search_path = ''
as $$
  select greatest(
    coalesce(private.delivery_delay(p_failed_tries - 1), interval '0') * (1 - drawn.part)
      + private.delivery_delay(p_failed_tries) * drawn.part,
    make_interval(secs => (
      least(greatest(coalesce(p_retry_after, 0), 0), private.setting('retry_after_cap_seconds')) * (1 + drawn.part / 10)
    )::double precision)
  )
  from (select random() as part) as drawn
  where private.delivery_delay(p_failed_tries) is not null;
$$;

comment on function private.delivery_wait(integer, numeric) is
'How long until the next try after this many; p_retry_after is in seconds. Null when there is no further one.';

revoke execute on function private.delivery_wait(integer, numeric) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0321_function_disable_endpoint_now.sql
-- endpoint enabled → disabled; its deliveries pending → skipped. What is on its way still ends.

create or replace function private.disable_endpoint_now(p_endpoint_id text, p_reason text)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_skipped integer;
begin
  update private.endpoints
  set is_enabled = false, disabled_at = v_now, disable_reason = p_reason, updated_at = v_now
  where endpoints.endpoint_id = p_endpoint_id
    and endpoints.is_enabled;

  if not found then
    return 0;
  end if;

  update public.webhook_deliveries
  set status = 'skipped', error = 'The endpoint was disabled', updated_at = v_now
  where webhook_deliveries.lane = p_endpoint_id
    and webhook_deliveries.status = 'pending';
  get diagnostics v_skipped = row_count;

  perform private.record_event(null, 'endpoint.disabled', null, null, jsonb_build_object(
    'endpoint_id', p_endpoint_id, 'reason', p_reason, 'skipped', v_skipped
  ));
  return v_skipped;
end;
$$;

comment on function private.disable_endpoint_now(text, text) is
'enabled → disabled; how many pending deliveries were skipped. The caller holds the endpoint''s lock.';

revoke execute on function private.disable_endpoint_now(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0321_function_note_lane.sql
-- Breaker: from delivery_breaker_failures in a row on, the lane is held, twice as long each time, up to
-- delivery_breaker_cap_seconds.

create or replace function private.note_lane(p_lane text, p_code integer, p_now timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_breaker integer := private.setting('delivery_breaker_failures');
begin
  if p_code is not null and p_code < 500 and p_code not in (408, 429) then
    update private.delivery_lanes
    set failures_in_a_row = 0, first_failed_at = null, held_until = null, updated_at = p_now
    where delivery_lanes.lane = p_lane
      and delivery_lanes.failures_in_a_row > 0;
    return;
  end if;

  insert into private.delivery_lanes as lanes (lane, failures_in_a_row, first_failed_at, updated_at)
  values (p_lane, 1, p_now, p_now)
  on conflict (lane) do update
  set
    failures_in_a_row = lanes.failures_in_a_row + 1,
    first_failed_at = coalesce(lanes.first_failed_at, p_now),
    updated_at = p_now;

  update private.delivery_lanes
  set held_until = p_now + make_interval(secs => least(
    private.setting('delivery_breaker_cap_seconds'),
    private.setting('delivery_breaker_seconds') * 2 ^ least(delivery_lanes.failures_in_a_row - v_breaker, 20)
  )::double precision)
  where delivery_lanes.lane = p_lane
    and delivery_lanes.failures_in_a_row >= v_breaker;
end;
$$;

comment on function private.note_lane(text, integer, timestamptz) is
'How a try went (null: no answer): what counts as trouble adds up and opens the breaker, any other answer closes it.';

revoke execute on function private.note_lane(text, integer, timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0321_function_queue_stage.sql
-- → pending
--
-- A job's callback_url hears of stages only where the job asked for them; endpoints choose for themselves.

create or replace function private.queue_stage(p_project_id text, p_type text, p_scene public.scenes)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_project public.projects;
  v_body text;
  v_is_asked boolean;
begin
  select projects.* into v_project from public.projects where projects.project_id = p_project_id;

  v_is_asked := v_project.callback_url is not null and exists (
    select 1
    from private.job_requests
    where job_requests.project_id = p_project_id
      and p_type = any (job_requests.events)
  );
  if not v_is_asked and not exists (select 1 from private.endpoints where endpoints.user_id = v_project.user_id) then
    return;
  end if;

  v_body := private.stage_body(v_project, p_type, p_scene);
  if v_is_asked then
    insert into public.webhook_deliveries (project_id, type, url, body)
    values (p_project_id, p_type, v_project.callback_url, v_body);
    perform private.record_event(p_project_id, 'delivery.queued', null, null, jsonb_build_object('type', p_type));
  end if;
  perform private.queue_event(v_project, p_type, v_body);
end;
$$;

comment on function private.queue_stage(text, text, public.scenes) is
'→ pending: a stage of a film has begun or ended. p_scene is null where it is no scene''s.';

revoke execute on function private.queue_stage(text, text, public.scenes) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0322_function_end_batch.sql
-- batched → delivered | dead, with the delivery that it travelled in

create or replace function private.end_batch(p_batch public.webhook_deliveries)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.webhook_deliveries
  set
    status = p_batch.status,
    status_code = p_batch.status_code,
    error = p_batch.error,
    delivered_at = p_batch.delivered_at,
    updated_at = p_batch.updated_at
  where webhook_deliveries.batch_id = p_batch.delivery_id
    and webhook_deliveries.status = 'batched'
    and p_batch.status in ('delivered', 'dead');
$$;

comment on function private.end_batch(public.webhook_deliveries) is 'batched → delivered | dead, where the batch has ended.';

revoke execute on function private.end_batch(public.webhook_deliveries) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0322_function_lock_receivers.sql
create or replace function private.lock_receivers(p_delivery_ids text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform 1
  from private.endpoints
  where endpoints.endpoint_id in (
    select webhook_deliveries.endpoint_id
    from public.webhook_deliveries
    where webhook_deliveries.delivery_id = any (p_delivery_ids)
  )
  order by endpoints.endpoint_id
  for no key update;

  perform 1
  from private.delivery_lanes
  where delivery_lanes.lane in (
    select webhook_deliveries.lane
    from public.webhook_deliveries
    where webhook_deliveries.delivery_id = any (p_delivery_ids)
  )
  order by delivery_lanes.lane
  for no key update;
end;
$$;

comment on function private.lock_receivers(text[]) is
'Locks the endpoints and lanes of these deliveries, in the lock order, before their rows.';

revoke execute on function private.lock_receivers(text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0322_function_note_endpoint.sql
-- 410 Gone says that nobody wants to hear from us there any more; endpoint_disable_hours of nothing but failures
-- say it too. A failure long after the one before it begins anew: retries come at least once a day.

create or replace function private.note_endpoint(p_endpoint_id text, p_code integer, p_now timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_endpoint private.endpoints;
begin
  if coalesce(p_code between 200 and 299, false) then
    update private.endpoints
    set failing_since = null, last_failed_at = null
    where endpoints.endpoint_id = p_endpoint_id
      and endpoints.failing_since is not null;
    return;
  end if;

  update private.endpoints
  set
    failing_since = case
      when endpoints.last_failed_at > p_now - interval '30 hours' then endpoints.failing_since
      else p_now
    end,
    last_failed_at = p_now
  where endpoints.endpoint_id = p_endpoint_id
  returning endpoints.* into v_endpoint;

  if p_code = 410 then
    perform private.disable_endpoint_now(p_endpoint_id, 'It answered 410 Gone');
  elsif v_endpoint.failing_since
    <= p_now - make_interval(hours => private.setting('endpoint_disable_hours')::integer) then
    perform private.disable_endpoint_now(p_endpoint_id, format('Nothing but failures since %s', v_endpoint.failing_since));
  end if;
end;
$$;

comment on function private.note_endpoint(text, integer, timestamptz) is
'How a try went (null: no answer), and what follows from it: 410 disables, and so does failing for days. The caller holds its lock.';

revoke execute on function private.note_endpoint(text, integer, timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0323_function_record_delivery.sql
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
  v_wait interval;
begin
  perform private.lock_receivers(array[p_delivery_id]);

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
    delivery_id, number, status_code, error, duration_ms, response_excerpt, attempted_at, timing
  )
  values (
    p_delivery_id, v_delivery.attempt_count, v_code, p_result ->> 'error',
    (p_result ->> 'duration_ms')::numeric, p_result ->> 'response_excerpt', v_now, nullif(p_result -> 'timing', 'null')
  );

  -- 410 Gone says that nobody wants to hear from us there any more.
  if v_code is distinct from 410 then
    v_wait := private.delivery_wait(
      v_delivery.attempt_count - v_delivery.tries_before, (p_result ->> 'retry_after')::numeric
    );
  end if;

  update public.webhook_deliveries
  set
    status = case when v_is_delivered then 'delivered' when v_wait is null then 'dead' else 'pending' end,
    claim_token = null,
    due_at = v_now + coalesce(v_wait, interval '0'),
    status_code = v_code,
    error = case when not v_is_delivered then coalesce(p_result ->> 'error', format('HTTP %s', v_code)) end,
    delivered_at = case when v_is_delivered then v_now end,
    updated_at = v_now
  where webhook_deliveries.delivery_id = p_delivery_id
  returning webhook_deliveries.* into v_delivery;

  perform private.end_batch(v_delivery);
  perform private.note_lane(v_delivery.lane, v_code, v_now);
  perform private.note_endpoint(v_delivery.endpoint_id, v_code, v_now);
  perform private.record_event(v_delivery.project_id, 'delivery.' || v_delivery.status, null, null, jsonb_build_object(
    'delivery_id', p_delivery_id, 'endpoint_id', v_delivery.endpoint_id, 'try', v_delivery.attempt_count, 'status_code', v_code
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
'delivering → delivered | pending | dead. p_result: {status_code, error, duration_ms, response_excerpt, retry_after, timing}. Called by the runner.';

revoke execute on function public.record_delivery(text, uuid, jsonb) from public, anon, authenticated;
grant execute on function public.record_delivery(text, uuid, jsonb) to service_role;
--! end included

--! included supabase/schemas/0324_function_record_delivered.sql
-- What arrived where all had gone well before changes nothing else, so that a page of it is one statement and locks
-- no lane.

create or replace function private.record_delivered(p_results jsonb)
returns text[]
language sql
volatile
security invoker
set search_path = ''
as $$
  with
  locked as (
    select webhook_deliveries.delivery_id, results.status_code, results.error, results.duration_ms, results.response_excerpt, results.timing
    from jsonb_to_recordset(p_results) as results (
      delivery_id text, claim_token uuid, status_code integer, error text, duration_ms numeric, response_excerpt text, timing jsonb
    )
    join public.webhook_deliveries using (delivery_id)
    where webhook_deliveries.status = 'delivering'
      and webhook_deliveries.claim_token = results.claim_token
      and webhook_deliveries.type <> 'batch'
      and results.status_code between 200 and 299
      and not exists (
        select 1
        from private.delivery_lanes
        where delivery_lanes.lane = webhook_deliveries.lane
          and delivery_lanes.failures_in_a_row > 0
      )
      and not exists (
        select 1
        from private.endpoints
        where endpoints.endpoint_id = webhook_deliveries.endpoint_id
          and endpoints.failing_since is not null
      )
    order by webhook_deliveries.delivery_id
    for no key update of webhook_deliveries
  ),
  instant as materialized (select private.clock() as now),
  ended as (
    update public.webhook_deliveries
    set
      status = 'delivered',
      claim_token = null,
      due_at = instant.now,
      status_code = locked.status_code,
      error = null,
      delivered_at = instant.now,
      updated_at = instant.now
    from locked
    cross join instant
    where webhook_deliveries.delivery_id = locked.delivery_id
    returning webhook_deliveries.*
  ),
  tried as (
    insert into public.webhook_delivery_attempts (
      delivery_id, number, status_code, error, duration_ms, response_excerpt, attempted_at, timing
    )
    select
      ended.delivery_id, ended.attempt_count, ended.status_code, locked.error, locked.duration_ms, locked.response_excerpt,
      ended.delivered_at, nullif(locked.timing, 'null')
    from ended
    join locked using (delivery_id)
  ),
  told as (
    insert into public.pipeline_events (project_id, type, data)
    select ended.project_id, 'delivery.delivered', jsonb_strip_nulls(jsonb_build_object(
      'delivery_id', ended.delivery_id, 'endpoint_id', ended.endpoint_id, 'try', ended.attempt_count, 'status_code', ended.status_code
    ))
    from ended
    order by ended.delivery_id
  )
  select coalesce(array_agg(ended.delivery_id), '{}') from ended;
$$;

comment on function private.record_delivered(jsonb) is
'delivering → delivered for those of the results that arrived at receivers without trouble; their ids.';

revoke execute on function private.record_delivered(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0325_function_record_deliveries.sql
-- delivering → delivered | pending | dead, a page at a time

create or replace function public.record_deliveries(p_results jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_done text[] := private.record_delivered(p_results);
  v_result record;
  v_stale integer := 0;
begin
  perform private.lock_receivers(array(
    select results.delivery_id
    from jsonb_to_recordset(p_results) as results (delivery_id text)
    where results.delivery_id <> all (v_done)
  ));

  for v_result in
    select results.delivery_id, results.claim_token, results.result
    from (
      select
        given.value ->> 'delivery_id' as delivery_id,
        (given.value ->> 'claim_token')::uuid as claim_token,
        given.value as result
      from jsonb_array_elements(p_results) as given
    ) as results
    where results.delivery_id <> all (v_done)
    order by results.delivery_id
  loop
    if public.record_delivery(v_result.delivery_id, v_result.claim_token, v_result.result) = 'stale' then
      v_stale := v_stale + 1;
    end if;
  end loop;

  return jsonb_build_object('applied', jsonb_array_length(p_results) - v_stale, 'stale', v_stale);
end;
$$;

comment on function public.record_deliveries(jsonb) is
'record_delivery for each of [{delivery_id, claim_token, status_code, ...}]: {applied, stale}. Called by the runner.';

revoke execute on function public.record_deliveries(jsonb) from public, anon, authenticated;
grant execute on function public.record_deliveries(jsonb) to service_role;
--! end included

--! included supabase/schemas/0326_function_expire_deliveries.sql
-- pending → dead: a receiver that is down for days has its schedule stretched by the breaker. Past delivery_hours
-- nobody waits for it any more.
--
-- pending → skipped: it was queued while somebody disabled its endpoint.

create or replace function private.expire_deliveries()
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.webhook_deliveries
  set status = 'skipped', error = 'The endpoint was disabled', updated_at = private.clock()
  from private.endpoints
  where not endpoints.is_enabled
    and webhook_deliveries.lane = endpoints.endpoint_id
    and webhook_deliveries.status = 'pending';

  with
  old as (
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.status = 'pending'
      and webhook_deliveries.due_at < private.clock() - interval '1 hour'
      and webhook_deliveries.queued_at < private.clock() - make_interval(hours => private.setting('delivery_hours')::integer)
    order by webhook_deliveries.due_at
    limit 100
    for no key update skip locked
  ),
  ended as (
    update public.webhook_deliveries
    set
      status = 'dead',
      error = coalesce('Given up after ' || private.setting('delivery_hours') || ' hours; at last: ' || webhook_deliveries.error,
        'Given up after ' || private.setting('delivery_hours') || ' hours without a try'),
      updated_at = private.clock()
    from old
    where webhook_deliveries.delivery_id = old.delivery_id
    returning webhook_deliveries.*
  ),
  batches as (
    update public.webhook_deliveries
    set status = 'dead', error = ended.error, updated_at = ended.updated_at
    from ended
    where webhook_deliveries.batch_id = ended.delivery_id
      and webhook_deliveries.status = 'batched'
  )
  insert into public.error_logs (type, severity, message, context)
  select 'delivery', 'error', left(format('Cannot deliver %s: %s', ended.type, ended.error), 2000), jsonb_strip_nulls(jsonb_build_object(
    'project_id', ended.project_id, 'delivery_id', ended.delivery_id, 'try', ended.attempt_count
  ))
  from ended;
$$;

comment on function private.expire_deliveries() is
'pending → dead for what its lane had no place for until delivery_hours were over. Called by the sweep.';

revoke execute on function private.expire_deliveries() from public, anon, authenticated, service_role;
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
  perform private.expire_deliveries();

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

comment on function private.sweep() is 'Rings when anything is due, and gives buffered callbacks and old deliveries up after their time. Called by pg_cron.';

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
  select 'a request belongs to a call that was announced', attempts.attempt_id
  from private.attempts
  where attempts.sent_at = 'infinity'
    and (attempts.request_id is not null or attempts.status not in ('created', 'failed', 'cancelled'))
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
    and webhook_deliveries.attempt_count > 0
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
  select 'a delivery knows its lane', webhook_deliveries.delivery_id
  from public.webhook_deliveries
  where webhook_deliveries.status in ('pending', 'delivering')
    and webhook_deliveries.lane <> private.delivery_lane(webhook_deliveries.endpoint_id, webhook_deliveries.url)
  union all
  select 'what travels in a batch ends with it', webhook_deliveries.delivery_id
  from public.webhook_deliveries
  left join public.webhook_deliveries as batch on batch.delivery_id = webhook_deliveries.batch_id
  where webhook_deliveries.status = 'batched'
    and coalesce(batch.status, 'gone') not in ('pending', 'delivering', 'skipped')
  union all
  select 'an ordered endpoint has one delivery on its way at most', webhook_deliveries.endpoint_id
  from public.webhook_deliveries
  join private.endpoints using (endpoint_id)
  where endpoints.is_ordered
    and endpoints.updated_at < private.clock() - interval '2 minutes'
    and webhook_deliveries.status = 'delivering'
  group by webhook_deliveries.endpoint_id
  having count(*) > 1
  union all
  select 'an endpoint has one secret of today', endpoints.endpoint_id
  from private.endpoints
  where 1 <> (
    select count(*)
    from private.endpoint_secrets
    where endpoint_secrets.endpoint_id = endpoints.endpoint_id
      and endpoint_secrets.expires_at is null
  )
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

--! included supabase/schemas/0355_function_is_lane_waiting.sql
create or replace function private.is_lane_waiting(p_lane text)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select exists (
    select 1
    from private.delivery_lanes
    where delivery_lanes.lane = p_lane
      and delivery_lanes.failures_in_a_row >= private.setting('delivery_breaker_failures')
  ) or exists (
    select 1
    from private.endpoints
    where endpoints.endpoint_id = p_lane
      and (endpoints.is_ordered or not endpoints.is_enabled or endpoints.max_per_second is not null)
  );
$$;

comment on function private.is_lane_waiting(text) is
'True where deliveries may stay overdue though nothing is wrong here: the receiver fails, or takes one at a time.';

revoke execute on function private.is_lane_waiting(text) from public, anon, authenticated, service_role;
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
    and not private.is_lane_waiting(webhook_deliveries.lane)
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
    'receiver failing',
    delivery_lanes.lane,
    null,
    delivery_lanes.first_failed_at,
    format('%s failures in a row: one delivery at a time feels the way, next at %s', delivery_lanes.failures_in_a_row, delivery_lanes.held_until)
  from private.delivery_lanes
  where delivery_lanes.failures_in_a_row >= private.setting('delivery_breaker_failures')
    and delivery_lanes.first_failed_at < private.clock() - interval '1 hour'
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
'What moves on by nobody: steps and deliveries overdue by 10 minutes, films without an open step, receivers failing for an hour, held or paused providers, callbacks buffered for an hour, an unanswered bell, a reached spending cap. why says what to look at.';

revoke all on table private.stuck_work from public, anon, authenticated, service_role;
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
  if new.callback_url is not null and exists (
    select 1
    from private.job_requests
    where job_requests.project_id = new.project_id
      and 'video.generation.progress' = any (job_requests.events)
  ) then
    perform private.queue_delivery(new, 'video.generation.progress');
  end if;

  if exists (
    select 1
    from private.endpoints
    where endpoints.user_id = new.user_id
      and 'video.generation.progress' = any (endpoints.events)
  ) then
    perform private.queue_event(new, 'video.generation.progress', private.film_body(new, 'video.generation.progress'));
  end if;
  return null;
end;
$$;

comment on function private.tg_projects__tell_progress() is
'A project''s progress has risen, and it goes on → video.generation.progress, where the job or an endpoint asked for it.';

revoke execute on function private.tg_projects__tell_progress() from public, anon, authenticated, service_role;

create or replace trigger _600_tell_progress after update of progress on public.projects
for each row when (
  new.progress > old.progress
  and new.status in ('queued', 'storyboarding', 'generating', 'stitching')
)
execute function private.tg_projects__tell_progress();
--! end included

--! included supabase/schemas/0416_trigger_projects_tell_stage.sql
-- The storyboard is written, or the stitching begins → a delivery, to those who asked for it.

create or replace function private.tg_projects__tell_stage()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if old.status = 'storyboarding' and new.status in ('generating', 'stitching') then
    perform private.queue_stage(new.project_id, 'storyboard.completed', null);
  end if;
  if new.status = 'stitching' and old.status <> 'paused' then
    perform private.queue_stage(new.project_id, 'stitching.started', null);
  end if;
  return null;
end;
$$;

comment on function private.tg_projects__tell_stage() is 'A project''s new status → storyboard.completed or stitching.started.';

revoke execute on function private.tg_projects__tell_stage() from public, anon, authenticated, service_role;

create or replace trigger _400_tell_stage after update of status on public.projects
for each row when (old.status is distinct from new.status and new.status in ('generating', 'stitching'))
execute function private.tg_projects__tell_stage();
--! end included

--! included supabase/schemas/0425_trigger_scenes_tell.sql
-- A scene has begun, is complete or has failed → a delivery, to those who asked for it.

create or replace function private.tg_scenes__tell()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform private.queue_stage(
    new.project_id,
    case new.status when 'generating' then 'scene.started' else 'scene.' || new.status end,
    new
  );
  return null;
end;
$$;

comment on function private.tg_scenes__tell() is 'A scene''s new status → scene.started, scene.completed or scene.failed.';

revoke execute on function private.tg_scenes__tell() from public, anon, authenticated, service_role;

create or replace trigger _600_tell after update of status on public.scenes
for each row when (
  old.status is distinct from new.status
  and (new.status in ('completed', 'failed') or old.status = 'pending' and new.status = 'generating')
)
execute function private.tg_scenes__tell();
--! end included

--! included supabase/schemas/0435_trigger_webhook_deliveries_prepare.sql
-- A body over 1 MiB is dead at birth and on record, because raising here would undo the end of a film.

create or replace function private.tg_webhook_deliveries__prepare()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  new.lane := private.delivery_lane(new.endpoint_id, new.url);

  if octet_length(new.body) > 1048576 and new.status = 'pending' then
    new.status := 'dead';
    new.error := format('Its body is larger than 1 MiB: %s bytes', octet_length(new.body));
    perform private.record_error('delivery', format('Cannot deliver %s: %s', new.type, new.error), jsonb_build_object(
      'project_id', new.project_id, 'delivery_id', new.delivery_id
    ));
  end if;
  return new;
end;
$$;

comment on function private.tg_webhook_deliveries__prepare() is 'A new delivery → its lane; what is larger than 1 MiB is dead.';

revoke execute on function private.tg_webhook_deliveries__prepare() from public, anon, authenticated, service_role;

create or replace trigger _100_prepare before insert on public.webhook_deliveries
for each row execute function private.tg_webhook_deliveries__prepare();
--! end included

--! included supabase/schemas/0440_trigger_webhook_deliveries_ring.sql
-- A runner stays for what becomes due within five seconds; all that is later is the sweep's.

create or replace function private.tg_webhook_deliveries__ring()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if new.due_at <= private.clock() + interval '5 seconds' then
    perform public.ring_bell();
  end if;
  return null;
end;
$$;

comment on function private.tg_webhook_deliveries__ring() is 'A delivery is due, now or within seconds → the bell.';

revoke execute on function private.tg_webhook_deliveries__ring() from public, anon, authenticated, service_role;

create or replace trigger _900_ring after insert or update of status, due_at on public.webhook_deliveries
for each row when (new.status = 'pending') execute function private.tg_webhook_deliveries__ring();
--! end included

--! included supabase/schemas/0518_function_is_resendable.sql
create or replace function private.is_resendable(p_delivery public.webhook_deliveries)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select p_delivery.status in ('dead', 'delivered', 'filtered', 'skipped')
    and p_delivery.batch_id is null
    and octet_length(p_delivery.body) <= 1048576
    and (p_delivery.endpoint_id is null or p_delivery.endpoint_id not like 'ep\_%' or exists (
      select 1
      from private.endpoints
      where endpoints.endpoint_id = p_delivery.endpoint_id
        and endpoints.is_enabled
    ));
$$;

comment on function private.is_resendable(public.webhook_deliveries) is
'True where it has ended and can be sent again: not where its endpoint is disabled or gone, nor what travelled in a batch, which is sent again as that batch.';

revoke execute on function private.is_resendable(public.webhook_deliveries) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0519_function_requeue_deliveries.sql
-- deliveries dead | delivered | filtered | skipped → pending, so many a second, the oldest first

create or replace function private.requeue_deliveries(p_delivery_ids text[], p_now timestamptz, p_per_second numeric)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_count integer;
begin
  with
  locked as (
    select ended.delivery_id, ended.created_at, ended.position
    from public.webhook_deliveries as ended
    where ended.delivery_id = any (p_delivery_ids)
      and private.is_resendable(ended)
    for no key update skip locked
  ),
  paced as (
    select
      locked.delivery_id,
      (row_number() over (order by locked.created_at, locked.position) - 1) / p_per_second as seconds
    from locked
  ),
  members as (
    update public.webhook_deliveries
    set status = 'batched', delivered_at = null, updated_at = p_now
    from locked
    where webhook_deliveries.batch_id = locked.delivery_id
  )
  update public.webhook_deliveries
  set
    status = 'pending',
    due_at = p_now + make_interval(secs => paced.seconds::double precision),
    delivered_at = null,
    queued_at = p_now,
    tries_before = webhook_deliveries.attempt_count,
    updated_at = p_now
  from paced
  where webhook_deliveries.delivery_id = paced.delivery_id;

  get diagnostics v_count = row_count;
  return v_count;
end;
$$;

comment on function private.requeue_deliveries(text[], timestamptz, numeric) is
'→ pending for those of them that can be sent again; how many. The caller holds the locks of their endpoints and lanes.';

revoke execute on function private.requeue_deliveries(text[], timestamptz, numeric) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0519_function_requeue_delivery.sql
-- delivery dead | delivered | filtered | skipped | pending → pending, due then

create or replace function private.requeue_delivery(p_delivery public.webhook_deliveries, p_due_at timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if p_delivery.endpoint_id like 'ep\_%' and not exists (
    select 1
    from private.endpoints
    where endpoints.endpoint_id = p_delivery.endpoint_id
      and endpoints.is_enabled
  ) then
    raise exception 'Cannot send delivery "%" again: its endpoint is disabled or gone', p_delivery.delivery_id
      using errcode = 'RL409';
  end if;

  update public.webhook_deliveries
  set
    status = 'pending',
    due_at = p_due_at,
    delivered_at = null,
    batch_id = null,
    queued_at = private.clock(),
    tries_before = case when p_delivery.status = 'pending' then webhook_deliveries.tries_before else webhook_deliveries.attempt_count end,
    updated_at = private.clock()
  where webhook_deliveries.delivery_id = p_delivery.delivery_id;

  update public.webhook_deliveries
  set status = 'batched', delivered_at = null, updated_at = private.clock()
  where webhook_deliveries.batch_id = p_delivery.delivery_id
    and p_delivery.status in ('dead', 'delivered', 'skipped');
end;
$$;

comment on function private.requeue_delivery(public.webhook_deliveries, timestamptz) is
'→ pending, the same body under the same webhook-id; what travelled in it waits with it. The caller holds its lock. Raises RL409.';

revoke execute on function private.requeue_delivery(public.webhook_deliveries, timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0520_function_redrive_delivery.sql
-- delivery dead → pending: the client's server is mended, send it again, under the same webhook-id, through the whole
-- schedule where need be

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
  perform private.lock_receivers(array[p_delivery_id]);
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

  perform private.requeue_delivery(v_delivery, private.clock());

  perform private.record_event(v_delivery.project_id, 'delivery.redriven', null, null, jsonb_build_object(
    'delivery_id', p_delivery_id, 'was', v_delivery.status
  ));
  return jsonb_build_object('delivery_id', p_delivery_id, 'was', v_delivery.status, 'status', 'pending');
end;
$$;

comment on function public.redrive_delivery(text) is
'dead | pending → pending, due at once. {delivery_id, was, status}. Raises RL404, RL409 (also where its endpoint is disabled or gone).';

revoke execute on function public.redrive_delivery(text) from public, anon, authenticated;
grant execute on function public.redrive_delivery(text) to service_role;
--! end included

--! included supabase/schemas/0521_function_replay_delivery.sql
-- delivery dead | delivered | filtered | skipped → pending

create or replace function public.replay_delivery(p_delivery_id text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_delivery public.webhook_deliveries;
begin
  perform private.lock_receivers(array[p_delivery_id]);

  select webhook_deliveries.*
  into v_delivery
  from public.webhook_deliveries
  where webhook_deliveries.delivery_id = p_delivery_id
  for no key update;

  if not found then
    raise exception 'Cannot replay delivery "%": no such delivery', p_delivery_id using errcode = 'RL404';
  elsif v_delivery.status not in ('dead', 'delivered', 'filtered', 'skipped') then
    raise exception 'Cannot replay delivery "%": it is %, and only one that has ended can be replayed',
      p_delivery_id, v_delivery.status using errcode = 'RL409';
  elsif octet_length(v_delivery.body) > 1048576 then
    raise exception 'Cannot replay delivery "%": its body is larger than 1 MiB', p_delivery_id using errcode = 'RL409';
  end if;

  perform private.requeue_delivery(v_delivery, private.clock());
  perform private.record_event(v_delivery.project_id, 'delivery.replayed', null, null, jsonb_build_object(
    'delivery_id', p_delivery_id, 'was', v_delivery.status
  ));
  return jsonb_build_object('delivery_id', p_delivery_id, 'was', v_delivery.status, 'status', 'pending');
end;
$$;

comment on function public.replay_delivery(text) is
'Any that has ended → pending, under the same webhook-id; of a batch, it leaves it. {delivery_id, was, status}. Raises RL404, RL409.';

revoke execute on function public.replay_delivery(text) from public, anon, authenticated;
grant execute on function public.replay_delivery(text) to service_role;
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
      percentile_cont(0.95) within group (order by recent.duration_ms) as p95,
      percentile_cont(0.99) within group (order by recent.duration_ms) as p99
    from recent
    group by recent.source
  )
  select coalesce(
    jsonb_object_agg(sources.source, jsonb_build_object(
      'count', sources.n,
      'by_outcome', outcomes.by_outcome,
      'repeated_deliveries', sources.duplicates,
      'success_rate', sources.success_rate,
      'duration_ms', jsonb_build_object(
        'p50', round(sources.p50::numeric, 3), 'p95', round(sources.p95::numeric, 3), 'p99', round(sources.p99::numeric, 3)
      )
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
    'receivers_held', (
      select count(*)
      from private.delivery_lanes
      where delivery_lanes.failures_in_a_row >= private.setting('delivery_breaker_failures')
    ),
    'endpoints', (
      select jsonb_build_object(
        'enabled', count(*) filter (where endpoints.is_enabled),
        'disabled', count(*) filter (where not endpoints.is_enabled),
        'failing', count(*) filter (where endpoints.failing_since is not null)
      )
      from private.endpoints
    ),
    'past_due', (
      select jsonb_build_object('count', count(*), 'oldest_due_at', min(webhook_deliveries.due_at))
      from public.webhook_deliveries
      where webhook_deliveries.status in ('pending', 'delivering')
        and webhook_deliveries.due_at <= (select private.clock())
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
'Open deliveries and those that ended since then by status, what is past due, receivers in trouble, and the tries since then.';

revoke execute on function private.delivery_metrics(timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0630_function_error_metrics.sql
create or replace function private.error_metrics(p_since timestamptz)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(counted.type, counted.n), '{}')
  from (
    select error_logs.type, count(*) as n
    from public.error_logs
    where error_logs.created_at > p_since
    group by error_logs.type
  ) as counted;
$$;

comment on function private.error_metrics(timestamptz) is
'{"webhook": 3, "step": 1}: rows of error_logs since then.';

revoke execute on function private.error_metrics(timestamptz) from public, anon, authenticated, service_role;
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
    'doors', private.door_metrics(v_since),
    'doors_ever', private.door_metrics(null),
    'callbacks', private.callback_metrics(v_since),
    'deliveries', private.delivery_metrics(v_since),
    'steps', private.step_metrics(v_since),
    'providers', public.list_providers(),
    'projects', public.read_stats() -> 'by_status',
    'errors', private.error_metrics(v_since),
    'rate_limit_hits', private.limit_hits_since(v_since)
  );
end;
$$;

comment on function public.read_metrics(numeric) is
'{since, doors, doors_ever, callbacks, deliveries, steps, providers, projects, errors, rate_limit_hits} over the last p_seconds. Called by webhook-manage.';

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
      and not private.is_lane_waiting(webhook_deliveries.lane)
  )
  select jsonb_build_object('count', count(*), 'oldest_due_at', min(overdue.due_at))
  from overdue;
$$;

comment on function private.overdue_work(timestamptz) is
'{count, oldest_due_at} of steps and deliveries that nobody looked at since then, though somebody should have.';

revoke execute on function private.overdue_work(timestamptz) from public, anon, authenticated, service_role;
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
  v_ids text[];
  v_delivery public.webhook_deliveries;
  v_count integer := 0;
begin
  v_ids := array(
    select dead.delivery_id
    from public.webhook_deliveries as dead
    where dead.status = 'dead'
      and (p_from is null or dead.created_at >= p_from)
      and (p_to is null or dead.created_at <= p_to)
      and private.is_resendable(dead)
    order by dead.created_at, dead.delivery_id
    limit p_limit
  );
  perform private.lock_receivers(v_ids);

  for v_delivery in
    select dead.*
    from public.webhook_deliveries as dead
    where dead.delivery_id = any (v_ids)
      and dead.status = 'dead'
      and private.is_resendable(dead)
    order by dead.delivery_id
    for no key update skip locked
  loop
    perform private.requeue_delivery(v_delivery, private.clock());
    perform private.record_event(v_delivery.project_id, 'delivery.redriven', null, null, jsonb_build_object(
      'delivery_id', v_delivery.delivery_id, 'was', v_delivery.status
    ));
    v_count := v_count + 1;
  end loop;

  return jsonb_build_object(
    'redriven', v_count,
    'remaining', (
      select count(*)
      from public.webhook_deliveries as dead
      where dead.status = 'dead'
        and (p_from is null or dead.created_at >= p_from)
        and (p_to is null or dead.created_at <= p_to)
        and private.is_resendable(dead)
    )
  );
end;
$$;

comment on function public.redrive_deliveries(timestamptz, timestamptz, integer) is
'dead → pending, the oldest p_limit that were queued within the range (null: open) and can be sent. {redriven, remaining}. Called by webhook-manage.';

revoke execute on function public.redrive_deliveries(timestamptz, timestamptz, integer) from public, anon, authenticated;
grant execute on function public.redrive_deliveries(timestamptz, timestamptz, integer) to service_role;
--! end included

--! included supabase/schemas/0666_function_replayable_deliveries.sql
-- p_filter: statuses (without: dead, filtered, skipped), endpoint_id, user_id, project_id, type, from, to; each may be
-- absent or null.

create or replace function private.replayable_deliveries(p_filter jsonb)
returns setof public.webhook_deliveries
language sql
stable
security invoker
set search_path = ''
as $$
  select ended.*
  from public.webhook_deliveries as ended
  where ended.status = any (coalesce(
      (
        select array_agg(wanted.status)
        from jsonb_array_elements_text(nullif(p_filter -> 'statuses', 'null')) as wanted (status)
      ),
      array['dead', 'filtered', 'skipped']
    ))
    and (p_filter ->> 'endpoint_id' is null or ended.endpoint_id = p_filter ->> 'endpoint_id')
    and (p_filter ->> 'project_id' is null or ended.project_id = p_filter ->> 'project_id')
    and (p_filter ->> 'type' is null or ended.type = p_filter ->> 'type')
    and (p_filter ->> 'from' is null or ended.created_at >= (p_filter ->> 'from')::timestamptz)
    and (p_filter ->> 'to' is null or ended.created_at <= (p_filter ->> 'to')::timestamptz)
    and (
      p_filter ->> 'user_id' is null
      or exists (
        select 1
        from public.projects
        where projects.project_id = ended.project_id
          and projects.user_id = p_filter ->> 'user_id'
      )
    )
    and private.is_resendable(ended);
$$;

comment on function private.replayable_deliveries(jsonb) is
'Deliveries that have ended, fit the filter and can be sent again.';

revoke execute on function private.replayable_deliveries(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0667_function_replay_deliveries.sql
-- deliveries dead | filtered | skipped | delivered → pending, so many a second, the oldest first
--
-- Doing it twice sends nothing twice: what is pending does not fit any more.

create or replace function public.replay_deliveries(
  p_filter jsonb,
  p_limit integer default 100,
  p_per_second numeric default 10,
  p_is_dry boolean default false
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_matched bigint := (select count(*) from private.replayable_deliveries(p_filter));
  v_ids text[];
  v_count integer := 0;
begin
  v_ids := array(
    select ended.delivery_id
    from private.replayable_deliveries(p_filter) as ended
    order by ended.created_at, ended.position
    limit p_limit
  );

  if not p_is_dry then
    perform private.lock_receivers(v_ids);
    v_count := private.requeue_deliveries(v_ids, v_now, p_per_second);
    perform private.record_event(null, 'deliveries.replayed', null, null, jsonb_build_object(
      'filter', p_filter, 'replayed', v_count
    ));
  end if;

  return jsonb_build_object(
    'dry_run', p_is_dry,
    'matched', v_matched,
    'replayed', v_count,
    'remaining', v_matched - v_count,
    'delivery_ids', to_jsonb(v_ids[1:100]),
    'last_due_at', case when v_count > 0 then v_now + make_interval(secs => ((v_count - 1) / p_per_second)::double precision) end
  );
end;
$$;

comment on function public.replay_deliveries(jsonb, integer, numeric, boolean) is
'Sends again what fits, under the same webhook-ids, p_per_second; p_is_dry only counts. {dry_run, matched, replayed, remaining, delivery_ids, last_due_at}. Called by webhook-manage.';

revoke execute on function public.replay_deliveries(jsonb, integer, numeric, boolean) from public, anon, authenticated;
grant execute on function public.replay_deliveries(jsonb, integer, numeric, boolean) to service_role;
--! end included

--! included supabase/schemas/0680_function_endpoint_view.sql
create or replace function private.endpoint_view(p_endpoint private.endpoints)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select to_jsonb(p_endpoint) - 'headers' || jsonb_build_object(
    'url', private.without_query(p_endpoint.url),
    'header_names', (select coalesce(jsonb_agg(names.name order by names.name), '[]') from jsonb_object_keys(p_endpoint.headers) as names (name)),
    'secrets', (
      select jsonb_agg(
        jsonb_build_object('created_at', endpoint_secrets.created_at, 'expires_at', endpoint_secrets.expires_at)
        order by endpoint_secrets.created_at desc
      )
      from private.endpoint_secrets
      where endpoint_secrets.endpoint_id = p_endpoint.endpoint_id
        and coalesce(endpoint_secrets.expires_at, 'infinity') > private.clock()
    ),
    'held_until', (
      select delivery_lanes.held_until
      from private.delivery_lanes
      where delivery_lanes.lane = p_endpoint.endpoint_id
    ),
    'open', (
      select count(*)
      from public.webhook_deliveries
      where webhook_deliveries.lane = p_endpoint.endpoint_id
        and (webhook_deliveries.status = 'pending' or webhook_deliveries.status = 'delivering')
    )
  );
$$;

comment on function private.endpoint_view(private.endpoints) is
'An endpoint as an operator sees it: no secret, no header''s value, no query of its URL.';

revoke execute on function private.endpoint_view(private.endpoints) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0681_function_add_endpoint_secret.sql
create or replace function private.add_endpoint_secret(p_endpoint_id text)
returns text
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into private.endpoint_secrets (endpoint_id, secret)
  values (p_endpoint_id, 'whsec_' || encode(extensions.gen_random_bytes(32), 'base64'))
  returning endpoint_secrets.secret;
$$;

comment on function private.add_endpoint_secret(text) is 'Draws a secret of 32 bytes, as Standard Webhooks writes it. Whoever gets it shows it once.';

revoke execute on function private.add_endpoint_secret(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0682_function_list_endpoints.sql
create or replace function public.list_endpoints(p_user_id text default null, p_endpoint_id text default null)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(private.endpoint_view(endpoints) order by endpoints.endpoint_id), '[]')
  from private.endpoints
  where (p_user_id is null or endpoints.user_id = p_user_id)
    and (p_endpoint_id is null or endpoints.endpoint_id = p_endpoint_id);
$$;

comment on function public.list_endpoints(text, text) is
'Endpoints without secrets and header values; null leaves a filter out. Called by webhook-manage.';

revoke execute on function public.list_endpoints(text, text) from public, anon, authenticated;
grant execute on function public.list_endpoints(text, text) to service_role;
--! end included

--! included supabase/schemas/0682_function_put_endpoint.sql
-- What p_changes does not name stays as it is; null takes an optional field away.

create or replace function public.put_endpoint(p_endpoint_id text, p_changes jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_endpoint private.endpoints;
  v_secret text;
  v_rule text;
begin
  if p_endpoint_id is null then
    insert into private.endpoints (user_id, url)
    values (p_changes ->> 'user_id', p_changes ->> 'url')
    returning endpoints.* into v_endpoint;
    v_secret := private.add_endpoint_secret(v_endpoint.endpoint_id);
  else
    select endpoints.* into v_endpoint
    from private.endpoints
    where endpoints.endpoint_id = p_endpoint_id
    for no key update;
    if not found then
      raise exception 'Cannot change endpoint "%": no such endpoint', p_endpoint_id using errcode = 'RL404';
    end if;
  end if;

  v_endpoint := jsonb_populate_record(v_endpoint, p_changes - array[
    'endpoint_id', 'user_id', 'is_enabled', 'disabled_at', 'disable_reason', 'failing_since', 'last_failed_at', 'created_at', 'updated_at'
  ]);
  update private.endpoints
  set
    url = v_endpoint.url,
    description = v_endpoint.description,
    events = v_endpoint.events,
    headers = v_endpoint.headers,
    max_in_flight = v_endpoint.max_in_flight,
    max_per_second = v_endpoint.max_per_second,
    is_ordered = v_endpoint.is_ordered,
    batch_size = v_endpoint.batch_size,
    batch_ms = v_endpoint.batch_ms,
    updated_at = private.clock()
  where endpoints.endpoint_id = v_endpoint.endpoint_id
  returning endpoints.* into v_endpoint;

  perform private.record_event(null, 'endpoint.changed', null, null, jsonb_build_object(
    'endpoint_id', v_endpoint.endpoint_id,
    'fields', (select jsonb_agg(fields.name) from jsonb_object_keys(p_changes) as fields (name))
  ));
  return private.endpoint_view(v_endpoint) || jsonb_strip_nulls(jsonb_build_object('secret', v_secret));
exception
  when check_violation then
    get stacked diagnostics v_rule = constraint_name;
    raise exception 'Cannot put endpoint: the rule "%" does not hold', replace(v_rule, '_', ' ') using errcode = 'RL400';
  when not_null_violation then
    get stacked diagnostics v_rule = column_name;
    raise exception 'Cannot put endpoint: % is required', v_rule using errcode = 'RL400';
end;
$$;

comment on function public.put_endpoint(text, jsonb) is
'Creates (id null; user_id and url required) or changes an endpoint: url, description, events, headers, max_in_flight, max_per_second, is_ordered, batch_size, batch_ms. A new one comes with its secret, once. Raises RL400, RL404. Called by webhook-manage.';

revoke execute on function public.put_endpoint(text, jsonb) from public, anon, authenticated;
grant execute on function public.put_endpoint(text, jsonb) to service_role;
--! end included

--! included supabase/schemas/0683_function_lock_endpoint.sql
create or replace function private.lock_endpoint(p_endpoint_id text)
returns private.endpoints
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_endpoint private.endpoints;
begin
  select endpoints.*
  into v_endpoint
  from private.endpoints
  where endpoints.endpoint_id = p_endpoint_id
  for no key update;

  if not found then
    raise exception 'Cannot use endpoint "%": no such endpoint', p_endpoint_id using errcode = 'RL404';
  end if;

  perform 1 from private.delivery_lanes where delivery_lanes.lane = p_endpoint_id for no key update;
  return v_endpoint;
end;
$$;

comment on function private.lock_endpoint(text) is 'The endpoint, locked with its lane. Raises RL404.';

revoke execute on function private.lock_endpoint(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0684_function_delete_endpoint.sql
-- What was sent to it stays on record with its films, until housekeeping takes it. Batches and tests go: no film
-- would take them along.

create or replace function public.delete_endpoint(p_endpoint_id text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_skipped integer;
begin
  perform private.lock_endpoint(p_endpoint_id);
  v_skipped := private.disable_endpoint_now(p_endpoint_id, 'It was deleted');
  update public.webhook_deliveries
  set status = 'skipped', error = 'The endpoint was deleted', updated_at = private.clock()
  where webhook_deliveries.endpoint_id = p_endpoint_id
    and webhook_deliveries.status = 'batched';
  delete from public.webhook_deliveries
  where webhook_deliveries.endpoint_id = p_endpoint_id
    and webhook_deliveries.project_id is null;
  delete from private.endpoints where endpoints.endpoint_id = p_endpoint_id;
  delete from private.delivery_lanes where delivery_lanes.lane = p_endpoint_id;
  perform private.record_event(null, 'endpoint.deleted', null, null, jsonb_build_object('endpoint_id', p_endpoint_id));
  return jsonb_build_object('endpoint_id', p_endpoint_id, 'removed', true, 'skipped', v_skipped);
end;
$$;

comment on function public.delete_endpoint(text) is
'Its pending deliveries are skipped, and it is gone with its secrets. {endpoint_id, removed, skipped}. Raises RL404. Called by webhook-manage.';

revoke execute on function public.delete_endpoint(text) from public, anon, authenticated;
grant execute on function public.delete_endpoint(text) to service_role;
--! end included

--! included supabase/schemas/0684_function_rotate_endpoint_secret.sql
-- The old secret signs too until the overlap is over.

create or replace function public.rotate_endpoint_secret(p_endpoint_id text, p_overlap_seconds integer default 86400)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_secret text;
begin
  perform private.lock_endpoint(p_endpoint_id);

  delete from private.endpoint_secrets
  where endpoint_secrets.endpoint_id = p_endpoint_id
    and endpoint_secrets.expires_at <= v_now;

  -- A receiver reads no endless list of signatures.
  if (select count(*) from private.endpoint_secrets where endpoint_secrets.endpoint_id = p_endpoint_id) > 10 then
    raise exception 'Cannot rotate secret of endpoint "%": ten old ones still sign', p_endpoint_id using errcode = 'RL409';
  end if;

  update private.endpoint_secrets
  set expires_at = v_now + make_interval(secs => p_overlap_seconds)
  where endpoint_secrets.endpoint_id = p_endpoint_id
    and endpoint_secrets.expires_at is null;

  v_secret := private.add_endpoint_secret(p_endpoint_id);
  perform private.record_event(null, 'endpoint.secret_rotated', null, null, jsonb_build_object('endpoint_id', p_endpoint_id));
  return jsonb_build_object(
    'endpoint_id', p_endpoint_id,
    'secret', v_secret,
    'old_expires_at', v_now + make_interval(secs => p_overlap_seconds)
  );
end;
$$;

comment on function public.rotate_endpoint_secret(text, integer) is
'{endpoint_id, secret, old_expires_at}: the new secret, once. Raises RL404, RL409. Called by webhook-manage.';

revoke execute on function public.rotate_endpoint_secret(text, integer) from public, anon, authenticated;
grant execute on function public.rotate_endpoint_secret(text, integer) to service_role;
--! end included

--! included supabase/schemas/0684_function_set_endpoint_enabled.sql
-- endpoint enabled ↔ disabled. What was skipped meanwhile stays so until it is replayed.

create or replace function public.set_endpoint_enabled(p_endpoint_id text, p_is_enabled boolean, p_reason text default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_endpoint private.endpoints := private.lock_endpoint(p_endpoint_id);
  v_skipped integer := 0;
begin
  if p_is_enabled then
    update private.endpoints
    set
      is_enabled = true,
      disabled_at = null,
      disable_reason = null,
      failing_since = null,
      last_failed_at = null,
      updated_at = private.clock()
    where endpoints.endpoint_id = p_endpoint_id
      and not endpoints.is_enabled;
    update private.delivery_lanes
    set failures_in_a_row = 0, first_failed_at = null, held_until = null, updated_at = private.clock()
    where delivery_lanes.lane = p_endpoint_id;
    perform private.record_event(null, 'endpoint.enabled', null, null, jsonb_build_object('endpoint_id', p_endpoint_id));
  else
    v_skipped := private.disable_endpoint_now(p_endpoint_id, coalesce(p_reason, 'An operator disabled it'));
  end if;

  return jsonb_build_object(
    'endpoint_id', p_endpoint_id, 'was', v_endpoint.is_enabled, 'is_enabled', p_is_enabled, 'skipped', v_skipped
  );
end;
$$;

comment on function public.set_endpoint_enabled(text, boolean, text) is
'enabled ↔ disabled; disabling makes pending deliveries skipped. {endpoint_id, was, is_enabled, skipped}. Raises RL404. Called by webhook-manage.';

revoke execute on function public.set_endpoint_enabled(text, boolean, text) from public, anon, authenticated;
grant execute on function public.set_endpoint_enabled(text, boolean, text) to service_role;
--! end included

--! included supabase/schemas/0684_function_test_endpoint.sql
-- → pending, on the road of every delivery: its limits, its guards, its signature.

create or replace function public.test_endpoint(p_endpoint_id text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_endpoint private.endpoints := private.lock_endpoint(p_endpoint_id);
  v_delivery public.webhook_deliveries;
begin
  if not v_endpoint.is_enabled then
    raise exception 'Cannot test endpoint "%": it is disabled', p_endpoint_id using errcode = 'RL409';
  end if;

  insert into public.webhook_deliveries (endpoint_id, type, url, body)
  values (p_endpoint_id, 'endpoint.test', v_endpoint.url, json_build_object(
    'type', 'endpoint.test',
    'timestamp', to_char(private.clock() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'data', json_build_object('endpoint_id', p_endpoint_id, 'user_id', v_endpoint.user_id)
  )::text)
  returning webhook_deliveries.* into v_delivery;

  return jsonb_build_object(
    'endpoint_id', p_endpoint_id, 'delivery_id', v_delivery.delivery_id, 'webhook_id', v_delivery.webhook_id, 'status', v_delivery.status
  );
end;
$$;

comment on function public.test_endpoint(text) is
'→ pending: an endpoint.test. {endpoint_id, delivery_id, webhook_id, status}. Raises RL404, RL409. Called by webhook-manage.';

revoke execute on function public.test_endpoint(text) from public, anon, authenticated;
grant execute on function public.test_endpoint(text) to service_role;
--! end included

--! included supabase/schemas/0686_function_delivery_view.sql
create or replace function private.delivery_view(p_delivery public.webhook_deliveries)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select to_jsonb(p_delivery) - 'claim_token' - 'body' - 'tries_before' || jsonb_build_object(
    'url', private.without_query(p_delivery.url),
    'lane', private.without_query(p_delivery.lane)
  );
$$;

comment on function private.delivery_view(public.webhook_deliveries) is
'A delivery as an operator sees it in a list: no body, no query of the client''s URL.';

revoke execute on function private.delivery_view(public.webhook_deliveries) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0687_function_list_deliveries.sql
-- p_filter: status, endpoint_id, project_id, type; each may be absent or null.

create or replace function public.list_deliveries(p_filter jsonb, p_limit integer default 50)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(private.delivery_view(newest) order by newest.delivery_id desc), '[]')
  from (
    select webhook_deliveries.*
    from public.webhook_deliveries
    where (p_filter ->> 'status' is null or webhook_deliveries.status = p_filter ->> 'status')
      and (p_filter ->> 'endpoint_id' is null or webhook_deliveries.endpoint_id = p_filter ->> 'endpoint_id')
      and (p_filter ->> 'project_id' is null or webhook_deliveries.project_id = p_filter ->> 'project_id')
      and (p_filter ->> 'type' is null or webhook_deliveries.type = p_filter ->> 'type')
    order by webhook_deliveries.delivery_id desc
    limit p_limit
  ) as newest;
$$;

comment on function public.list_deliveries(jsonb, integer) is 'The newest deliveries that fit. Called by webhook-manage.';

revoke execute on function public.list_deliveries(jsonb, integer) from public, anon, authenticated;
grant execute on function public.list_deliveries(jsonb, integer) to service_role;
--! end included

--! included supabase/schemas/0687_function_read_delivery.sql
create or replace function public.read_delivery(p_delivery_id text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select private.delivery_view(webhook_deliveries) || jsonb_build_object(
    'body', webhook_deliveries.body,
    'tries', (
      select coalesce(jsonb_agg(to_jsonb(tries) - 'delivery_id' order by tries.number), '[]')
      from public.webhook_delivery_attempts as tries
      where tries.delivery_id = webhook_deliveries.delivery_id
    )
  )
  from public.webhook_deliveries
  where webhook_deliveries.delivery_id = p_delivery_id;
$$;

comment on function public.read_delivery(text) is
'A delivery with its body and each of its tries; null for an unknown id. Called by webhook-manage.';

revoke execute on function public.read_delivery(text) from public, anon, authenticated;
grant execute on function public.read_delivery(text) to service_role;
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
      and webhook_deliveries.status in ('delivered', 'dead', 'filtered', 'skipped', 'batched')
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

  -- Whoever is sent to again gets a new one.
  delete from private.delivery_lanes
  where delivery_lanes.lane in (
    select delivery_lanes.lane
    from private.delivery_lanes
    where delivery_lanes.updated_at < p_before
      and delivery_lanes.failures_in_a_row = 0
      and delivery_lanes.tokens is null
    limit p_limit
    for update skip locked
  );
end;
$$;

comment on function private.prune_deliveries(text, timestamptz, integer) is
'Deletes the ended deliveries, with their tries, of custom sources and of projects that nothing has happened to since p_before, out of the next p_limit.';

revoke execute on function private.prune_deliveries(text, timestamptz, integer) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0730_function_callbacks_about.sql
create or replace function private.callbacks_about(p_project_ids text[])
returns text[]
language sql
stable
security invoker
set search_path = ''
as $$
  -- By project where the callback was matched, by request where it was not.
  select coalesce(array_agg(webhook_logs.webhook_log_id), '{}')
  from public.webhook_logs
  where webhook_logs.project_id = any (p_project_ids)
    or (webhook_logs.source, webhook_logs.request_id) in (
      select attempts.provider, attempts.request_id
      from private.attempts
      join private.steps using (step_id)
      where steps.project_id = any (p_project_ids)
        and attempts.request_id is not null
    );
$$;

comment on function private.callbacks_about(text[]) is 'Ids of the recorded callbacks that concern these projects.';

revoke execute on function private.callbacks_about(text[]) from public, anon, authenticated, service_role;
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
  v_logs text[] := private.callbacks_about(p_project_ids);
begin
  select count(*) into deliveries from public.webhook_deliveries where webhook_deliveries.project_id = any (p_project_ids);
  select count(*) into media from public.media where media.project_id = any (p_project_ids);

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
      and attempts.sent_at is distinct from 'infinity'
      and attempts.ended_at > private.clock()
        - make_interval(secs => private.setting('lease_seconds.' || steps.kind)::double precision)
  );
$$;

comment on function private.is_letting_go(text) is
'True while an ended project still has a request to give up, or a call under way that may begin one.';

revoke execute on function private.is_letting_go(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0735_function_delete_endpoints_of.sql
create or replace function private.delete_endpoints_of(p_user_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_ids text[] := array(
    select endpoints.endpoint_id
    from private.endpoints
    where endpoints.user_id = p_user_id
    order by endpoints.endpoint_id
    for no key update
  );
begin
  delete from public.webhook_deliveries where webhook_deliveries.endpoint_id = any (v_ids);
  delete from private.delivery_lanes where delivery_lanes.lane = any (v_ids);
  delete from private.endpoints where endpoints.endpoint_id = any (v_ids);
end;
$$;

comment on function private.delete_endpoints_of(text) is
'Deletes a user''s endpoints with all that was or is to be sent to them: batches name no project.';

revoke execute on function private.delete_endpoints_of(text) from public, anon, authenticated, service_role;
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

  perform private.delete_endpoints_of(p_user_id);
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
'Deletes p_limit projects of a user, or a video''s more, with all below, their callbacks and errors, and the user''s endpoints. {done, projects, cancelled, callbacks, deliveries, media, errors, bucket, paths}: the caller removes these files, and calls again until done. Without p_waits, requests at providers are left to themselves.';

revoke execute on function public.delete_user_data(text, integer, boolean) from public, anon, authenticated;
grant execute on function public.delete_user_data(text, integer, boolean) to service_role;
--! end included

--! included supabase/schemas/0745_function_preview_user_data.sql
-- What delete_user_data would delete, counted; nothing is changed.

create or replace function public.preview_user_data(p_user_id text)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_ids text[];
  v_logs text[];
begin
  select coalesce(array_agg(projects.project_id), '{}')
  into v_ids
  from public.projects
  where projects.user_id = p_user_id;

  v_logs := private.callbacks_about(v_ids);

  return jsonb_build_object(
    'projects', cardinality(v_ids),
    'unfinished', (
      select count(*)
      from public.projects
      where projects.user_id = p_user_id
        and projects.status not in ('completed', 'failed', 'cancelled')
    ),
    'callbacks', cardinality(v_logs),
    'deliveries', (select count(*) from public.webhook_deliveries where webhook_deliveries.project_id = any (v_ids)),
    'media', (select count(*) from public.media where media.project_id = any (v_ids)),
    'errors', (
      select count(*)
      from public.error_logs
      where error_logs.context ->> 'project_id' = any (v_ids)
        or error_logs.context ->> 'webhook_log_id' = any (v_logs)
    ),
    'files', cardinality(private.films_stored_for(v_ids))
  );
end;
$$;

comment on function public.preview_user_data(text) is
'What delete_user_data would delete: {projects, unfinished, callbacks, deliveries, media, errors, files}. Changes nothing.';

revoke execute on function public.preview_user_data(text) from public, anon, authenticated;
grant execute on function public.preview_user_data(text) to service_role;
--! end included

--! included supabase/schemas/0902_table_door_requests.sql
-- A row in ten seconds at most from each isolate and status, inserted and never updated: no row is hot.

create table private.door_requests (
  door_request_id bigint generated always as identity,
  door text not null,
  status integer not null,
  requests integer not null,
  ms_total bigint not null,
  requests_by_ms jsonb not null,
  at timestamptz not null default private.clock(),
  constraint door_requests_pkey primary key (door_request_id),
  constraint door_requests_are_counted check (requests > 0)
);

create index door_requests_at_idx on private.door_requests (at);

comment on table private.door_requests is
'What each door answered in the last eight days and how long it took, as its isolates reported it. Then it goes into door_totals.';
comment on column private.door_requests.requests_by_ms is '{"5": 3, "10": 1, "more": 1}: requests that took at most so long, each in one slot.';

alter table private.door_requests enable row level security;
revoke all on table private.door_requests from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0903_table_door_totals.sql
create table private.door_totals (
  door text not null,
  status integer not null,
  requests bigint not null,
  ms_total bigint not null,
  requests_by_ms jsonb not null,
  constraint door_totals_pkey primary key (door, status)
);

comment on table private.door_totals is
'What door_requests held before: with these its sums never fall, as a counter has to. Written by pg_cron alone.';

alter table private.door_totals enable row level security;
revoke all on table private.door_totals from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0904_function_add_counts.sql
create or replace function private.add_counts(p_one jsonb, p_other jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(summed.key, summed.n), '{}')
  from (
    select counts.key, sum(counts.value::bigint) as n
    from (select * from jsonb_each_text(p_one) union all select * from jsonb_each_text(p_other)) as counts
    group by counts.key
  ) as summed;
$$;

comment on function private.add_counts(jsonb, jsonb) is
'{"a": 1, "b": 2} and {"b": 3} are {"a": 1, "b": 5}.';

revoke execute on function private.add_counts(jsonb, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0905_function_fold_door_requests.sql
create or replace function private.fold_door_requests()
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_row private.door_requests;
  v_folded integer := 0;
begin
  for v_row in
    delete from private.door_requests
    where door_requests.door_request_id in (
      select old.door_request_id
      from private.door_requests as old
      where old.at < private.clock() - interval '8 days'
      order by old.at
      limit 5000
    )
    returning door_requests.*
  loop
    insert into private.door_totals as total (door, status, requests, ms_total, requests_by_ms)
    values (v_row.door, v_row.status, v_row.requests, v_row.ms_total, v_row.requests_by_ms)
    on conflict (door, status) do update
    set
      requests = total.requests + excluded.requests,
      ms_total = total.ms_total + excluded.ms_total,
      requests_by_ms = private.add_counts(total.requests_by_ms, excluded.requests_by_ms);
    v_folded := v_folded + 1;
  end loop;

  return v_folded;
end;
$$;

comment on function private.fold_door_requests() is
'Moves what is older than eight days into door_totals, 5,000 rows at a time. Called by prune_request_counts.';

revoke execute on function private.fold_door_requests() from public, anon, authenticated, service_role;
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

  select ((select count(*) from counts) + (select count(*) from hits) + private.fold_door_requests())::integer;
$$;

comment on function private.prune_request_counts() is
'Forgets requests that no limit looks at any more, and refusals that no figure does; moves old figures of doors into their totals. Called by pg_cron every minute.';

revoke execute on function private.prune_request_counts() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0912_function_count_door_requests.sql
create or replace function public.count_door_requests(p_door text, p_counts jsonb)
returns void
language sql
volatile
security definer
set search_path = ''
as $$
  insert into private.door_requests (door, status, requests, ms_total, requests_by_ms)
  select p_door, counts.status, counts.requests, counts.ms_total, counts.requests_by_ms
  from jsonb_to_recordset(p_counts) as counts (status integer, requests integer, ms_total bigint, requests_by_ms jsonb)
  where counts.requests > 0;
$$;

comment on function public.count_door_requests(text, jsonb) is
'Notes what a door answered: [{status, requests, ms_total, requests_by_ms}]. Called by doors in the background.';

revoke execute on function public.count_door_requests(text, jsonb) from public, anon, authenticated;
grant execute on function public.count_door_requests(text, jsonb) to service_role;
--! end included

--! included supabase/schemas/0912_function_door_metrics.sql
create or replace function private.door_metrics(p_since timestamptz)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  with
  -- Since then; without a time, since ever
  counted as (
    select door_requests.door, door_requests.status, door_requests.requests, door_requests.ms_total, door_requests.requests_by_ms
    from private.door_requests
    where p_since is null or door_requests.at >= p_since
    union all
    select door_totals.door, door_totals.status, door_totals.requests, door_totals.ms_total, door_totals.requests_by_ms
    from private.door_totals
    where p_since is null
  ),
  statuses as (
    select summed.door, jsonb_object_agg(summed.status, summed.n) as by_status, sum(summed.ms) as ms_total
    from (
      select counted.door, counted.status, sum(counted.requests) as n, sum(counted.ms_total) as ms
      from counted
      group by counted.door, counted.status
    ) as summed
    group by summed.door
  ),
  slots as (
    select summed.door, jsonb_object_agg(summed.key, summed.n) as by_ms
    from (
      select counted.door, slot.key, sum(slot.value::bigint) as n
      from counted
      cross join jsonb_each_text(counted.requests_by_ms) as slot
      group by counted.door, slot.key
    ) as summed
    group by summed.door
  )
  select coalesce(
    jsonb_object_agg(statuses.door, jsonb_build_object(
      'by_status', statuses.by_status, 'ms_total', statuses.ms_total, 'requests_by_ms', coalesce(slots.by_ms, '{}')
    )),
    '{}'
  )
  from statuses
  left join slots using (door);
$$;

comment on function private.door_metrics(timestamptz) is
'{"fal-webhook": {by_status, ms_total, requests_by_ms}}: what doors answered since then; null: ever.';

revoke execute on function private.door_metrics(timestamptz) from public, anon, authenticated, service_role;
--! end included

insert into private.settings (name, value, description) values
  ('delivery_schedule_seconds', '[5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]', 'The longest wait before each further try of a delivery, as a list'),
  ('deliveries_in_flight', '50', 'Deliveries on their way to one host at a time; endpoints have their own figure'),
  ('delivery_breaker_failures', '5', 'After this many failures in a row nothing but a probe is sent to a receiver'),
  ('delivery_breaker_seconds', '30', 'How long it is left alone at first; twice as long after each failed probe'),
  ('delivery_breaker_cap_seconds', '300', 'How long it is left alone at most'),
  ('endpoint_disable_hours', '120', 'An endpoint that answered nothing but failures for so long is disabled'),
  ('delivery_hours', '168', 'A delivery that its receiver''s failures held up for so long is given up');
