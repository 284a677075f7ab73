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

alter table public.projects
  add column storyboard jsonb,
  add column stop_at text,
  add column awaiting_approval text,
  add column max_cost_usd numeric,
  add column estimated_cost_usd numeric,
  add column cut_hash text,
  add constraint stop_is_known check (stop_at in ('storyboard', 'stills')),
  add constraint approval_is_known check (awaiting_approval in ('storyboard', 'stills', 'budget')),
  add constraint budget_is_not_negative check (max_cost_usd >= 0);
comment on column public.projects.storyboard is
'Who wrote the scenes: {by: model | splitter, title, scenes, input_hash}, and why not the model (fell_back). Null where the job had scenes.';
comment on column public.projects.stop_at is 'Where the job wants to be asked before it goes on; null once that was approved.';
comment on column public.projects.awaiting_approval is
'What a paused project waits for: the storyboard, the stills, or a budget above max_cost_usd. Only an approval resumes it.';
comment on column public.projects.max_cost_usd is 'Beyond this nothing is begun without an approval, which raises it; null: no limit.';
comment on column public.projects.estimated_cost_usd is
'What the whole film costs by private.prices: what was spent so far and what is left to do. Null: unknown.';
comment on column public.projects.cut_hash is 'Of all that the film is joined from: the same cut is not stitched twice.';

alter table public.scenes
  add column reframe_to text,
  add column reframed_image_url text,
  add column input_hash text;
comment on column public.scenes.reframe_to is
'The aspect ratio that the image it starts from is brought to before it is used; null: used as it is.';
comment on column public.scenes.reframed_image_url is 'That image in that aspect ratio; its own URL where it had it already.';
comment on column public.scenes.input_hash is
'SHA-256 in hex of all that its selected take was made from, the scenes that it continues included.';

alter table public.video_chunks add column input_hash text;
comment on column public.video_chunks.input_hash is 'SHA-256 in hex of what the clip was asked for with.';

comment on column private.prices.model is
'fal''s endpoint id; for another provider its name: video, lastframe, stitch, openai. The provider test and Storage cost nothing.';

alter table private.job_requests add column providers jsonb;
comment on column private.job_requests.providers is
'Who would do each kind of step when the job came, {"stitch": "fal", ...}: estimates go by it. Null: fal does all it can.';

drop function public.create_project(jsonb);

alter table public.projects add column film_options jsonb not null default '{}';

alter table public.scenes
  add column audio_url text,
  add column voice_over text,
  add column caption text,
  add column transition text not null default 'cut',
  add column reanchored boolean not null default false;
alter table public.scenes drop constraint scene_continuity_is_known;
alter table public.scenes add constraint scene_continuity_is_known check (
  continuity in ('last_frame', 'cut', 'shared_keyframe')
);
alter table public.scenes add constraint scene_transition_is_known check (transition in ('cut', 'fade'));

comment on column public.projects.film_options is
'How the film is finished, as the door settled it: speech_model, voice, music {url | prompt + model, volume, ducking, loudness}, captions, fps, width, height. Empty: clips joined as they are.';
comment on column public.scenes.continuity is
'last_frame: starts from the last frame of the scene before. cut: starts from its own image, else the job''s, else from its prompt alone. shared_keyframe: starts from its image, which the clip before it ends with.';
comment on column public.scenes.audio_url is 'A sound track to be put under the scene''s clip; null where there is none, or the model itself takes it.';
comment on column public.scenes.voice_over is 'Text that is spoken and put under the clip, where the job gave no audio_url.';
comment on column public.scenes.caption is 'Text of its caption; null: voice_over, else the prompt. Empty: none.';
comment on column public.scenes.transition is 'How the film comes to this scene: cut, or fade (through black).';
comment on column public.scenes.reanchored is 'True where reanchor_every made it begin from the job''s image again.';

create index projects_newest_by_status on public.projects (status, project_id);
create index webhook_logs_newest_of_a_source on public.webhook_logs (source, webhook_log_id);
create index webhook_logs_not_applied on public.webhook_logs (outcome, webhook_log_id) where outcome <> 'applied';
create index webhook_logs_by_request on public.webhook_logs (request_id) where request_id is not null;
create index webhook_deliveries_not_delivered on public.webhook_deliveries (delivery_id) where status <> 'delivered';
create index error_logs_newest on public.error_logs (created_at);
create index error_logs_newest_of_a_type on public.error_logs (type, error_log_id);

-- money: prices of what is spoken
alter table private.prices add column usd_per_character numeric;
alter table private.prices drop constraint price_says_how_much;
alter table private.prices add constraint price_says_how_much check (coalesce(usd_per_second, usd_per_call, usd_per_character) is not null);
alter table private.prices drop constraint price_is_not_negative;
alter table private.prices add constraint price_is_not_negative check (usd_per_second >= 0 and usd_per_call >= 0 and usd_per_character >= 0);

comment on column private.prices.usd_per_second is 'For each second of video or music; what is given besides is added.';
comment on column private.prices.usd_per_character is 'For each character that is spoken.';
comment on column private.prices.source is 'Where the figure was read; one that nobody states begins with "assumed".';

-- money: the version of a video that is meant
alter table public.projects add column preferred_at timestamptz;
comment on column public.projects.preferred_at is
'When somebody chose this version of the video; the one that was chosen last is preferred, else the newest that has a film.';

alter table private.steps drop constraint step_kind_is_known;
alter table private.steps add constraint step_kind_is_known check (kind in (
      'storyboard', 'reframe_image', 'generate_clip', 'extract_last_frame', 'extract_thumbnail', 'stitch',
      'store_film', 'cancel_request', 'generate_voice', 'generate_music', 'level_music', 'mux_audio', 'mix_music',
      'store_captions', 'burn_captions', 'check_frame'
    ));

alter table private.prices drop constraint price_is_of_a_kind_of_step;
alter table private.prices add constraint price_is_of_a_kind_of_step check (kind in (
      'storyboard', 'reframe_image', 'generate_clip', 'extract_last_frame', 'extract_thumbnail', 'stitch',
      'store_film', 'cancel_request', 'generate_voice', 'generate_music', 'level_music', 'mux_audio', 'mix_music',
      'store_captions', 'burn_captions', 'check_frame'
    ));

--! altered supabase/schemas/0100_table_projects.sql sha256:dea10710af32e72be5cc1193c602d3290b80bc259e950fec326cffc75390a047
--! altered supabase/schemas/0110_table_scenes.sql sha256:d45ac96b2483828e8aa17c445a6bc59bc1375dbc5b5b6b068274e0d126ce036b
--! altered supabase/schemas/0120_table_video_chunks.sql sha256:1d77a64cf5cbdf9d130295bb21c1094ae154a3b682128758205fc6e21ab036ab
--! altered supabase/schemas/0140_table_steps.sql sha256:6fe3aeca9a3064934b9a0e0a2e966e0d9808575ea324b0f302babcccabf7fd0a
--! altered supabase/schemas/0150_table_attempts.sql sha256:74411f7f90ec76d335a67743ec76844bf1f49225ea67c96bf3904a8d477f7f67
--! altered supabase/schemas/0160_table_webhook_logs.sql sha256:a76612e5c2489a6154fd494a3c7e1e4f908b1d1a040966afbe02299e47740548
--! altered supabase/schemas/0170_table_webhook_deliveries.sql sha256:efe01ec4adf7c4175c0cf2c0ddfc6ba6d08fff769ac4c41c8073df706ea67f3a
--! altered supabase/schemas/0171_table_webhook_delivery_attempts.sql sha256:400b5869d1beac4591a141220ba7102a7f06f2e53255606958058b10dad8c151
--! altered supabase/schemas/0190_table_error_logs.sql sha256:b9b90b67bbc14bf2ee8203e35e4486761a71cdf18b49a070a333113a7e5037b7
--! altered supabase/schemas/0195_table_job_requests.sql sha256:e021bc95ab28d45d419d8c25ee2b9dbbaf1f98667e21e0fd4c09d203eff5d753
--! altered supabase/schemas/0197_table_prices.sql sha256:159cbdf681e57e139955486da97b79993890f9bbfa81f82a4893a1b3dc759983

--! included supabase/schemas/0040_function_clock.sql
-- The time, for everything in here. The offset lets tests move the clock of every connection. It is read
-- once a transaction, because a film asks for the time two hundred times.
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
  v_offset text := nullif(current_setting('reelay.clock_offset', true), '');
begin
  if v_offset is null then
    select settings.value #>> '{}'
    into v_offset
    from private.settings
    where settings.name = 'clock_offset_seconds';

    v_offset := set_config('reelay.clock_offset', coalesce(v_offset, '0'), true);
  end if;

  return clock_timestamp() + make_interval(secs => v_offset::double precision);
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
declare
  -- Its version and variant are in the middle: both ends are random.
  v_random text := gen_random_uuid();
begin
  return p_prefix || '_'
    || lpad(to_hex((date_part('epoch', clock_timestamp()) * 1000)::bigint), 12, '0')
    || left(v_random, 8) || right(v_random, 12);
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

--! included supabase/schemas/0041_function_iso_time.sql
create or replace function private.iso_time(p_at timestamptz)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return to_char(p_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
end;
$$;

comment on function private.iso_time(timestamptz) is 'A time as JSON has it, in UTC with milliseconds.';

revoke execute on function private.iso_time(timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0041_trigger_settings_forget_clock.sql
-- A clock that was just moved is moved for the rest of this transaction too.

create or replace function private.tg_settings__forget_clock()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform set_config('reelay.clock_offset', '', true);
  return null;
end;
$$;

comment on function private.tg_settings__forget_clock() is 'The transaction that changes settings reads the offset of its clock again.';

revoke execute on function private.tg_settings__forget_clock() from public, anon, authenticated, service_role;

create or replace trigger _500_forget_clock after insert or update or delete on private.settings
for each statement execute function private.tg_settings__forget_clock();
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

--! included supabase/schemas/0132_table_film_parts.sql
create table private.film_parts (
  project_id text not null,
  kind text not null,
  input_hash text not null,
  output jsonb not null,
  made_at timestamptz not null default private.clock(),
  constraint film_parts_pkey primary key (project_id, kind, input_hash),
  constraint film_part_of_a_project foreign key (project_id) references public.projects (project_id) on delete cascade
);

comment on table private.film_parts is
'What was made for a film beside its clips (voices, music, clips with their sound, captions, the film with its music), each under the hash of what it was made from: the same is not made twice, in a later version neither.';
comment on column private.film_parts.kind is 'The kind of step that made it.';
comment on column private.film_parts.input_hash is 'private.part_hash of that step''s input.';

alter table private.film_parts enable row level security;
revoke all on table private.film_parts from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0148_table_model_aliases.sql
create table private.model_aliases (
  alias text not null,
  model text not null,
  constraint model_aliases_pkey primary key (alias),
  constraint alias_is_a_name check (length(alias) between 1 and 255),
  constraint alias_is_of_another_name check (model <> alias)
);

comment on table private.model_aliases is
'What clients of the door videos may call a model: their name for it, and ours (a family, an endpoint, or what the video service calls it).';

alter table private.model_aliases enable row level security;
revoke all on table private.model_aliases from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0155_table_ledger.sql
create table private.ledger (
  entry_id bigint generated always as identity,
  project_id text not null,
  user_id text not null,
  attempt_id text not null,
  kind text not null,
  usd numeric not null,
  at timestamptz not null default private.clock(),
  constraint ledger_pkey primary key (entry_id),
  constraint entry_of_a_project foreign key (project_id) references public.projects (project_id) on delete cascade,
  constraint entry_kind_is_known check (kind in ('reserve', 'release', 'settle')),
  constraint reservation_is_of_something check (kind = 'settle' or usd > 0)
);

comment on table private.ledger is
'Money, written by the trigger on attempts and never changed: what an attempt was expected to cost is reserved when it begins and released when it ends; what it did cost is settled. Outlives the attempts.';
comment on column private.ledger.usd is
'US dollars. Reserved are sum(reserve) - sum(release), spent is sum(settle); a later correction is a settle too, and may be negative.';

create index ledger_project_id on private.ledger (project_id);
create index ledger_attempt_id on private.ledger (attempt_id);

alter table private.ledger enable row level security;
revoke all on table private.ledger from public, anon, authenticated, service_role;
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
create index endpoints_batching on private.endpoints (endpoint_id) where batch_size > 1 and is_enabled;
create index endpoints_disabled on private.endpoints (endpoint_id) where not is_enabled;

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

--! included supabase/schemas/0199_function_is_ringing.sql
create or replace function private.is_ringing(p_bell private.bell, p_now timestamptz)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return p_bell.unanswered_since is not null
    and p_bell.last_rung_at > p_now - make_interval(secs => private.setting('bell_repeat_seconds')::double precision);
end;
$$;

comment on function private.is_ringing(private.bell, timestamptz) is
'True while a ring is on its way that no runner has answered, and that is not to be repeated yet.';

revoke execute on function private.is_ringing(private.bell, timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0199_table_model_fallbacks.sql
create table private.model_fallbacks (
  model text not null,
  fallback text not null,
  takes_end_frame boolean not null default false,
  updated_at timestamptz not null default private.clock(),
  constraint model_fallbacks_pkey primary key (model),
  constraint fallback_is_another_model check (model <> fallback)
);

comment on table private.model_fallbacks is
'Which model makes a clip where the first refuses it or is down. Names as video_chunks.model has them: fal''s endpoint ids. Written through webhook-manage, which checks that the second can do what the first was asked for; a clip that ends with a shared keyframe needs takes_end_frame besides.';

alter table private.model_fallbacks enable row level security;
revoke all on table private.model_fallbacks from public, anon, authenticated, service_role;
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

  -- Looked at before it is locked: under load most rings are under way already, and a lock is a write.
  select bell.* into v_bell from private.bell;
  if private.is_ringing(v_bell, v_now) then
    return false;
  end if;

  -- Whoever holds the row is ringing or answering just now: no need to wait for it.
  select bell.* into v_bell from private.bell for no key update skip locked;
  if not found or private.is_ringing(v_bell, v_now) then
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

--! included supabase/schemas/0205_function_part_hash.sql
create or replace function private.part_hash(p_input jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return encode(sha256(convert_to(p_input::text, 'UTF8')), 'hex');
end;
$$;

comment on function private.part_hash(jsonb) is 'SHA-256 in hex of what a part of a film is made from.';

revoke execute on function private.part_hash(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0206_function_end_image.sql
create or replace function private.end_image(p_scene_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(following.reframed_image_url, following.image_url, projects.image_url)
    from public.scenes
    join public.projects using (project_id)
    join public.scenes as following
      on following.project_id = scenes.project_id
      and following.position = scenes.position + 1
      and following.continuity = 'shared_keyframe'
    where scenes.scene_id = p_scene_id
  );
end;
$$;

comment on function private.end_image(text) is
'The image that the scene''s last clip has to end with, because the next scene starts from it; null when it may end as it likes.';

revoke execute on function private.end_image(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0206_function_film_part.sql
create or replace function private.film_part(p_project_id text, p_kind text, p_input jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select film_parts.output
    from public.projects
    join public.projects as made_for on made_for.user_id = projects.user_id and made_for.video_id = projects.video_id
    join private.film_parts on film_parts.project_id = made_for.project_id
    where projects.project_id = p_project_id
      and film_parts.kind = p_kind
      -- The silence of a test is nobody's voice.
      and (projects.execution_mode = 'test' or made_for.execution_mode is distinct from 'test')
      and film_parts.input_hash = private.part_hash(p_input)
    order by film_parts.made_at desc
    limit 1
  );
end;
$$;

comment on function private.film_part(text, text, jsonb) is
'What was made from this input for any version of the project''s video; null when nothing was yet.';

revoke execute on function private.film_part(text, text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0206_function_film_seconds.sql
create or replace function private.film_seconds(p_project_id text)
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select case when count(*) = count(video_chunks.duration) then sum(video_chunks.duration) end
    from public.video_chunks
    where video_chunks.project_id = p_project_id
      and video_chunks.selected
  );
end;
$$;

comment on function private.film_seconds(text) is
'Seconds of the film as they were ordered; null where one clip''s length is not known beforehand.';

revoke execute on function private.film_seconds(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0206_function_has_sound_or_captions.sql
-- Most films have neither, and need not be asked for each of their pieces.

create or replace function private.has_sound_or_captions(p_project_id text)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select projects.film_options ?| array['music', 'captions']
      or exists (
        select 1
        from public.scenes
        where scenes.project_id = p_project_id
          and coalesce(scenes.audio_url, scenes.voice_over) is not null
      )
    from public.projects
    where projects.project_id = p_project_id
  );
end;
$$;

comment on function private.has_sound_or_captions(text) is
'False for a film whose clips are joined as they are: no voice, music, sound track or captions.';

revoke execute on function private.has_sound_or_captions(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0206_function_last_chunk.sql
create or replace function private.last_chunk(p_scene_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select video_chunks.chunk_id
    from public.video_chunks
    where video_chunks.scene_id = p_scene_id
      and video_chunks.selected
    order by video_chunks.position desc
    limit 1
  );
end;
$$;

comment on function private.last_chunk(text) is 'The last clip of a scene''s selected take; steps of the scene as a whole name it.';

revoke execute on function private.last_chunk(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0207_function_end_frame.sql
create or replace function private.end_frame(p_chunk public.video_chunks)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_image_url text := private.end_image(p_chunk.scene_id);
begin
  if v_image_url is null or exists (
    select 1
    from public.video_chunks
    where video_chunks.scene_id = p_chunk.scene_id
      and video_chunks.take = p_chunk.take
      and video_chunks.position > p_chunk.position
  ) then
    return '{}';
  end if;

  return jsonb_build_object('end_image_url', v_image_url);
end;
$$;

comment on function private.end_frame(public.video_chunks) is
'{end_image_url} for the last clip of a scene before a shared keyframe, else {}.';

revoke execute on function private.end_frame(public.video_chunks) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0207_function_music_input.sql
-- Music that is made to order is as long as the film.

create or replace function private.music_input(p_project_id text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'prompt', projects.film_options -> 'music' ->> 'prompt',
      'model', projects.film_options -> 'music' ->> 'model',
      'seconds', private.film_seconds(p_project_id)
    )
    from public.projects
    where projects.project_id = p_project_id
      and projects.film_options -> 'music' ->> 'prompt' is not null
  );
end;
$$;

comment on function private.music_input(text) is 'What generate_music is asked for; null where the job gave a file, or wants none.';

revoke execute on function private.music_input(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0207_function_voice_input.sql
create or replace function private.voice_input(p_scene public.scenes)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'text', p_scene.voice_over,
      'model', projects.film_options ->> 'speech_model',
      'voice', projects.film_options ->> 'voice'
    )
    from public.projects
    where projects.project_id = p_scene.project_id
      and p_scene.voice_over is not null
      and p_scene.audio_url is null
  );
end;
$$;

comment on function private.voice_input(public.scenes) is 'What generate_voice is asked for; null for a scene that is not spoken.';

revoke execute on function private.voice_input(public.scenes) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0208_function_level_input.sql
create or replace function private.level_input(p_project_id text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('audio_url', raw.url, 'loudness', projects.film_options -> 'music' -> 'loudness')
    from public.projects
    cross join lateral (
      select coalesce(
        projects.film_options -> 'music' ->> 'url',
        private.film_part(p_project_id, 'generate_music', private.music_input(p_project_id)) ->> 'audio_url'
      ) as url
    ) as raw
    where projects.project_id = p_project_id
      and projects.film_options -> 'music' -> 'loudness' is not null
      and raw.url is not null
  );
end;
$$;

comment on function private.level_input(text) is
'The music, and the loudness in LUFS that it is brought to; null where its volume is set in mixing, or while it is not there.';

revoke execute on function private.level_input(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0208_function_mux_input.sql
create or replace function private.mux_input(p_scene public.scenes)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'audio_url', sound.url,
      'video_urls', jsonb_agg(video_chunks.kling_video_url order by video_chunks.position),
      'lengths', jsonb_agg(video_chunks.duration order by video_chunks.position),
      'seconds', case when count(*) = count(video_chunks.duration) then sum(video_chunks.duration) end
    )
    from (
      select coalesce(
        p_scene.audio_url,
        private.film_part(p_scene.project_id, 'generate_voice', private.voice_input(p_scene)) ->> 'audio_url'
      ) as url
    ) as sound
    join public.video_chunks on video_chunks.scene_id = p_scene.scene_id and video_chunks.selected
    where sound.url is not null
    group by sound.url
    having count(*) = count(video_chunks.kling_video_url)
  );
end;
$$;

comment on function private.mux_input(public.scenes) is
'A scene''s clips and the sound that goes under them; null for a scene without a sound of its own, or while a part is missing.';

revoke execute on function private.mux_input(public.scenes) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0209_function_film_pieces.sql
-- A scene with a sound of its own is one piece, its clips joined below it; any other as many as it has clips.

create or replace function private.film_pieces(p_project_id text)
returns table (place bigint, scene_id text, url text, transition text)
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return query
  select
    row_number() over (order by scenes.position, piece.position),
    scenes.scene_id,
    piece.url,
    case when piece.position = 1 then scenes.transition else 'cut' end
  from public.scenes
  cross join lateral (
    select
      1 as position,
      private.film_part(p_project_id, 'mux_audio', private.mux_input(scenes)) ->> 'video_url' as url
    where coalesce(scenes.audio_url, scenes.voice_over) is not null
    union all
    select video_chunks.position, video_chunks.kling_video_url
    from public.video_chunks
    where video_chunks.scene_id = scenes.scene_id
      and video_chunks.selected
      and coalesce(scenes.audio_url, scenes.voice_over) is null
  ) as piece
  where scenes.project_id = p_project_id;
end;
$$;

comment on function private.film_pieces(text) is
'What a film is joined from, in order, each with how the film comes to it; url is null for what is not there yet.';

revoke execute on function private.film_pieces(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0209_function_music_url.sql
-- Where nobody downstream can set a volume, the music is brought to its loudness beforehand.

create or replace function private.music_url(p_project_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select case
      when projects.film_options -> 'music' -> 'loudness' is null then raw.url
      else private.film_part(p_project_id, 'level_music', private.level_input(p_project_id)) ->> 'audio_url'
    end
    from public.projects
    cross join lateral (
      select coalesce(
        projects.film_options -> 'music' ->> 'url',
        private.film_part(p_project_id, 'generate_music', private.music_input(p_project_id)) ->> 'audio_url'
      ) as url
    ) as raw
    where projects.project_id = p_project_id
  );
end;
$$;

comment on function private.music_url(text) is 'The music as it goes under the film; null while it is not there yet.';

revoke execute on function private.music_url(text) from public, anon, authenticated, service_role;
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
  -- Looked at first: most clips find their film advanced, and an update that finds nothing costs more than a look.
  if not exists (
    select 1
    from public.projects
    where projects.project_id = p_project_id
      and coalesce(projects.paused_from, projects.status) = any (p_from)
  ) then
    return;
  end if;

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

--! included supabase/schemas/0210_function_burns_captions.sql
create or replace function private.burns_captions(p_project_id text)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(
      (
        select projects.film_options ->> 'captions' = 'burn'
          and exists (
            select 1
            from public.scenes
            where scenes.project_id = p_project_id
              and coalesce(scenes.caption, scenes.voice_over, scenes.prompt, '') <> ''
          )
        from public.projects
        where projects.project_id = p_project_id
      ),
      false
    )
  );
end;
$$;

comment on function private.burns_captions(text) is 'True when the film is to show its captions, and has any.';

revoke execute on function private.burns_captions(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0210_function_captions_input.sql
-- The files' name cannot be guessed, and is another one for other captions: whoever has the URLs of the
-- film of before keeps what they were.

create or replace function private.captions_input(p_project_id text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'cues', jsonb_agg(cues.cue order by cues.position),
      'path', p_project_id || '/' || left(
        private.sign('captions', p_project_id || private.part_hash(jsonb_agg(cues.cue order by cues.position))), 32
      )
    )
    from (
      select
        scenes.position,
        jsonb_build_object(
          'text', coalesce(scenes.caption, scenes.voice_over, scenes.prompt, ''),
          'clips', (
            select jsonb_agg(film_pieces.url order by film_pieces.place)
            from private.film_pieces(p_project_id)
            where film_pieces.scene_id = scenes.scene_id
          ),
          'seconds', (
            select case when count(*) = count(video_chunks.duration) then sum(video_chunks.duration) end
            from public.video_chunks
            where video_chunks.scene_id = scenes.scene_id
              and video_chunks.selected
          )
        ) as cue
      from public.scenes
      join public.projects using (project_id)
      where scenes.project_id = p_project_id
        and projects.film_options ->> 'captions' is not null
    ) as cues
    having bool_or(cues.cue ->> 'text' <> '')
  );
end;
$$;

comment on function private.captions_input(text) is
'The texts of a film with the clips that they stand over, and the path of the two files; null where no captions are asked for, or no scene has a text.';

revoke execute on function private.captions_input(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0210_function_cut_input.sql
create or replace function private.cut_input(p_project_id text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('video_urls', coalesce(pieces.urls, '[]'))
      || case when pieces.fades then jsonb_build_object('transitions', pieces.transitions) else '{}' end
      || jsonb_strip_nulls(jsonb_build_object(
        'fps', projects.film_options -> 'fps',
        'width', projects.film_options -> 'width',
        'height', projects.film_options -> 'height'
      ))
    from public.projects
    cross join lateral (
      select
        jsonb_agg(film_pieces.url order by film_pieces.place) as urls,
        jsonb_agg(film_pieces.transition order by film_pieces.place) as transitions,
        coalesce(bool_or(film_pieces.transition <> 'cut' and film_pieces.place > 1), false) as fades
      from private.film_pieces(p_project_id)
    ) as pieces
    where projects.project_id = p_project_id
  );
end;
$$;

comment on function private.cut_input(text) is
'How the film is joined: {video_urls}, and {transitions, fps, width, height} where the job asked for them.';

revoke execute on function private.cut_input(text) from public, anon, authenticated, service_role;
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

--! included supabase/schemas/0210_function_mix_input.sql
create or replace function private.mix_input(p_project_id text, p_video_url text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'video_url', p_video_url,
      'music_url', private.music_url(p_project_id),
      'volume', case when projects.film_options -> 'music' -> 'loudness' is null
        then projects.film_options -> 'music' -> 'volume' end,
      'ducking', projects.film_options -> 'music' -> 'ducking',
      'has_sound', exists (
        select 1
        from public.scenes
        where scenes.project_id = p_project_id
          and coalesce(scenes.audio_url, scenes.voice_over) is not null
      ),
      'seconds', private.film_seconds(p_project_id)
    )
    from public.projects
    where projects.project_id = p_project_id
      and projects.film_options -> 'music' is not null
  );
end;
$$;

comment on function private.mix_input(text, text) is 'This film and its music; null for a film without.';

revoke execute on function private.mix_input(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0210_function_retry_delay.sql
-- Full jitter (Marc Brooker, "Exponential Backoff And Jitter", AWS 2015): a random part of a doubling
-- cap, so that what failed together does not come back together. What the provider asked for is the least.

create or replace function private.retry_delay(p_attempt_count integer, p_retry_after numeric)
returns interval
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return make_interval(secs => greatest(
    least(
      private.setting('retry_cap_seconds'),
      private.setting('retry_base_seconds') * 2 ^ least(p_attempt_count, 20)
    ) * random(),
    least(coalesce(p_retry_after, 0), private.setting('retry_after_cap_seconds'))
  )::double precision);
end;
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
      ) || private.end_frame(v_chunk);
    when 'extract_last_frame' then
      return v_context || jsonb_build_object('video_url', v_chunk.kling_video_url);
    when 'extract_thumbnail' then
      return v_context || jsonb_build_object('video_url', v_chunk.kling_video_url);
    when 'stitch' then
      return v_context || jsonb_build_object('aspect_ratio', v_aspect_ratio) || private.cut_input(p_step.project_id);
    else
      return v_context || p_step.input;
  end case;
end;
$$;

comment on function private.step_input(private.steps) is 'The input of a step, in our words; the provider''s file translates it.';

revoke execute on function private.step_input(private.steps) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0211_function_film_captions.sql
create or replace function private.film_captions(p_project_id text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('srt_url', made.output -> 'srt_url', 'vtt_url', made.output -> 'vtt_url')
    from (
      select private.film_part(p_project_id, 'store_captions', private.captions_input(p_project_id)) as output
    ) as made
    where made.output is not null
  );
end;
$$;

comment on function private.film_captions(text) is
'{srt_url, vtt_url} of the captions of a film as it is now; null where it has none.';

revoke execute on function private.film_captions(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0211_function_is_last_cut.sql
create or replace function private.is_last_cut(p_step private.steps)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return case p_step.kind
    when 'burn_captions' then true
    when 'mix_music' then not private.burns_captions(p_step.project_id)
    else not private.burns_captions(p_step.project_id) and not exists (
      select 1
      from public.projects
      where projects.project_id = p_step.project_id
        and projects.film_options -> 'music' is not null
    )
  end;
end;
$$;

comment on function private.is_last_cut(private.steps) is 'True when what this step makes is the film, with nothing to be done to it any more.';

revoke execute on function private.is_last_cut(private.steps) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0212_function_is_test.sql
create or replace function private.is_test(p_project_id text)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(
      (select projects.execution_mode = 'test' from public.projects where projects.project_id = p_project_id),
      false
    )
  );
end;
$$;

comment on function private.is_test(text) is 'True for a project that goes through everything and pays for nothing.';

revoke execute on function private.is_test(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0213_function_provider_of.sql
-- Storing costs nothing, also in a test: its film goes to where films are. Giving up goes to whoever
-- has the request.

create or replace function private.provider_of(p_project_id text, p_kind text, p_providers jsonb)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_kind not in ('store_film', 'store_captions', 'check_frame', 'cancel_request') and private.is_test(p_project_id) then 'test'
    else p_providers ->> p_kind
  end;
end;
$$;

comment on function private.provider_of(text, text, jsonb) is
'Who does this kind of step for this project, of those that are configured; test, where it is a test.';

revoke execute on function private.provider_of(text, text, jsonb) from public, anon, authenticated, service_role;
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
    created_at, updated_at, storyboard, stop_at, max_cost_usd, film_options
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
    case when (p_job ->> 'is_revision')::boolean then revised.project_id end,
    jsonb_array_length(p_job -> 'scenes'),
    p_job ->> 'callback_url',
    p_key,
    p_job ->> 'execution_mode',
    private.job_metadata(p_job),
    v_now,
    v_now,
    case when p_job ->> 'storyboard' = 'splitter'
      then jsonb_build_object('by', 'splitter', 'scenes', jsonb_array_length(p_job -> 'scenes')) end,
    p_job ->> 'stop_at',
    (p_job ->> 'max_cost_usd')::numeric,
    coalesce(jsonb_strip_nulls(nullif(p_job -> 'film_options', 'null')), '{}')
  from (values (1)) as one_row
  left join lateral (
    select projects.version
    from public.projects
    where projects.user_id = p_job ->> 'user_id'
      and projects.video_id = p_job ->> 'video_id'
    order by projects.version desc
    limit 1
  ) as latest on true
  -- A test's clips are no film: what is meant in earnest revises the last version that was.
  left join lateral (
    select projects.project_id
    from public.projects
    where projects.user_id = p_job ->> 'user_id'
      and projects.video_id = p_job ->> 'video_id'
      and (p_job ->> 'execution_mode' = 'test' or projects.execution_mode is distinct from 'test')
    order by projects.version desc
    limit 1
  ) as revised on true
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
        when (item.position = 1 or item.scene ->> 'continuity' <> 'last_frame') and item.scene ->> 'reframe_to' is null
          then coalesce(item.scene ->> 'image_url', p_project.image_url)
      end as first_image_url
    from jsonb_array_elements(p_scenes) with ordinality as item (scene, position)
  ),
  -- Their rows
  inserted as (
    insert into public.scenes (
      scene_id, project_id, position, prompt, image_url, continuity, metadata, reframe_to,
      audio_url, voice_over, caption, transition, reanchored, created_at, updated_at
    )
    select
      planned.scene_id,
      p_project.project_id,
      planned.position,
      planned.scene ->> 'prompt',
      planned.scene ->> 'image_url',
      planned.scene ->> 'continuity',
      coalesce(planned.scene -> 'metadata', '{}'),
      planned.scene ->> 'reframe_to',
      planned.scene ->> 'audio_url',
      planned.scene ->> 'voice_over',
      planned.scene ->> 'caption',
      coalesce(planned.scene ->> 'transition', 'cut'),
      coalesce((planned.scene ->> 'reanchored')::boolean, false),
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
    input_hash = made.input_hash,
    metadata = video_chunks.metadata || jsonb_build_object('reused_from', made.chunk_id)
  from public.video_chunks as made
  where video_chunks.scene_id = p_to.scene_id
    and made.scene_id = p_from.scene_id
    and made.selected
    and made.position = video_chunks.position;

  update public.scenes
  set
    -- The film's thumbnail is its first clip's; a signed URL would not open for ever.
    thumbnail_url = coalesce(p_from.thumbnail_url, (
      select projects.thumbnail_url
      from public.projects
      where projects.project_id = p_from.project_id
        and p_from.position = 1
        and projects.thumbnail_url not like '%/object/sign/%'
    )),
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
      and (v_is_chain_same or v_scene.continuity <> 'last_frame' or v_scene.position = 1);

    if v_is_chain_same then
      perform private.copy_clips(v_old, v_scene);
    end if;
  end loop;

  update public.scenes
  set reframed_image_url = made.reframed_image_url
  from public.projects
  join public.scenes as made on made.project_id = projects.project_id
  where projects.project_id = p_project.revision_of
    and scenes.project_id = p_project.project_id
    and made.reframed_image_url is not null
    and made.reframe_to = scenes.reframe_to
    and coalesce(made.image_url, projects.image_url) = coalesce(scenes.image_url, p_project.image_url);
end;
$$;

comment on function private.reuse_scenes(public.projects) is
'Copies the clips of unchanged scenes, and images that were reframed, from the version that this project revises. Nothing for a first version.';

revoke execute on function private.reuse_scenes(public.projects) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0225_function_scene_input.sql
create or replace function private.scene_input(p_scene_id text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'aspect_ratio', projects.aspect_ratio,
      'image_url', case
        when scenes.position = 1 or scenes.continuity <> 'last_frame' then coalesce(scenes.image_url, projects.image_url)
      end,
      -- As the job named it: another version finds it again before it is reframed, too.
      'end_image_url', (
        select coalesce(following.image_url, projects.image_url)
        from public.scenes as following
        where following.project_id = scenes.project_id
          and following.position = scenes.position + 1
          and following.continuity = 'shared_keyframe'
      ),
      'chunks', (
        -- By the model that was asked for: which one made it is no change of the job.
        select jsonb_agg(
          jsonb_build_array(
            coalesce(video_chunks.metadata ->> 'fell_back_from', video_chunks.model), video_chunks.prompt, video_chunks.duration,
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
    where scenes.scene_id = p_scene_id
  );
end;
$$;

comment on function private.scene_input(text) is
'All that the clips of a scene are made from, but for the frame that a scene before hands over.';

revoke execute on function private.scene_input(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0228_function_paid_seconds.sql
create or replace function private.paid_seconds(p_kind text, p_input jsonb)
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_seconds numeric;
begin
  -- Statement by statement: as one expression it is planned anew each time.
  if p_kind = 'generate_clip' then
    return (p_input ->> 'duration')::numeric;
  elsif p_kind in ('generate_music', 'mux_audio', 'mix_music') then
    return (p_input ->> 'seconds')::numeric;
  elsif p_kind in ('extract_last_frame', 'extract_thumbnail') then
    select video_chunks.duration
    into v_seconds
    from public.video_chunks
    where video_chunks.chunk_id = p_input ->> 'chunk_id';
  elsif p_kind = 'stitch' then
    return private.film_seconds(p_input ->> 'project_id');
  end if;

  return v_seconds;
end;
$$;

comment on function private.paid_seconds(text, jsonb) is
'Seconds of video that a step works on, as they were ordered; null where nobody can tell beforehand.';

revoke execute on function private.paid_seconds(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0228_function_priced_model.sql
-- What fal asks money for is an endpoint, and only clips, voices and music name theirs; any other provider has one price
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
    when p_kind = 'reframe_image' then 'fal-ai/image-editing/reframe'
    when p_kind = 'mux_audio' and p_input ->> 'seconds' is null then 'fal-ai/ffmpeg-api/merge-audio-video'
    when p_kind in ('mux_audio', 'mix_music') then 'fal-ai/ffmpeg-api/compose'
    when p_kind = 'level_music' then 'fal-ai/ffmpeg-api/loudnorm'
    else p_input ->> 'model'
  end;
end;
$$;

comment on function private.priced_model(text, text, jsonb) is 'Under which model private.prices has the price of a step.';

revoke execute on function private.priced_model(text, text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0228_function_traceparent_of.sql
-- https://www.w3.org/TR/trace-context/: the sender's trace, with a span of our own for each call of ours.

create or replace function private.traceparent_of(p_project_id text, p_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select '00-' || substr(given.traceparent, 4, 32) || '-' || left(encode(sha256(convert_to(p_id, 'UTF8')), 'hex'), 16) || right(given.traceparent, 3)
    from (
      select projects.metadata ->> 'traceparent' as traceparent
      from public.projects
      where projects.project_id = p_project_id
    ) as given
    where given.traceparent ~ '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'
  );
end;
$$;

comment on function private.traceparent_of(text, text) is
'The traceparent of what we send for a project under this id; null where its job came without one.';

revoke execute on function private.traceparent_of(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0229_function_attempt_cost.sql
-- What a provider refused before it took it costs nothing; what is unknown counts as paid.

create or replace function private.attempt_cost(p_attempt private.attempts)
returns numeric
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return coalesce(
    p_attempt.actual_cost_usd,
    case when p_attempt.status = 'failed' and p_attempt.request_id is null then 0 else p_attempt.estimated_cost_usd end
  );
end;
$$;

comment on function private.attempt_cost(private.attempts) is
'US dollars: as the provider says, else as estimated; null where neither is known.';

revoke execute on function private.attempt_cost(private.attempts) from public, anon, authenticated, service_role;
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
  return case
    when p_provider in ('test', 'storage') then 0
    else (
      select coalesce(prices.usd_per_call, 0)
        + case when prices.usd_per_second > 0 then prices.usd_per_second * private.paid_seconds(p_kind, p_input) else 0 end
        + case when prices.usd_per_character > 0 then prices.usd_per_character * char_length(p_input ->> 'text') else 0 end
      from private.prices
      where prices.kind = p_kind
        and prices.model = private.priced_model(p_provider, p_kind, p_input)
    )
  end;
end;
$$;

comment on function private.estimate_cost(text, jsonb, text) is
'US dollars that this input will cost by private.prices; null where no price, no length, or no text is known.';

revoke execute on function private.estimate_cost(text, jsonb, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0229_function_spent_on.sql
create or replace function private.spent_on(p_project_id text)
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(sum(ledger.usd), 0)
    from private.ledger
    where ledger.project_id = p_project_id
      and ledger.kind = 'settle'
  );
end;
$$;

comment on function private.spent_on(text) is 'US dollars that a film has cost so far, by the ledger, as far as prices are known.';

revoke execute on function private.spent_on(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0229_function_spent_today.sql
create or replace function private.spent_today()
returns numeric
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(sum(private.attempt_cost(attempts)), 0)
    from private.attempts
    where attempts.created_at >= date_trunc('day', private.clock() at time zone 'utc') at time zone 'utc'
      and coalesce(attempts.actual_cost_usd, attempts.estimated_cost_usd) is not null
  );
end;
$$;

comment on function private.spent_today() is 'US dollars that the attempts of this day (UTC) cost, as far as their prices are known.';

revoke execute on function private.spent_today() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0230_function_budget_left.sql
create or replace function private.budget_left()
returns numeric
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
    select case
      when cap.usd > 0 then greatest(cap.usd - private.spent_today(), 0)
    end
    from (select private.setting('max_usd_per_day') as usd) as cap
  );
end;
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
rows 20
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
      and steps.kind not in ('store_film', 'store_captions', 'check_frame', 'cancel_request')
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
--
-- What is read grows with the users who wait, not with the steps that do.

create or replace function private.queued_steps(p_limit integer, p_providers jsonb, p_now timestamptz)
returns table (step_id text, turn bigint, due_at timestamptz)
language plpgsql
volatile
security invoker
rows 20
set search_path = ''
as $$
begin
  return query
  with recursive
  -- The first step of each user and kind, by hopping along the index from one pair to the next
  firsts (user_id, kind, due_at) as (
    (
      select steps.user_id, steps.kind, steps.due_at
      from private.steps
      where steps.status = 'queued'
      order by steps.user_id, steps.kind, steps.due_at
      limit 1
    )
    union all
    select next.user_id, next.kind, next.due_at
    from firsts
    cross join lateral (
      select steps.user_id, steps.kind, steps.due_at
      from private.steps
      where steps.status = 'queued'
        and (steps.user_id, steps.kind) > (firsts.user_id, firsts.kind)
      order by steps.user_id, steps.kind, steps.due_at
      limit 1
    ) as next
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
  -- Who may begin something there, with the turn of the first step
  openings as (
    select distinct on (firsts.user_id, kinds.provider, firsts.kind = 'cancel_request')
      firsts.user_id,
      kinds.provider,
      firsts.kind = 'cancel_request' as is_free,
      firsts.due_at,
      coalesce(in_flight.n, 0) as before
    from firsts
    join jsonb_each_text(p_providers) as kinds (name, provider) on kinds.name = firsts.kind
    join room on room.name = kinds.provider
    left join in_flight on in_flight.user_id = firsts.user_id and in_flight.provider = kinds.provider
    where firsts.due_at <= p_now
    order by firsts.user_id, kinds.provider, firsts.kind = 'cancel_request', firsts.kind = 'generate_clip', firsts.due_at
  ),
  -- No other user's steps can be among the first p_limit
  nearest as (
    select ranked.*
    from (
      select
        openings.*,
        row_number() over (
          partition by openings.provider, openings.is_free order by openings.before, openings.due_at
        ) as rank
      from openings
    ) as ranked
    where ranked.rank <= p_limit
  ),
  -- Their first due steps, with their turn
  turns as (
    select
      due.step_id,
      due.due_at,
      nearest.provider,
      nearest.is_free,
      nearest.before + row_number() over (
        partition by nearest.user_id, nearest.provider, nearest.is_free
        order by kinds.name = 'generate_clip', due.due_at
      ) as turn
    from nearest
    join jsonb_each_text(p_providers) as kinds (name, provider)
      on kinds.provider = nearest.provider
      and (kinds.name = 'cancel_request') = nearest.is_free
    cross join lateral (
      select steps.step_id, steps.due_at
      from private.steps
      where steps.status = 'queued'
        and steps.user_id = nearest.user_id
        -- Not by =, which would make the order below that of due_at alone: then the limit lures the
        -- planner to the index of all that is due, and through it for every user.
        and steps.kind between kinds.name and kinds.name
        and steps.due_at <= p_now
        -- What nobody here can do is done for a test alone.
        and (kinds.provider <> 'test' or private.is_test(steps.project_id))
      order by steps.kind, steps.due_at
      limit p_limit
    ) as due
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

--! included supabase/schemas/0230_function_start_scene.sql
-- Gives a scene its first frame and asks for its first clip. The scene stays pending until a
-- provider has accepted the clip. Where it ends with the keyframe of the next scene, that image gets its
-- shape first: its still brings this scene back here.

create or replace function private.start_scene(p_scene_id text, p_image_url text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_chunk public.video_chunks;
  v_still record;
begin
  select
    following.project_id,
    following.scene_id,
    following.reframe_to,
    coalesce(following.image_url, projects.image_url) as image_url,
    video_chunks.chunk_id
  into v_still
  from public.scenes
  join public.projects using (project_id)
  join public.scenes as following
    on following.project_id = scenes.project_id
    and following.position = scenes.position + 1
    and following.continuity = 'shared_keyframe'
    and following.reframe_to is not null
    and following.reframed_image_url is null
  join public.video_chunks
    on video_chunks.scene_id = following.scene_id
    and video_chunks.selected
    and video_chunks.position = 1
  where scenes.scene_id = p_scene_id
    and coalesce(following.image_url, projects.image_url) is not null;

  if found then
    perform private.ask_for_still(
      v_still.project_id, v_still.scene_id, v_still.chunk_id, v_still.image_url, v_still.reframe_to
    );
    return;
  end if;

  update public.video_chunks
  set image_url = p_image_url
  where video_chunks.scene_id = p_scene_id
    and video_chunks.selected
    and video_chunks.position = 1
    and video_chunks.status not in ('SUBMITTED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED')
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

--! included supabase/schemas/0232_function_ask_for_still.sql
create or replace function private.ask_for_still(
  p_project_id text,
  p_scene_id text,
  p_chunk_id text,
  p_image_url text,
  p_aspect_ratio text
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_input jsonb := jsonb_build_object('image_url', p_image_url, 'aspect_ratio', p_aspect_ratio);
begin
  -- Several scenes may start from one image: it is paid for once.
  if not exists (
    select 1
    from private.steps
    where steps.project_id = p_project_id
      and steps.kind = 'reframe_image'
      and steps.status in ('queued', 'running', 'waiting')
      and steps.input = v_input
  ) then
    perform private.add_step(p_project_id, 'reframe_image', p_scene_id, p_chunk_id, v_input);
  end if;
end;
$$;

comment on function private.ask_for_still(text, text, text, text, text) is
'Queues reframe_image for an image of the project, unless that is under way. The caller holds the project''s lock.';

revoke execute on function private.ask_for_still(text, text, text, text, text)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0234_function_is_free.sql
create or replace function private.is_free(p_step private.steps)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return p_step.kind in ('store_film', 'store_captions', 'check_frame', 'cancel_request')
    or private.is_test(p_step.project_id);
end;
$$;

comment on function private.is_free(private.steps) is 'True for a step that nobody asks money for, or that saves what was paid for.';

revoke execute on function private.is_free(private.steps) from public, anon, authenticated, service_role;
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
rows 20
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
  return query
  select priced.step_id, priced.turn, priced.due_at
  from (
    select
      queued.*,
      p_budget is null or private.is_free(steps) as is_free,
      sum(case
        when p_budget is null or private.is_free(steps) then 0
        else coalesce(private.estimate_cost(steps.kind, private.step_input(steps), p_providers ->> steps.kind), 0)
      end) over (
        order by queued.turn, queued.due_at, queued.step_id
        rows between unbounded preceding and 1 preceding
      ) as before_usd
    from private.queued_steps(p_limit, p_providers, p_now) as queued
    join private.steps using (step_id)
  ) as priced
  where priced.is_free
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
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_endpoint_id = 'notification' or p_endpoint_id like 'ep\_%' then p_endpoint_id
    else coalesce(lower(substring(p_url from '^[A-Za-z]+://[^/?#]+')), left(p_url, 255))
  end;
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
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case when p_per_second is null then 1000000 else least(
    greatest(p_per_second, 1),
    coalesce(p_lane.tokens, greatest(p_per_second, 1))
      + greatest(coalesce(extract(epoch from p_now - p_lane.tokens_at), 0), 0) * p_per_second
  ) end;
end;
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

--! included supabase/schemas/0235_function_open_status.sql
create or replace function private.open_status(p_endpoint_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_endpoint_id like 'ep\_%' and not exists (
      select 1
      from private.endpoints
      where endpoints.endpoint_id = p_endpoint_id
        and endpoints.is_enabled
    ) then 'skipped'
    else 'pending'
  end;
end;
$$;

comment on function private.open_status(text) is
'What a delivery is that has a further try: pending, or skipped where its endpoint was disabled or deleted meanwhile.';

revoke execute on function private.open_status(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0236_function_ask_for_part.sql
-- → queued, where it is not there yet

create or replace function private.ask_for_part(
  p_project_id text,
  p_kind text,
  p_input jsonb,
  p_scene_id text default null,
  p_chunk_id text default null
)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_output jsonb;
begin
  if p_input is null then
    return null;
  end if;

  v_output := private.film_part(p_project_id, p_kind, p_input);
  -- Another scene's words, or an earlier take's, may be the same: what is being made is not paid for twice.
  if v_output is null and not exists (
    select 1
    from private.steps
    where steps.project_id = p_project_id
      and steps.kind = p_kind
      and steps.status in ('queued', 'running', 'waiting')
      and steps.kind in ('generate_voice', 'generate_music', 'level_music')
      and steps.input = p_input
  ) then
    perform private.add_step(p_project_id, p_kind, p_scene_id, p_chunk_id, p_input);
  end if;
  return v_output;
end;
$$;

comment on function private.ask_for_part(text, text, jsonb, text, text) is
'What was made from this input, else null and a step that makes it; nothing for a null input.';

revoke execute on function private.ask_for_part(text, text, jsonb, text, text)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0236_function_end_delivery_leases.sql
-- delivering → pending: its runner was lost, before it sent, while it did, or before it could say so. The next try is
-- under the same webhook-id, so that a receiver that had it already knows it again.

create or replace function private.end_delivery_leases(p_now timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
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
    set
      status = private.open_status(webhook_deliveries.endpoint_id),
      claim_token = null,
      updated_at = p_now
    from ended
    where webhook_deliveries.delivery_id = ended.delivery_id
    returning webhook_deliveries.delivery_id, webhook_deliveries.attempt_count
  )
  insert into public.webhook_delivery_attempts (delivery_id, number, error, attempted_at)
  select freed.delivery_id, freed.attempt_count, 'The runner was lost: nobody knows whether it was sent', p_now
  from freed
  on conflict do nothing;
end;
$$;

comment on function private.end_delivery_leases(timestamptz) is
'delivering → pending | skipped where the lease ran out, due at once; the lost try stays on record.';

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

--! included supabase/schemas/0237_function_begin_sound.sql
-- Voices and music need no clip: they are made while the clips are.

create or replace function private.begin_sound(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_scene public.scenes;
begin
  if not private.has_sound_or_captions(p_project_id) then
    return;
  end if;

  for v_scene in
    select scenes.*
    from public.scenes
    where scenes.project_id = p_project_id
      and scenes.voice_over is not null
      and scenes.audio_url is null
    order by scenes.position
  loop
    perform private.ask_for_part(
      p_project_id, 'generate_voice', private.voice_input(v_scene), v_scene.scene_id,
      private.last_chunk(v_scene.scene_id)
    );
  end loop;

  perform private.ask_for_part(p_project_id, 'generate_music', private.music_input(p_project_id));
  perform private.ask_for_part(p_project_id, 'level_music', private.level_input(p_project_id));
end;
$$;

comment on function private.begin_sound(text) is
'Queues the voices and the music that a film asks for and that are not there. The caller holds the project''s lock.';

revoke execute on function private.begin_sound(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0237_function_lane_room.sql
-- A lane whose last try failed gets five at most. One that has failed so often in a row that its breaker opened lets
-- one delivery through at a time, until one gets an answer.

create or replace function private.lane_room(p_lanes text[], p_now timestamptz)
returns table (lane text, is_ordered boolean, is_batched boolean, room integer)
language plpgsql
volatile
rows 20
security invoker
set search_path = ''
as $$
begin
  return query
  select
    delivery_lanes.lane,
    coalesce(endpoints.is_ordered, false),
    coalesce(endpoints.batch_size > 1, false),
    least(
      case
        when not endpoints.is_enabled or endpoints.endpoint_id is null and delivery_lanes.lane like 'ep\_%' then 0
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
end;
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
  if v_open is null then
    return '{}';
  end if;

  -- One claim at a time: a second one would wait for the first one's rows, instead of going without.
  if pg_try_advisory_xact_lock(hashtextextended('delivery_lanes', 0)) then
    insert into private.delivery_lanes (lane)
    select missing.lane
    from unnest(v_open) as missing (lane)
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

--! included supabase/schemas/0238_function_continue_film.sql
-- One after the other: each clip with its sound, the captions, the joined film (one piece alone is not
-- joined), the music under it, the captions burnt in. What was made from the same input counts as made.

create or replace function private.continue_film(p_project_id text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_has_more boolean := private.has_sound_or_captions(p_project_id);
  v_scene public.scenes;
  v_pieces text[];
  v_captions_input jsonb;
  v_captions jsonb;
  v_stitch private.steps;
  v_url text;
  v_input jsonb;
begin
  if v_has_more then
    perform private.begin_sound(p_project_id);

    for v_scene in
      select scenes.*
      from public.scenes
      where scenes.project_id = p_project_id
        and coalesce(scenes.audio_url, scenes.voice_over) is not null
      order by scenes.position
    loop
      perform private.ask_for_part(
        p_project_id, 'mux_audio', private.mux_input(v_scene), v_scene.scene_id, private.last_chunk(v_scene.scene_id)
      );
    end loop;

    select array_agg(film_pieces.url order by film_pieces.place)
    into v_pieces
    from private.film_pieces(p_project_id);
  else
    v_pieces := private.film_clips(p_project_id);
  end if;

  if array_position(v_pieces, null) is not null then
    return null;
  end if;

  if v_has_more then
    v_captions_input := private.captions_input(p_project_id);
    v_captions := private.ask_for_part(p_project_id, 'store_captions', v_captions_input);
    if v_captions_input is not null and v_captions is null then
      return null;
    end if;
  end if;

  if cardinality(v_pieces) = 1 then
    v_url := v_pieces[1];
  else
    v_stitch := private.film_step(p_project_id, 'stitch');
    if v_stitch.step_id is null then
      perform private.add_step(p_project_id, 'stitch');
    else
      v_url := v_stitch.output ->> 'video_url';
    end if;
  end if;

  if v_url is null or not v_has_more then
    return v_url;
  end if;

  v_input := private.mix_input(p_project_id, v_url);
  if v_input is not null then
    v_url := case when v_input ->> 'music_url' is not null
      then private.ask_for_part(p_project_id, 'mix_music', v_input) ->> 'video_url' end;
  end if;

  if v_url is not null and private.burns_captions(p_project_id) then
    v_url := private.ask_for_part(
      p_project_id, 'burn_captions', jsonb_build_object('video_url', v_url, 'captions_url', v_captions ->> 'srt_url')
    ) ->> 'video_url';
  end if;
  return v_url;
end;
$$;

comment on function private.continue_film(text) is
'Queues what a film whose clips are there needs next; the whole film''s URL once nothing is missing, else null. The caller holds the project''s lock.';

revoke execute on function private.continue_film(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0238_function_delivery_work.sql
-- Secrets and header values leave the database here alone, on their way to the runner.

create or replace function private.delivery_work(p_claimed public.webhook_deliveries[], p_now timestamptz)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
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
            when claimed.endpoint_id is null then coalesce((
              select job_requests.webhook_headers
              from private.job_requests
              where job_requests.project_id = claimed.project_id
            ), '{}')
            else jsonb_strip_nulls(jsonb_build_object(
              'traceparent',
              private.traceparent_of(claimed.project_id, claimed.delivery_id)
            )) || coalesce(endpoints.headers, '{}')
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
    left join private.endpoints using (endpoint_id)
  );
end;
$$;

comment on function private.delivery_work(public.webhook_deliveries[], timestamptz) is
'What a runner needs to send these: where to, the exact body, headers, and an endpoint''s secrets (null: the installation''s).';

revoke execute on function private.delivery_work(public.webhook_deliveries[], timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0238_function_lane_candidates.sql
-- What each lane could send next, by place: first tries in their order; of retries about a fourth of the places, by
-- lot, so that neither starves. Of an ordered lane it is the oldest open delivery or, until that is due, none. What an
-- endpoint takes in batches waits to be put into one.

create or replace function private.lane_candidates(p_lanes text[], p_now timestamptz)
returns table (lane text, room integer, delivery_id text, due_at timestamptz, place double precision)
language plpgsql
volatile
rows 20
security invoker
set search_path = ''
as $$
begin
  return query
  with
  rooms as materialized (
    select rooms.lane, rooms.is_ordered, rooms.is_batched, rooms.room
    from private.lane_room(p_lanes, p_now) as rooms
    where rooms.room > 0
  )
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
    and head.due_at <= p_now;
end;
$$;

comment on function private.lane_candidates(text[], timestamptz) is
'For each lane that has room, the due deliveries that might go next. The caller holds the lanes'' locks.';

revoke execute on function private.lane_candidates(text[], timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0238_function_next_delivery_at.sql
-- What is due and was not claimed waits for a slot that no clock frees, for the breaker, or for tokens.

create or replace function private.next_delivery_at()
returns timestamptz
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- The instant is no parameter: one plan serves all calls from the first.
  return (
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
    from instant
  );
end;
$$;

comment on function private.next_delivery_at() is
'When a delivery that cannot be claimed now may be; null when none is open, or only a free slot is missing.';

revoke execute on function private.next_delivery_at() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0238_function_take_tokens.sql
create or replace function private.take_tokens(p_claimed public.webhook_deliveries[], p_now timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if not exists (
    select 1
    from unnest(p_claimed) as claimed
    join private.endpoints using (endpoint_id)
    where endpoints.max_per_second is not null
  ) then
    return;
  end if;

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
end;
$$;

comment on function private.take_tokens(public.webhook_deliveries[], timestamptz) is
'Counts these deliveries against their endpoints'' max_per_second. The caller holds the lanes'' locks.';

revoke execute on function private.take_tokens(public.webhook_deliveries[], timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0239_function_due_deliveries.sql
-- Between lanes the places take turns, so that a long queue for one receiver stands in nobody's way.

create or replace function private.due_deliveries(p_limit integer, p_lanes text[], p_now timestamptz)
returns table (delivery_id text, place bigint)
language plpgsql
volatile
rows 20
security invoker
set search_path = ''
as $$
begin
  return query
  with
  ranked as (
    select
      found.delivery_id,
      found.due_at,
      found.room,
      row_number() over (partition by found.lane order by found.place, found.due_at) as place
    from private.lane_candidates(p_lanes, p_now) as found
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
end;
$$;

comment on function private.due_deliveries(integer, text[], timestamptz) is
'Up to p_limit deliveries (and 8 MiB) that are due and that their lanes have room for, in order. The caller locks them.';

revoke execute on function private.due_deliveries(integer, text[], timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_attempt_for_runner.sql
create or replace function private.attempt_for_runner(p_attempt private.attempts)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_project_id text;
begin
  select steps.project_id into v_project_id from private.steps where steps.step_id = p_attempt.step_id;

  return jsonb_build_object(
    'attempt_id', p_attempt.attempt_id,
    'attempt_token', p_attempt.attempt_id || '.' || private.sign('attempt', p_attempt.attempt_id),
    'number', p_attempt.number,
    'traceparent', private.traceparent_of(v_project_id, p_attempt.attempt_id),
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
end;
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
  if p_step.status <> 'queued' then
    select attempts.*
    into v_attempt
    from private.attempts
    where attempts.step_id = p_step.step_id
    order by attempts.number desc
    limit 1;
  end if;

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

  perform private.begin_sound(p_project_id);
end;
$$;

comment on function private.continue_project(text) is
'Queues the next step of every scene that is not finished and waits for no other one. The caller holds the project''s lock.';

revoke execute on function private.continue_project(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_continue_scene.sql
-- The first scene, and each after a cut, starts from its own image, else the job's, else from its prompt
-- alone; any other from the last frame of the scene before, once that is there. An image that has to
-- have the film's aspect ratio first is brought to it.

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
  v_begins boolean := p_scene.position = 1 or p_scene.continuity <> 'last_frame';
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
      when v_begins then coalesce(p_scene.reframed_image_url, p_scene.image_url, projects.image_url)
      else previous.last_frame_url
    end
    into v_image_url
    from public.projects
    left join public.scenes as previous
      on previous.project_id = projects.project_id
      and previous.position = p_scene.position - 1
      and previous.status = 'completed'
    where projects.project_id = p_scene.project_id;

    if v_begins and v_image_url is not null and p_scene.reframe_to is not null and p_scene.reframed_image_url is null then
      perform private.ask_for_still(
        p_scene.project_id, p_scene.scene_id, v_missing.chunk_id, v_image_url, p_scene.reframe_to
      );
    elsif v_image_url is not null or v_begins then
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

  if p_step.kind in ('store_film', 'store_captions', 'check_frame', 'cancel_request') then
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

--! included supabase/schemas/0240_function_insert_attempt.sql
create or replace function private.insert_attempt(p_step private.steps, p_providers jsonb)
returns private.attempts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_provider text := private.provider_of(p_step.project_id, p_step.kind, p_providers);
  v_input jsonb := private.step_input(p_step);
  v_attempt private.attempts;
begin
  -- A stitch service stores what it makes: its film is the film, unless it is to be copied first.
  if p_step.kind in ('stitch', 'mix_music', 'burn_captions') then
    v_input := v_input || jsonb_build_object(
      'is_film',
      v_provider = 'stitch'
        and p_providers ->> 'store_films' is distinct from 'always'
        and private.is_last_cut(p_step)
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
      when p_step.kind not in ('store_film', 'store_captions', 'check_frame', 'cancel_request') and p_providers -> 'announced' ? v_provider
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

--! included supabase/schemas/0240_function_lease_deliveries.sql
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
  if cardinality(v_lanes) = 0 then
    return '[]';
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
-- would break the lock order: if the project is busy, the lease goes on for a moment, so that the steps of
-- a project that somebody holds for minutes do not come first in every claim and hide the others.

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
  else
    update private.steps
    set due_at = private.clock() + interval '2 seconds'
    where steps.step_id = p_step.step_id;
  end if;
end;
$$;

comment on function private.requeue_unsent(private.steps, private.attempts) is
'running → queued: the runner ended before its call; after max_attempts → failed.';

revoke execute on function private.requeue_unsent(private.steps, private.attempts)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0249_function_callback_deadline.sql
-- An early callback may have asked for a look at once (ask_now). A request that was lost and found may have
-- called back already.

create or replace function private.callback_deadline(p_step private.steps, p_attempt private.attempts)
returns timestamptz
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return least(
    p_attempt.deadline_at,
    case
      when p_attempt.status = 'lost' then private.clock() + make_interval(secs => private.setting('ask_seconds')::double precision)
      else private.overdue_at(p_step.kind, p_attempt.input ->> 'model')
    end
  );
end;
$$;

comment on function private.callback_deadline(private.steps, private.attempts) is
'Until when the callback of an attempt is awaited whose request a provider has accepted.';

revoke execute on function private.callback_deadline(private.steps, private.attempts)
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
    and steps.status not in ('queued', 'waiting', 'completed', 'failed', 'cancelled')
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

--! included supabase/schemas/0250_function_await_callback.sql
-- step running → waiting · chunk PENDING → SUBMITTED · scene pending → generating · project queued → generating

create or replace function private.await_callback(p_step private.steps, p_attempt private.attempts)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
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
      and video_chunks.status not in ('SUBMITTED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED');
  end if;

  update private.steps
  set status = 'waiting', claim_token = null, due_at = p_attempt.deadline_at, updated_at = private.clock()
  where steps.step_id = p_step.step_id
    and steps.status not in ('queued', 'completed', 'failed', 'cancelled');

  perform private.release_provider(p_attempt.provider);
end;
$$;

comment on function private.await_callback(private.steps, private.attempts) is
'The provider has the submitted attempt: step waiting, and chunk, scene and project say that work has begun.';

revoke execute on function private.await_callback(private.steps, private.attempts)
from public, anon, authenticated, service_role;
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
  v_is_awaited boolean;
  v_deadline timestamptz;
begin
  -- Before the project: a callback may hold it when it comes to the project.
  perform private.lock_request(
    (select attempts.provider from private.attempts where attempts.attempt_id = p_attempt_id),
    p_submission ->> 'request_id'
  );
  v_step := private.lock_step(p_step_id);
  select attempts.* into v_attempt from private.attempts where attempts.attempt_id = p_attempt_id;
  v_is_awaited := v_step.claim_token is not distinct from p_claim_token
    and coalesce(v_attempt.status in ('created', 'lost'), false);
  if v_is_awaited then
    v_deadline := private.callback_deadline(v_step, v_attempt);
  end if;

  begin
    update private.attempts
    set
      request_id = p_submission ->> 'request_id',
      status_url = p_submission ->> 'status_url',
      response_url = p_submission ->> 'response_url',
      cancel_url = p_submission ->> 'cancel_url',
      submitted_at = coalesce(attempts.submitted_at, private.clock()),
      status = case when v_is_awaited then 'submitted' else attempts.status end,
      deadline_at = case when v_is_awaited then v_deadline else attempts.deadline_at end,
      error_message = case when v_is_awaited then null else attempts.error_message end
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

  if not v_is_awaited then
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

--! included supabase/schemas/0255_function_is_resubmitting.sql
create or replace function private.is_resubmitting()
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(
      (select settings.value #>> '{}' = 'resubmit' from private.settings where settings.name = 'on_outcome_unknown'),
      false
    )
  );
end;
$$;

comment on function private.is_resubmitting() is
'True where the operator set on_outcome_unknown to "resubmit": what may have been paid is asked for once more.';

revoke execute on function private.is_resubmitting() from public, anon, authenticated, service_role;
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
    and steps.status not in ('queued', 'running', 'completed', 'failed', 'cancelled');
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
  v_limit private.settings;
begin
  update private.attempts
  set status = 'outcome_unknown', ended_at = private.clock()
  where attempts.attempt_id = p_attempt.attempt_id
    and attempts.status = 'lost';

  if not found then
    return;
  end if;

  select steps.* into v_step from private.steps where steps.step_id = p_attempt.step_id;

  v_limit := private.step_setting('give_up_seconds', v_step.kind, p_attempt.input ->> 'model');
  if p_attempt.created_at + make_interval(secs => (v_limit.value #>> '{}')::double precision) > private.clock() then
    select settings.* into v_limit from private.settings where settings.name = 'lookup_seconds';
  end if;
  perform private.record_event(
    v_step.project_id, 'attempt.outcome_unknown', v_step.scene_id, v_step.chunk_id,
    jsonb_build_object(
      'kind', v_step.kind, 'attempt_id', p_attempt.attempt_id,
      'deadline', v_limit.name, 'seconds', v_limit.value
    )
  );

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
  where attempts.attempt_id = p_attempt_id;

  if exists (
    select 1 from private.attempts where attempts.attempt_id = p_attempt_id and attempts.status = 'created'
  ) then
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

  -- A request id that came meanwhile (a late record, an early callback) can be asked about. What a
  -- language model was asked nobody can be asked about.
  if v_attempt.request_id is null
    and (
      v_step.kind = 'storyboard'
      or v_attempt.deadline_at <= v_now and (p_was_asked or v_patience <= v_now)
    ) then
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
    and steps.status not in ('queued', 'completed', 'failed', 'cancelled');
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
    and video_chunks.status not in ('PENDING', 'COMPLETED', 'FAILED', 'CANCELLED');

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
  -- Looked at first: an update that finds nothing costs more than a look.
  if exists (select 1 from private.providers where providers.name = p_provider and providers.failures_in_a_row > 0) then
    update private.providers
    set failures_in_a_row = 0, hold_reason = null, updated_at = private.clock()
    where providers.name = p_provider
      and providers.failures_in_a_row > 0;
  end if;
end;
$$;

comment on function private.release_provider(text) is 'The provider accepted something: its row of failures is over.';

revoke execute on function private.release_provider(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0269_function_switch_model.sql
-- chunk → PENDING with another model, its step → failed, and a new step
--
-- Once a clip. What the first model was asked has ended, so that nothing is paid twice.

create or replace function private.switch_model(p_step private.steps, p_message text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_chunk public.video_chunks;
  v_fallback text;
begin
  select video_chunks.*
  into v_chunk
  from public.video_chunks
  where video_chunks.chunk_id = p_step.chunk_id
    and p_step.kind = 'generate_clip'
    and not video_chunks.metadata ? 'fell_back_from'
    and video_chunks.status not in ('COMPLETED', 'FAILED', 'CANCELLED');

  select model_fallbacks.fallback
  into v_fallback
  from private.model_fallbacks
  where model_fallbacks.model = v_chunk.model
    and (model_fallbacks.takes_end_frame or private.end_frame(v_chunk) = '{}');

  if v_fallback is null then
    return false;
  end if;

  update private.steps
  set status = 'failed', claim_token = null, error_message = p_message, updated_at = v_now
  where steps.step_id = p_step.step_id
    and steps.status not in ('completed', 'failed', 'cancelled');

  update public.video_chunks
  set
    status = 'PENDING',
    request_id = null,
    progress = 0,
    model = v_fallback,
    metadata = video_chunks.metadata || jsonb_build_object('fell_back_from', v_chunk.model)
  where video_chunks.chunk_id = v_chunk.chunk_id;

  perform private.record_event(
    p_step.project_id, 'chunk.model_switched', p_step.scene_id, p_step.chunk_id,
    jsonb_build_object('from', v_chunk.model, 'to', v_fallback, 'reason', p_message, 'step_id', p_step.step_id)
  );
  perform private.add_step(p_step.project_id, 'generate_clip', p_step.scene_id, p_step.chunk_id);
  -- What was refused may have been paid for.
  perform private.hold_over_budget(p_step.project_id);
  return true;
end;
$$;

comment on function private.switch_model(private.steps, text) is
'Asks the model''s fallback for a clip that the model refused, or was down for; false where there is none. The caller holds the project''s lock.';

revoke execute on function private.switch_model(private.steps, text) from public, anon, authenticated, service_role;
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
  v_is_dearer boolean;
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
  returning (attempts.input ->> 'is_film')::boolean, attempts.actual_cost_usd > attempts.estimated_cost_usd
  into v_is_film, v_is_dearer;

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
    when 'storyboard' then
      perform private.complete_storyboard(v_step.project_id, p_output);
    when 'reframe_image' then
      perform private.complete_still(v_step, p_output);
    when 'generate_clip' then
      perform private.complete_chunk(v_step.chunk_id, p_output);
    when 'extract_last_frame' then
      perform private.check_frame(v_step, p_output);
    when 'check_frame' then
      perform private.complete_frame_check(v_step, p_output);
    when 'stitch', 'extract_thumbnail' then
      if v_is_film then
        perform private.complete_project(v_step.project_id, private.with_thumbnail(v_step.project_id, p_output));
      else
        perform private.store_film_when_ready(v_step.project_id);
      end if;
    when 'generate_voice', 'generate_music', 'level_music', 'mux_audio', 'mix_music', 'store_captions', 'burn_captions' then
      perform private.complete_part(v_step, p_output, coalesce(v_is_film, false));
    when 'store_film' then
      perform private.complete_project(v_step.project_id, p_output);
    else
      null;
  end case;

  -- Last, because what is done by now is not left to do.
  if v_is_dearer then
    perform private.hold_over_budget(v_step.project_id);
  end if;
end;
$$;

comment on function private.complete_attempt(text, jsonb) is
'→ completed, for attempt and step; what was made moves chunk, scene or project on. A film that turns out dearer is estimated anew. The caller holds the project''s lock.';

revoke execute on function private.complete_attempt(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0270_function_fail_attempt.sql
-- attempt created | submitted | in_progress | lost → failed · step → queued again, or failed
--
-- p_error: {message, retryable, retry_after, billed}. A failure that can pass goes back to the queue, its
-- chunk to PENDING; any other ends the step, and with it the film, unless another model may make the clip.

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
  set
    status = 'failed',
    error_message = v_message,
    actual_cost_usd = case
      when (p_error ->> 'billed')::boolean then coalesce(attempts.actual_cost_usd, attempts.estimated_cost_usd)
      else attempts.actual_cost_usd
    end,
    ended_at = v_now
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
  -- A request that may still run might be paid for: then no other model is asked besides.
  elsif not coalesce((p_error ->> 'ended')::boolean, true) or not private.switch_model(v_step, v_message) then
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
-- A film does without a thumbnail and without a written storyboard, and a request that cannot be given up ends by itself.

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
    and steps.status not in ('completed', 'failed', 'cancelled')
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
    when 'storyboard' then
      perform private.fail_storyboard(v_step, p_message);
    when 'extract_thumbnail' then
      perform private.store_film_when_ready(v_step.project_id);
    when 'generate_clip' then
      update public.video_chunks
      set status = 'FAILED', error_message = p_message, kling_completed_at = v_now
      where video_chunks.chunk_id = v_step.chunk_id
        and video_chunks.status not in ('COMPLETED', 'FAILED', 'CANCELLED');
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
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_kind in ('generate_clip', 'stitch', 'store_film', 'mux_audio', 'mix_music', 'burn_captions') then coalesce(p_output ->> 'video_url', '') <> ''
    when p_kind in ('reframe_image', 'extract_last_frame', 'extract_thumbnail') then coalesce(p_output ->> 'image_url', '') <> ''
    when p_kind in ('generate_voice', 'generate_music', 'level_music') then coalesce(p_output ->> 'audio_url', '') <> ''
    when p_kind = 'store_captions' then p_output ?& array['srt_url', 'vtt_url']
    when p_kind = 'check_frame' then p_output ? 'is_plain'
    when p_kind = 'storyboard' then case
      when jsonb_typeof(p_output -> 'scenes') = 'array' then jsonb_array_length(p_output -> 'scenes') between 1 and 100
      else false
    end
    else true
  end;
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
    and video_chunks.status not in ('COMPLETED', 'FAILED', 'CANCELLED');

  update private.steps
  set
    status = 'queued',
    claim_token = null,
    due_at = private.due_at(v_status, p_step.kind) + v_delay,
    updated_at = private.clock()
  where steps.step_id = p_step.step_id
    and steps.status not in ('queued', 'completed', 'failed', 'cancelled');

  perform private.record_event(
    p_step.project_id, 'step.retried', p_step.scene_id, p_step.chunk_id,
    jsonb_build_object(
      'kind', p_step.kind, 'step_id', p_step.step_id, 'attempt', p_step.attempt_count,
      'reason', p_message, 'delay_s', round(extract(epoch from v_delay), 1)
    )
  );

  -- What failed may have been paid for: then the film is dearer, and another try is begun only if it still fits.
  if exists (
    select 1
    from public.projects
    where projects.project_id = p_step.project_id
      and projects.max_cost_usd is not null
  ) or exists (
    select 1
    from private.attempts
    where attempts.step_id = p_step.step_id
      and attempts.ended_at is not null
      and private.attempt_cost(attempts) > 0
  ) then
    perform private.hold_over_budget(p_step.project_id);
  end if;
end;
$$;

comment on function private.requeue_step(private.steps, text, numeric) is
'running | waiting → queued, after a backoff; a failed chunk that is retried goes back to PENDING.';

revoke execute on function private.requeue_step(private.steps, text, numeric)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0271_function_fail_storyboard.sql
-- A film need not fail because nobody wrote its scenes: the job's own words, split, are scenes too.

create or replace function private.fail_storyboard(p_step private.steps, p_message text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if coalesce(
    (select settings.value #>> '{}' = 'fail' from private.settings where settings.name = 'on_storyboard_failure'),
    false
  ) then
    perform private.fail_project(p_step.project_id, format('Storyboard: %s', p_message), null);
    return;
  end if;

  perform private.complete_storyboard(p_step.project_id, jsonb_build_object(
    'by', 'splitter', 'scenes', p_step.input -> 'fallback', 'fell_back', p_message
  ));
end;
$$;

comment on function private.fail_storyboard(private.steps, text) is
'The splitter''s scenes instead, or, where on_storyboard_failure says fail, a failed project. The caller holds the project''s lock.';

revoke execute on function private.fail_storyboard(private.steps, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0275_function_complete_part.sql
-- A part of the film is there: it is kept under the hash of what it was made from, and the film goes on.

create or replace function private.complete_part(p_step private.steps, p_output jsonb, p_is_film boolean)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into private.film_parts (project_id, kind, input_hash, output)
  values (p_step.project_id, p_step.kind, private.part_hash(p_step.input), p_output)
  on conflict (project_id, kind, input_hash) do update
  set output = excluded.output, made_at = excluded.made_at;

  if p_step.kind = 'mux_audio' then
    update public.video_chunks
    set final_video_url = p_output ->> 'video_url'
    where video_chunks.chunk_id = p_step.chunk_id;
  end if;

  if p_is_film then
    perform private.complete_project(p_step.project_id, private.with_thumbnail(p_step.project_id, p_output));
    return;
  end if;

  -- Captions are all that a version waits for that is the same cut as one before.
  if p_step.kind = 'store_captions' and private.reuse_film(p_step.project_id) then
    return;
  end if;

  perform private.begin_sound(p_step.project_id);
  if exists (
    select 1
    from public.projects
    where projects.project_id = p_step.project_id
      and 'stitching' in (projects.status, projects.paused_from)
  ) then
    perform private.store_film_when_ready(p_step.project_id);
  end if;
end;
$$;

comment on function private.complete_part(private.steps, jsonb, boolean) is
'Keeps what a step made for a film beside its clips, and asks for what comes next. The caller holds the project''s lock.';

revoke execute on function private.complete_part(private.steps, jsonb, boolean)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0279_function_clip_hash.sql
create or replace function private.clip_hash(p_chunk public.video_chunks)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select encode(sha256(convert_to(
      jsonb_build_array(
        projects.aspect_ratio, p_chunk.model, p_chunk.prompt, p_chunk.duration, p_chunk.image_url,
        p_chunk.driver_video_url, p_chunk.audio_url, private.end_frame(p_chunk) ->> 'end_image_url'
      )::text,
      'UTF8'
    )), 'hex')
    from public.projects
    where projects.project_id = p_chunk.project_id
  );
end;
$$;

comment on function private.clip_hash(public.video_chunks) is 'SHA-256 in hex of what a clip is asked for with.';

revoke execute on function private.clip_hash(public.video_chunks) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0279_function_scene_hash.sql
create or replace function private.scene_hash(p_scene_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select encode(sha256(convert_to(
      jsonb_build_array(private.scene_input(scenes.scene_id), previous.input_hash)::text,
      'UTF8'
    )), 'hex')
    from public.scenes
    left join public.scenes as previous
      on previous.project_id = scenes.project_id
      and previous.position = scenes.position - 1
      and scenes.continuity = 'last_frame'
    where scenes.scene_id = p_scene_id
  );
end;
$$;

comment on function private.scene_hash(text) is
'SHA-256 in hex of all that a scene is made from; one that continues another depends on that one''s hash.';

revoke execute on function private.scene_hash(text) from public, anon, authenticated, service_role;
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
    input_hash = private.clip_hash(video_chunks),
    progress = 100,
    error_message = null
  where video_chunks.chunk_id = p_chunk_id
    and video_chunks.status not in ('COMPLETED', 'FAILED', 'CANCELLED')
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
    and video_chunks.status not in ('SUBMITTED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED');

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
    input_hash = private.scene_hash(scenes.scene_id),
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

--! included supabase/schemas/0283_function_complete_still.sql
-- An image has the film's aspect ratio now: every scene that starts from it starts from the new one.

create or replace function private.complete_still(p_step private.steps, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.scenes
  set reframed_image_url = p_output ->> 'image_url'
  from public.projects
  where projects.project_id = p_step.project_id
    and scenes.project_id = projects.project_id
    and scenes.reframe_to = p_step.input ->> 'aspect_ratio'
    and scenes.reframed_image_url is null
    and coalesce(scenes.image_url, projects.image_url) = p_step.input ->> 'image_url'
    and (scenes.position = 1 or scenes.continuity <> 'last_frame');

  if p_output ->> 'image_url' <> p_step.input ->> 'image_url' then
    insert into public.media (project_id, scene_id, type, url, width, height, metadata)
    values (
      p_step.project_id, p_step.scene_id, 'generated-image', p_output ->> 'image_url',
      (p_output ->> 'width')::numeric, (p_output ->> 'height')::numeric,
      jsonb_build_object('reframed_to', p_step.input ->> 'aspect_ratio')
    );
  end if;

  perform private.prepare_film(p_step.project_id);
end;
$$;

comment on function private.complete_still(private.steps, jsonb) is
'A reframed image is there: the scenes that waited for it go on. The caller holds the project''s lock.';

revoke execute on function private.complete_still(private.steps, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0285_function_check_frame.sql
create or replace function private.check_frame(p_step private.steps, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if exists (
    select 1
    from public.projects
    where projects.project_id = p_step.project_id
      and projects.film_options -> 'check_frames' = 'true'
  ) then
    perform private.add_step(
      p_step.project_id, 'check_frame', p_step.scene_id, p_step.chunk_id,
      jsonb_build_object(
        'image_url', p_output -> 'image_url', 'width', p_output -> 'width', 'height', p_output -> 'height'
      )
    );
  else
    perform private.complete_frame(p_step.chunk_id, p_output);
  end if;
end;
$$;

comment on function private.check_frame(private.steps, jsonb) is
'A last frame is there: it is looked at where the job asked for that, else handed over. The caller holds the project''s lock.';

revoke execute on function private.check_frame(private.steps, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0286_function_complete_frame_check.sql
-- A clip that ends in black or in a blur would begin the next one with it, and all that follow. They begin
-- from an image that the job gave instead; without one the film ends before more is paid.

create or replace function private.complete_frame_check(p_step private.steps, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_message constant text := 'The clip ends in a frame that is almost of one colour';
  v_anchor text;
begin
  if not (p_output ->> 'is_plain')::boolean then
    perform private.complete_frame(p_step.chunk_id, p_step.input);
    return;
  end if;

  select coalesce(following.image_url, projects.image_url)
  into v_anchor
  from public.scenes
  join public.projects using (project_id)
  left join public.scenes as following
    on following.project_id = scenes.project_id
    and following.position = scenes.position + 1
  where scenes.scene_id = p_step.scene_id;

  perform private.record_error('frame', v_message, jsonb_build_object(
    'project_id', p_step.project_id, 'scene_id', p_step.scene_id, 'chunk_id', p_step.chunk_id,
    'bytes_per_pixel', p_output -> 'bytes_per_pixel', 'begins_from_an_image', v_anchor is not null
  ), 'warning');

  if v_anchor is null then
    perform private.fail_project(p_step.project_id, v_message, p_step.scene_id);
  else
    perform private.complete_frame(p_step.chunk_id, jsonb_build_object('image_url', v_anchor));
  end if;
end;
$$;

comment on function private.complete_frame_check(private.steps, jsonb) is
'Hands a good last frame over; in place of a plain one the next scene''s own image, else the job''s; without either the film fails. The caller holds the project''s lock.';

revoke execute on function private.complete_frame_check(private.steps, jsonb)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0289_function_cut_hash.sql
-- All that project and scenes say counts, but for what says nothing about the film: a column that is
-- added later changes the hash, and at worst a film is joined once too often.

create or replace function private.cut_hash(p_project_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select encode(sha256(convert_to(
      jsonb_build_array(
        to_jsonb(private.film_clips(p_project_id)),
        to_jsonb(projects) - array[
          'project_id', 'chat_id', 'user_email', 'user_name', 'source', 'prompt', 'model', 'image_url', 'status',
          'progress', 'version', 'revision_of', 'final_video_url', 'thumbnail_url', 'duration', 'callback_url',
          'idempotency_key', 'error_message', 'metadata', 'created_at', 'updated_at', 'completed_at', 'paused_from',
          'storyboard', 'stop_at', 'awaiting_approval', 'max_cost_usd', 'estimated_cost_usd', 'cut_hash',
           'preferred_at'
        ],
        projects.metadata - array['request_timestamp', 'webhookUrl', 'version'],
        (
          select jsonb_agg(
            to_jsonb(scenes) - array[
              'scene_id', 'project_id', 'image_url', 'status', 'thumbnail_url', 'last_frame_url', 'error_message',
              'created_at', 'updated_at', 'completed_at', 'reframe_to', 'reframed_image_url'
            ]
            order by scenes.position
          )
          from public.scenes
          where scenes.project_id = p_project_id
        )
      )::text,
      'UTF8'
    )), 'hex')
    from public.projects
    where projects.project_id = p_project_id
  );
end;
$$;

comment on function private.cut_hash(text) is 'SHA-256 in hex of all that the film is joined from: its clips, and what else its job says about it.';

revoke execute on function private.cut_hash(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0289_function_reuse_film.sql
-- Caption files have names of their own for each project, and cost nothing: they are written first.

create or replace function private.reuse_film(p_project_id text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_project public.projects;
  v_same public.projects;
  v_captions_input jsonb;
begin
  select projects.* into v_project from public.projects where projects.project_id = p_project_id;
  v_same := private.same_cut(v_project);
  if v_same.project_id is null then
    return false;
  end if;

  v_captions_input := private.captions_input(p_project_id);
  if v_captions_input is not null
    and private.ask_for_part(p_project_id, 'store_captions', v_captions_input) is null
  then
    return true;
  end if;

  perform private.record_event(p_project_id, 'film.reused', null, null, jsonb_build_object('from', v_same.project_id));
  perform private.complete_project(p_project_id, jsonb_build_object(
    'video_url', v_same.final_video_url, 'thumbnail_url', v_same.thumbnail_url, 'duration', v_same.duration
  ));
  return true;
end;
$$;

comment on function private.reuse_film(text) is
'Completes a project in stitching with the film of an earlier version that is the same cut, once its captions are written; false where there is none. The caller holds the project''s lock.';

revoke execute on function private.reuse_film(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0289_function_same_cut.sql
-- The film of a version before that was joined from the same. One whose URL is signed, and has been
-- for a day, is left alone: it will not open much longer. So is one that lacks its thumbnail.

create or replace function private.same_cut(p_project public.projects)
returns public.projects
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_same public.projects;
begin
  select earlier.*
  into v_same
  from public.projects as earlier
  where earlier.user_id = p_project.user_id
    and earlier.video_id = p_project.video_id
    and earlier.project_id <> p_project.project_id
    and earlier.cut_hash = p_project.cut_hash
    and earlier.status = 'completed'
    and earlier.thumbnail_url is not null
    and (
      earlier.final_video_url not like '%/object/sign/%'
      or earlier.completed_at > private.clock() - interval '1 day'
    )
  order by earlier.version desc
  limit 1;

  return v_same;
end;
$$;

comment on function private.same_cut(public.projects) is 'A completed version of the same video that is the same cut; null where there is none.';

revoke execute on function private.same_cut(public.projects) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0290_function_begin_stitch.sql
-- What a project in stitching needs: its film put together, and the first frame of the first clip as its
-- thumbnail. What was made before from the same clips is not made again: a version that is the same cut
-- as one before it has that one's film.

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
  update public.projects
  set cut_hash = private.cut_hash(p_project_id)
  where projects.project_id = p_project_id;

  if private.reuse_film(p_project_id) then
    return;
  end if;

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

  -- All may be there already: the project was paused, or failed when it stored its film.
  perform private.store_film_when_ready(p_project_id);
end;
$$;

comment on function private.begin_stitch(text) is
'Queues extract_thumbnail and what the film needs next. Called by the trigger on projects when a project starts stitching.';

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
    -- Not by in (...), which would lure the planner to the index of all films' clips by status.
    and video_chunks.status not in ('COMPLETED', 'FAILED', 'CANCELLED');

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
  v_captions jsonb;
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

  if v_project.film_options ? 'captions' then
    v_captions := private.film_captions(p_project_id);
  end if;

  insert into public.media (project_id, type, url, duration)
  select v_project.project_id, made.type, made.url, made.duration
  from (values
    ('film', v_project.final_video_url, v_project.duration),
    ('thumbnail', v_project.thumbnail_url, null),
    ('captions', v_captions ->> 'srt_url', v_project.duration),
    ('captions', v_captions ->> 'vtt_url', v_project.duration)
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
    awaiting_approval = null,
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
      when p_kind = 'stitch' then attempts.input - 'is_film' = private.step_input(steps)
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

--! included supabase/schemas/0290_function_store_film_when_ready.sql
-- Asks for what the film needs next. Once it is whole and its thumbnail is there or given up, both are copied into Storage:
-- the provider's URLs expire. The names are drawn here, so that a second try writes the same files.

create or replace function private.store_film_when_ready(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_film_url text := private.continue_film(p_project_id);
  v_thumbnail private.steps;
  v_name text;
begin
  if v_film_url is null then
    return;
  end if;
  v_thumbnail := private.film_step(p_project_id, 'extract_thumbnail');
  if v_thumbnail.status in ('queued', 'running', 'waiting') then
    return;
  end if;

  v_name := p_project_id || '/' || encode(extensions.gen_random_bytes(16), 'hex');
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
'Queues what the film needs next, and store_film when it is whole and no thumbnail is pending. The caller holds the project''s lock.';

revoke execute on function private.store_film_when_ready(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0291_function_missing_stills.sql
create or replace function private.missing_stills(p_project_id text)
returns table (image_url text, aspect_ratio text, scene_id text, chunk_id text)
language plpgsql
stable
rows 10
security invoker
set search_path = ''
as $$
begin
  return query
  select distinct on (coalesce(scenes.image_url, projects.image_url), scenes.reframe_to)
    coalesce(scenes.image_url, projects.image_url),
    scenes.reframe_to,
    scenes.scene_id,
    video_chunks.chunk_id
  from public.projects
  join public.scenes using (project_id)
  join public.video_chunks
    on video_chunks.scene_id = scenes.scene_id
    and video_chunks.selected
    and video_chunks.position = 1
  where projects.project_id = p_project_id
    and scenes.reframe_to is not null
    and scenes.reframed_image_url is null
    and (scenes.position = 1 or scenes.continuity <> 'last_frame')
    and coalesce(scenes.image_url, projects.image_url) is not null
    and video_chunks.status <> 'COMPLETED'
    and video_chunks.image_url is null
  order by coalesce(scenes.image_url, projects.image_url), scenes.reframe_to, scenes.position;
end;
$$;

comment on function private.missing_stills(text) is
'Images that have to be brought to an aspect ratio before clips start from them: each once, with the first scene that does.';

revoke execute on function private.missing_stills(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0291_function_needed_frames.sql
create or replace function private.needed_frames(p_project_id text)
returns setof text
language plpgsql
stable
rows 10
security invoker
set search_path = ''
as $$
begin
  return query
  select clips.chunk_id
  from (
    select
      video_chunks.chunk_id,
      scenes.last_frame_url,
      lead(video_chunks.position > 1) over in_order as is_within,
      lead(video_chunks.position = 1 and scenes.continuity = 'last_frame') over in_order as is_across,
      lead(video_chunks.status <> 'COMPLETED' and video_chunks.image_url is null) over in_order as is_missing
    from public.scenes
    join public.video_chunks using (scene_id)
    where scenes.project_id = p_project_id
      and video_chunks.selected
    window in_order as (order by scenes.position, video_chunks.position)
  ) as clips
  where clips.is_missing
    and (clips.is_within or (clips.is_across and clips.last_frame_url is null));
end;
$$;

comment on function private.needed_frames(text) is
'The chunks whose last frame is still to be taken, because what continues from it has no image yet.';

revoke execute on function private.needed_frames(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0292_function_remaining_sound.sql
-- Mixing and burning in count until the film is completed, also where they may be there already: an
-- estimate may be too high.

create or replace function private.remaining_sound(p_project_id text)
returns table (kind text, input jsonb, chunk_id text)
language plpgsql
stable
rows 10
security invoker
set search_path = ''
as $$
begin
  -- Most films have none of it.
  if not private.has_sound_or_captions(p_project_id) then
    return;
  end if;

  return query
  select 'generate_voice', private.voice_input(scenes), private.last_chunk(scenes.scene_id)
  from public.scenes
  where scenes.project_id = p_project_id
    and scenes.voice_over is not null
    and scenes.audio_url is null
    and private.film_part(p_project_id, 'generate_voice', private.voice_input(scenes)) is null
  union all
  select 'mux_audio', jsonb_build_object('seconds', clips.seconds), private.last_chunk(scenes.scene_id)
  from public.scenes
  cross join lateral (
    select case when count(*) = count(video_chunks.duration) then sum(video_chunks.duration) end as seconds
    from public.video_chunks
    where video_chunks.scene_id = scenes.scene_id
      and video_chunks.selected
  ) as clips
  where scenes.project_id = p_project_id
    and coalesce(scenes.audio_url, scenes.voice_over) is not null
    and private.film_part(p_project_id, 'mux_audio', private.mux_input(scenes)) is null
  union all
  select finish.kind, finish.input || jsonb_build_object('seconds', case
    -- Of scenes that are still being written nobody knows the length, but who finishes the film has a price.
    when exists (select 1 from public.scenes where scenes.project_id = p_project_id) then private.film_seconds(p_project_id)
    else 0
  end), null
  from public.projects
  cross join lateral (values
    (
      'generate_music',
      private.music_input(p_project_id),
      private.music_input(p_project_id) is not null
      and private.film_part(p_project_id, 'generate_music', private.music_input(p_project_id)) is null
    ),
    (
      'level_music',
      '{}',
      projects.film_options -> 'music' -> 'loudness' is not null
      and private.film_part(p_project_id, 'level_music', private.level_input(p_project_id)) is null
    ),
    ('mix_music', '{}', projects.film_options -> 'music' is not null),
    ('burn_captions', '{}', private.burns_captions(p_project_id))
  ) as finish (kind, input, is_wanted)
  where projects.project_id = p_project_id
    and projects.status <> 'completed'
    and finish.is_wanted;
end;
$$;

comment on function private.remaining_sound(text) is
'Voices, sound under clips, music and captions that a film still needs, with as much of the input as its price depends on.';

revoke execute on function private.remaining_sound(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0292_function_remaining_work.sql
-- A new kind of step that costs money has to be added here: estimates go by it. In plpgsql because
-- that keeps its plans from one call to the next.

create or replace function private.remaining_work(p_project_id text)
returns table (kind text, input jsonb, chunk_id text, seconds numeric)
language plpgsql
stable
rows 10
security invoker
set search_path = ''
as $$
declare
  v_clips integer;
begin
  -- Piece by piece: most films lack most of these, and one statement for all would begin each of them.
  return query
  select
    'generate_clip',
    jsonb_build_object('model', video_chunks.model, 'duration', video_chunks.duration),
    video_chunks.chunk_id,
    video_chunks.duration
  from public.video_chunks
  where video_chunks.project_id = p_project_id
    and video_chunks.selected
    -- Not by in (...), which would lure the planner to the index of all films' clips by status.
    and video_chunks.status not in ('SUBMITTED', 'IN_PROGRESS', 'COMPLETED');

  select count(*)
  into v_clips
  from public.video_chunks
  where video_chunks.project_id = p_project_id
    and video_chunks.selected;

  if v_clips = 0 then
    return query
    select 'storyboard', '{}'::jsonb, null::text, null::numeric
    from public.projects
    where projects.project_id = p_project_id
      and 'storyboarding' in (projects.status, projects.paused_from)
      and not exists (select 1 from public.scenes where scenes.project_id = p_project_id);
  end if;

  if exists (
    select 1
    from public.scenes
    where scenes.project_id = p_project_id
      and scenes.reframe_to is not null
  ) then
    return query
    select
      'reframe_image',
      jsonb_build_object('image_url', stills.image_url, 'aspect_ratio', stills.aspect_ratio),
      stills.chunk_id,
      null::numeric
    from private.missing_stills(p_project_id) as stills;
  end if;

  if v_clips > 1 then
    return query
    select 'extract_last_frame', jsonb_build_object('chunk_id', frames.chunk_id), frames.chunk_id, video_chunks.duration
    from private.needed_frames(p_project_id) as frames (chunk_id)
    join public.video_chunks on video_chunks.chunk_id = frames.chunk_id;

    if coalesce((private.film_step(p_project_id, 'stitch')).status, 'queued') = 'queued' then
      return query select 'stitch', jsonb_build_object('project_id', p_project_id), null::text, null::numeric;
    end if;
  end if;

  return query
  select
    'extract_thumbnail',
    jsonb_build_object('chunk_id', video_chunks.chunk_id),
    video_chunks.chunk_id,
    video_chunks.duration
  from public.scenes
  join public.video_chunks on video_chunks.scene_id = scenes.scene_id
  where scenes.project_id = p_project_id
    and scenes.position = 1
    and scenes.thumbnail_url is null
    and video_chunks.selected
    and video_chunks.position = 1
    and coalesce((private.film_step(p_project_id, 'extract_thumbnail')).status, 'queued') = 'queued';

  return query
  select sound.kind, sound.input, sound.chunk_id, (sound.input ->> 'seconds')::numeric
  from private.remaining_sound(p_project_id) as sound;
end;
$$;

comment on function private.remaining_work(text) is
'What a film still needs from outside, whether it is queued or not, with as much of the input as its price depends on, and the seconds of its clip.';

revoke execute on function private.remaining_work(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0293_function_await_approval.sql
-- project queued | storyboarding | generating → paused, until somebody approves

create or replace function private.await_approval(p_project_id text, p_stage text, p_data jsonb default '{}')
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.projects
  set
    status = 'paused',
    paused_from = coalesce(projects.paused_from, projects.status),
    awaiting_approval = p_stage
  where projects.project_id = p_project_id
    and projects.status not in ('completed', 'failed', 'cancelled');

  if not found then
    return;
  end if;

  update private.steps
  set due_at = 'infinity', updated_at = private.clock()
  where steps.project_id = p_project_id
    and steps.status = 'queued'
    and steps.kind <> 'cancel_request';

  perform private.record_event(
    p_project_id, 'project.awaiting_approval', null, null, jsonb_build_object('stage', p_stage) || p_data
  );
end;
$$;

comment on function private.await_approval(text, text, jsonb) is
'→ paused, awaiting approval of p_stage. The caller holds the project''s lock.';

revoke execute on function private.await_approval(text, text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0293_function_estimate_film.sql
-- What was spent, what is reserved, and what is left to do; a clip counts as the dearer one of its
-- model and that model's fallback. One try of each: what is tried again after it was paid for adds
-- to what was spent.

create or replace function private.estimate_film(p_project_id text)
returns table (usd numeric, unpriced text[])
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return query
  with
  chosen (providers) as (
    select coalesce(
      (select job_requests.providers from private.job_requests where job_requests.project_id = p_project_id),
      '{"storyboard": "openai", "reframe_image": "fal", "generate_clip": "fal", "extract_last_frame": "fal",
        "extract_thumbnail": "fal", "stitch": "fal", "generate_voice": "fal", "generate_music": "fal",
        "level_music": "fal", "mux_audio": "fal", "mix_music": "fal", "burn_captions": "stitch"}'
    )
  ),

  -- Equal pieces of work are priced once; one that somebody is at already is an attempt's
  pieces as (
    select remaining.kind, (array_agg(remaining.input))[1] as input, count(*) as n
    from private.remaining_work(p_project_id) as remaining
    where not exists (
      select 1
      from private.steps
      join private.attempts using (step_id)
      where steps.project_id = p_project_id
        and steps.kind = remaining.kind
        and (
          steps.chunk_id is not distinct from remaining.chunk_id
          -- They outlive the take that they were asked for with.
          or steps.kind in ('generate_voice', 'reframe_image') and steps.input = remaining.input
        )
        and steps.status not in ('queued', 'completed', 'failed', 'cancelled')
        and attempts.status in ('created', 'submitted', 'in_progress', 'lost')
    )
    group by remaining.kind, remaining.input ->> 'model', remaining.seconds, char_length(remaining.input ->> 'text')
  ),

  -- Each with each model that may do it
  work as (
    select
      pieces.kind,
      pieces.input,
      pieces.n,
      models.name,
      private.estimate_cost(
        pieces.kind,
        pieces.input || jsonb_build_object('model', models.name),
        private.provider_of(p_project_id, pieces.kind, chosen.providers)
      ) as usd
    from chosen
    cross join pieces
    cross join lateral (
      select pieces.input ->> 'model' as name
      union
      select model_fallbacks.fallback
      from private.model_fallbacks
      where model_fallbacks.model = pieces.input ->> 'model'
    ) as models
  ),

  spent as (
    select
      -- Of a film that is begun again its first attempts may be pruned: the ledger is not.
      (
        select coalesce(sum(case ledger.kind when 'release' then -ledger.usd else ledger.usd end), 0)
        from private.ledger
        where ledger.project_id = p_project_id
      ) as usd,
      array_agg(steps.kind) filter (where private.attempt_cost(attempts) is null) as unpriced
    from private.steps
    join private.attempts using (step_id)
    where steps.project_id = p_project_id
      and steps.kind not in ('store_film', 'store_captions', 'check_frame', 'cancel_request')
  )

  select
    case when unknown.names is null then spent.usd + dearest.usd end,
    coalesce(unknown.names, '{}')
  from spent
  cross join (
    select coalesce(sum(priced.usd), 0) as usd
    from (select max(work.usd) * work.n as usd from work group by work.kind, work.input, work.n) as priced
  ) as dearest
  cross join (
    select array_agg(distinct names.name) as names
    from (
      select coalesce(work.name, work.kind) from work where work.usd is null
      union all
      select unnest(spent.unpriced) from spent
    ) as names (name)
  ) as unknown;
end;
$$;

comment on function private.estimate_film(text) is
'US dollars of the whole film; null where something has no price, and then what that is.';

revoke execute on function private.estimate_film(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0294_function_hold_over_budget.sql
-- What is not known to fit into the budget does not fit.

create or replace function private.hold_over_budget(p_project_id text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_max numeric;
  v_usd numeric;
  v_unpriced text[];
begin
  select film.usd, film.unpriced into v_usd, v_unpriced from private.least_cost(p_project_id) as film;

  -- Nobody knows yet how many scenes a model will write: no estimate is better than one that is too low.
  update public.projects
  set estimated_cost_usd = case
    when exists (select 1 from public.scenes where scenes.project_id = p_project_id) then v_usd
  end
  where projects.project_id = p_project_id
  returning projects.max_cost_usd into v_max;

  if v_max is null or v_usd <= v_max then
    return false;
  end if;

  perform private.await_approval(p_project_id, 'budget', jsonb_build_object(
    'estimated_cost_usd', v_usd, 'max_cost_usd', v_max, 'unpriced', to_jsonb(nullif(v_unpriced, '{}'))
  ));
  return true;
end;
$$;

comment on function private.hold_over_budget(text) is
'Writes the film''s estimate down, and pauses it where that, or the least that it can cost, is above its max_cost_usd: true then. The caller holds the project''s lock.';

revoke execute on function private.hold_over_budget(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0294_function_least_cost.sql
-- A film whose scenes are still being written costs at least what it does with the splitter's.

create or replace function private.least_cost(p_project_id text, p_scenes jsonb default null)
returns table (usd numeric, unpriced text[])
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_scenes jsonb := coalesce(p_scenes, (
    select steps.input -> 'fallback'
    from private.steps
    where steps.project_id = p_project_id
      and steps.kind = 'storyboard'
      and not exists (select 1 from public.scenes where scenes.project_id = p_project_id)
    order by steps.created_at desc, steps.step_id desc
    limit 1
  ), '[]');
begin
  return query
  with
  pieces as (
    select part.clip ->> 'model' as model, private.estimate_cost('generate_clip', part.clip, private.provider_of(
      p_project_id, 'generate_clip', coalesce(job_requests.providers, '{"generate_clip": "fal"}')
    )) as usd
    from private.job_requests
    cross join jsonb_array_elements(v_scenes) as item (scene)
    cross join jsonb_array_elements(item.scene -> 'chunks') as part (clip)
    where job_requests.project_id = p_project_id
    union all
    select voices.input ->> 'model', private.estimate_cost('generate_voice', voices.input, private.provider_of(
      p_project_id, 'generate_voice', coalesce(job_requests.providers, '{"generate_voice": "fal"}')
    ))
    from private.job_requests
    join public.projects using (project_id)
    cross join jsonb_array_elements(v_scenes) as item (scene)
    cross join lateral (select jsonb_build_object(
      'model', projects.film_options ->> 'speech_model', 'text', item.scene ->> 'voice_over'
    )) as voices (input)
    where job_requests.project_id = p_project_id
      and item.scene ->> 'voice_over' is not null
  )
  select
    case when count(pieces.model) = count(pieces.usd) then film.usd + coalesce(sum(pieces.usd), 0) end,
    film.unpriced || coalesce(array_agg(distinct pieces.model) filter (where pieces.model is not null and pieces.usd is null), '{}')
  from private.estimate_film(p_project_id) as film
  left join pieces on true
  group by film.usd, film.unpriced;
end;
$$;

comment on function private.least_cost(text, jsonb) is
'US dollars of the whole film, with the clips and voices of p_scenes (null: the splitter''s, until its own are written); null where something has no price, and then what that is.';

revoke execute on function private.least_cost(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0295_function_prepare_film.sql
-- The one way from a storyboard to the first clip, walked again after each approval and each still:
-- the storyboard is approved where the job asked for that, the film fits into its budget, images have
-- the film's aspect ratio, and those are approved.

create or replace function private.prepare_film(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_project public.projects;
  v_still record;
  v_stills integer := 0;
begin
  select projects.* into v_project from public.projects where projects.project_id = p_project_id;
  if v_project.status = 'paused' and v_project.awaiting_approval is not null then
    return;
  end if;

  -- Until its scenes are written there is nothing else to prepare, and nothing to approve but its cost.
  if not exists (select 1 from public.scenes where scenes.project_id = p_project_id) then
    perform private.hold_over_budget(p_project_id);
    return;
  end if;

  if v_project.stop_at = 'storyboard' then
    update public.projects
    set estimated_cost_usd = (select film.usd from private.estimate_film(p_project_id) as film)
    where projects.project_id = p_project_id;
    perform private.await_approval(p_project_id, 'storyboard');
    return;
  end if;

  if private.hold_over_budget(p_project_id) then
    return;
  end if;

  if v_project.stop_at = 'stills' then
    for v_still in select stills.* from private.missing_stills(p_project_id) as stills
    loop
      v_stills := v_stills + 1;
      perform private.ask_for_still(p_project_id, v_still.scene_id, v_still.chunk_id, v_still.image_url, v_still.aspect_ratio);
    end loop;
    if v_stills = 0 then
      perform private.await_approval(p_project_id, 'stills');
    end if;
    return;
  end if;

  perform private.continue_project(p_project_id);
end;
$$;

comment on function private.prepare_film(text) is
'Queues what the film needs next, or pauses it where an approval is missing. The caller holds the project''s lock.';

revoke execute on function private.prepare_film(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0296_function_complete_storyboard.sql
-- A storyboard is there: its scenes become the project's.

create or replace function private.complete_storyboard(p_project_id text, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_project public.projects;
begin
  if exists (select 1 from public.scenes where scenes.project_id = p_project_id) then
    return;
  end if;

  update public.projects
  set
    total_scenes = jsonb_array_length(p_output -> 'scenes'),
    storyboard = coalesce(projects.storyboard, '{}') || jsonb_strip_nulls(jsonb_build_object(
      'by', coalesce(p_output ->> 'by', 'model'),
      'title', p_output ->> 'title',
      'scenes', jsonb_array_length(p_output -> 'scenes'),
      'repairs', p_output -> 'repairs',
      'fell_back', p_output ->> 'fell_back'
    ))
  where projects.project_id = p_project_id
    and 'storyboarding' in (projects.status, projects.paused_from)
  returning projects.* into v_project;

  if not found then
    return;
  end if;

  perform private.insert_scenes(v_project, p_output -> 'scenes');
  -- Now, not when the first clip is accepted: who has to approve the storyboard would never hear of it before.
  perform private.queue_stage(p_project_id, 'storyboard.completed', null);
  perform private.reuse_scenes(v_project);
  perform private.record_event(p_project_id, 'storyboard.written', null, null, v_project.storyboard - 'input_hash');
  perform private.prepare_film(p_project_id);
end;
$$;

comment on function private.complete_storyboard(text, jsonb) is
'Inserts the scenes that were written, once, and lets the film begin. The caller holds the project''s lock.';

revoke execute on function private.complete_storyboard(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0296_function_job_answer.sql
create or replace function private.job_answer(p_project_id text, p_outcome text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'outcome', p_outcome,
      'project_id', projects.project_id,
      -- A job that is being written for is still waiting for its first clip.
      'status', case when p_outcome = 'created' and projects.status = 'storyboarding' then 'queued' else projects.status end,
      -- In test mode no model is asked, and what is made costs nothing, however many scenes it has.
      'storyboard', case
        when projects.execution_mode = 'test' and projects.storyboard is not null then 'splitter'
        else coalesce(projects.storyboard ->> 'by', 'none')
      end,
      'estimated_cost_usd', case when projects.execution_mode = 'test' then 0 else projects.estimated_cost_usd end,
      'task_token', private.sign('task', projects.project_id)
    )
    from public.projects
    where projects.project_id = p_project_id
  );
end;
$$;

comment on function private.job_answer(text, text) is 'What create_project answers about a project that is there.';

revoke execute on function private.job_answer(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0296_function_refuse_over_budget.sql
create or replace function private.refuse_over_budget(p_project_id text, p_scenes jsonb default '[]')
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_max numeric := (select projects.max_cost_usd from public.projects where projects.project_id = p_project_id);
  v_usd numeric;
  v_unpriced text[];
begin
  if v_max is null then
    return;
  end if;

  select film.usd, film.unpriced into v_usd, v_unpriced from private.least_cost(p_project_id, p_scenes) as film;

  if v_usd is null or v_usd > v_max then
    raise exception 'Cannot create project: it does not fit into its budget' using
      errcode = 'RL402',
      detail = jsonb_build_object(
        'outcome', 'over_budget', 'estimated_cost_usd', v_usd, 'max_cost_usd', v_max, 'unpriced', to_jsonb(v_unpriced)
      )::text;
  end if;
end;
$$;

comment on function private.refuse_over_budget(text, jsonb) is
'Raises RL402 where a new film, and the clips and voices of p_scenes besides, cost more than its max_cost_usd, or an unknown sum.';

revoke execute on function private.refuse_over_budget(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0297_function_begin_storyboard.sql
-- project queued → storyboarding, or its scenes at once where a version before had them written from
-- the same words
--
-- The scenes that need no model come along: they are the film where the model fails, and its least cost.

create or replace function private.begin_storyboard(
  p_project public.projects,
  p_fallback jsonb,
  p_wishes jsonb default null
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_brief jsonb := jsonb_build_object(
    'prompt', p_project.prompt,
    'image_url', p_project.image_url,
    'model', p_project.model,
    'aspect_ratio', p_project.aspect_ratio
  ) || coalesce(p_wishes, '{}');
  v_hash text := encode(sha256(convert_to(v_brief::text, 'UTF8')), 'hex');
  v_written jsonb;
begin
  update public.projects
  set
    status = 'storyboarding',
    total_scenes = null,
    storyboard = jsonb_build_object('by', 'model', 'input_hash', v_hash)
  where projects.project_id = p_project.project_id;

  perform private.refuse_over_budget(p_project.project_id, p_fallback);

  select steps.output
  into v_written
  from private.steps
  join public.projects using (project_id)
  where steps.project_id = p_project.revision_of
    and steps.kind = 'storyboard'
    and steps.status = 'completed'
    and projects.storyboard ->> 'input_hash' = v_hash
  order by steps.created_at desc
  limit 1;

  if v_written is not null then
    perform private.complete_storyboard(p_project.project_id, v_written);
    return;
  end if;

  -- Nobody knows yet how many scenes it will have: no estimate is better than one that is too low.
  perform private.add_step(
    p_project.project_id, 'storyboard', null, null, v_brief || jsonb_build_object('fallback', p_fallback)
  );
end;
$$;

comment on function private.begin_storyboard(public.projects, jsonb, jsonb) is
'queued → storyboarding: asks for the scenes, unless the version before has them. Raises RL402 where even the least film costs too much.';

revoke execute on function private.begin_storyboard(public.projects, jsonb, jsonb)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0298_function_begin_project.sql
-- What prepare_film comes to for a project of which nothing is made yet, that waits for no approval, and
-- whose images need not be reframed: the first scene and each that does not go on from the one before
-- begin. One statement, however many they are: every job pays for this.

create or replace function private.begin_project(p_project public.projects)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.projects
  set estimated_cost_usd = (select film.usd from private.estimate_film(p_project.project_id) as film)
  where projects.project_id = p_project.project_id;

  with
  -- The first clip of each scene that waits for no other one
  queued as (
    insert into private.steps (project_id, scene_id, chunk_id, user_id, kind, due_at)
    select
      p_project.project_id,
      scenes.scene_id,
      video_chunks.chunk_id,
      p_project.user_id,
      'generate_clip',
      -- Read for each: the first scene's is due first.
      private.clock()
    from public.scenes
    join public.video_chunks using (scene_id)
    where scenes.project_id = p_project.project_id
      and (scenes.position = 1 or scenes.continuity <> 'last_frame')
      and video_chunks.position = 1
    order by scenes.position
    returning steps.step_id, steps.scene_id, steps.chunk_id
  )
  insert into public.pipeline_events (project_id, scene_id, chunk_id, type, data)
  select
    p_project.project_id,
    queued.scene_id,
    queued.chunk_id,
    'step.queued',
    jsonb_build_object('kind', 'generate_clip', 'step_id', queued.step_id)
  from queued;

  perform private.begin_sound(p_project.project_id);
end;
$$;

comment on function private.begin_project(public.projects) is
'Writes a new project''s estimate down and queues its first clips, and its sound, where none of it is there yet. Its chunks have the images that they start from.';

revoke execute on function private.begin_project(public.projects) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0299_function_create_project.sql
-- → queued
--
-- Takes a parsed job. The same job again (same key, same body) gets the first project back. p_needs
-- names what the job relies on: a database that does not know the argument does not take the job.

create or replace function public.create_project(p_job jsonb, p_needs text[] default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_answer text;
begin
  if p_job ->> 'max_cost_usd' is null then
    return private.open_project(p_job);
  end if;

  begin
    return private.open_project(p_job);
  exception
    when sqlstate 'RL402' then
      get stacked diagnostics v_answer = pg_exception_detail;
      return v_answer::jsonb;
  end;
end;
$$;

comment on function public.create_project(jsonb, text[]) is
'→ queued; idempotent by key. Outcome created, duplicate, conflict (same key, other body) or over_budget (nothing was created). Called by webhook.';

revoke execute on function public.create_project(jsonb, text[]) from public, anon, authenticated;
grant execute on function public.create_project(jsonb, text[]) to service_role;
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

--! included supabase/schemas/0299_function_open_project.sql
-- → queued, or what follows from it at once

create or replace function private.open_project(p_job jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_digest text := private.job_digest(p_job);
  -- A job that was tried out first is not the same one when it is meant.
  v_key text := coalesce(
    p_job ->> 'idempotency_key',
    case when p_job ->> 'execution_mode' = 'test' then 'test:' else '' end || 'body:' || v_digest
  );
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

    return private.job_answer(v_project.project_id, (
      select case when job_requests.body_digest = v_digest then 'duplicate' else 'conflict' end
      from private.job_requests
      where job_requests.project_id = v_project.project_id
    ));
  end if;

  insert into private.job_requests (project_id, via, body_digest, events, webhook_headers, is_notified, providers)
  values (
    v_project.project_id,
    p_job ->> 'via',
    v_digest,
    case when jsonb_typeof(p_job -> 'events') = 'array'
      then array(select jsonb_array_elements_text(p_job -> 'events')) end,
    coalesce(nullif(p_job -> 'webhook_headers', 'null'), '{}'),
    coalesce((p_job ->> 'notify')::boolean, false),
    nullif(p_job -> 'providers', 'null')
  );

  if p_job ->> 'storyboard' = 'model' then
    perform private.begin_storyboard(v_project, p_job -> 'scenes', nullif(p_job -> 'wishes', 'null'));
  else
    perform private.insert_scenes(v_project, p_job -> 'scenes');
    if v_project.revision_of is not null then
      perform private.reuse_scenes(v_project);
    end if;
    perform private.refuse_over_budget(v_project.project_id);

    -- Most jobs: nothing to approve, nothing made before, no image to reframe
    if num_nonnulls(v_project.stop_at, v_project.max_cost_usd, v_project.revision_of) = 0
      and not jsonb_path_exists(p_job, '$.scenes[*].reframe_to ? (@ != null)')
    then
      perform private.begin_project(v_project);
    else
      perform private.prepare_film(v_project.project_id);
    end if;
  end if;

  return private.job_answer(v_project.project_id, 'created');
end;
$$;

comment on function private.open_project(jsonb) is
'→ queued; idempotent by key. Raises RL402, with the answer as its detail, where the film does not fit into max_cost_usd.';

revoke execute on function private.open_project(jsonb) from public, anon, authenticated, service_role;
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
declare
  v_final_video_url text := p_flags ->> 'final_video_url';
begin
  -- A repeated delivery caused nothing; where the film is, it may be told all the same.
  if v_final_video_url is null and p_log.source = 'stitch' then
    select projects.final_video_url
    into v_final_video_url
    from public.projects
    where projects.project_id = p_log.project_id;
  end if;

  return jsonb_build_object(
    'outcome', p_outcome,
    'webhook_log_id', p_log.webhook_log_id,
    'chunk_updated', coalesce((p_flags ->> 'chunk_updated')::boolean, false),
    'scene_updated', coalesce((p_flags ->> 'scene_updated')::boolean, false),
    'last_frame_triggered', coalesce((p_flags ->> 'last_frame_triggered')::boolean, false),
    'next_scene_triggered', coalesce((p_flags ->> 'next_scene_triggered')::boolean, false),
    'project_updated', coalesce((p_flags ->> 'project_updated')::boolean, false),
    'user_notified', coalesce((p_flags ->> 'user_notified')::boolean, false),
    'final_video_url', v_final_video_url
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
  v_log.duration_ms := round(extract(epoch from clock_timestamp() - statement_timestamp()) * 1000, 3);
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
    and (p_output ->> 'image_url') is not distinct from (p_other ->> 'image_url')
    and (p_output ->> 'audio_url') is not distinct from (p_other ->> 'audio_url');
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
    and video_chunks.status not in ('COMPLETED', 'FAILED', 'CANCELLED')
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
    and steps.status not in ('queued', 'running', 'completed', 'failed', 'cancelled');

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
-- Another event_id each time would have it planned each time.
set plan_cache_mode = force_generic_plan
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
      'project_updated', p_step.kind in ('stitch', 'mix_music', 'burn_captions') and coalesce(bool_or(events.type like 'step.%'), false),
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
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
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
    ) as message
  );
end;
$$;

comment on function private.film_body(public.projects, text) is
'{type, timestamp, data} as Standard Webhooks recommends it, about a project.';

revoke execute on function private.film_body(public.projects, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0318_function_stage_body.sql
create or replace function private.stage_body(p_project public.projects, p_type text, p_scene public.scenes)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
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
    ) as message
  );
end;
$$;

comment on function private.stage_body(public.projects, text, public.scenes) is
'{type, timestamp, data} about a stage of a film; data.scene is null where the stage is not a scene''s.';

revoke execute on function private.stage_body(public.projects, text, public.scenes) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0318_function_video_status.sql
create or replace function private.video_status(p_status text)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_status = 'queued' then 'pending'
    when p_status in ('completed', 'failed', 'cancelled') then p_status
    else 'processing'
  end;
end;
$$;

comment on function private.video_status(text) is
'A project''s status in the words of the door videos: pending, processing, completed, failed or cancelled.';

revoke execute on function private.video_status(text) from public, anon, authenticated, service_role;
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

--! included supabase/schemas/0319_function_video_body.sql
-- The bodies that clients of the door videos know, field by field. Every end has the same
-- webhook_type; its status tells them apart.

create or replace function private.video_body(p_project public.projects, p_type text)
returns text
language sql
volatile
security invoker
set search_path = ''
as $$
  select row_to_json(body)::text
  from (
    select
      p_project.project_id as task_id,
      'completed' as status,
      'video_generation_completed' as webhook_type,
      private.iso_time(private.clock()) as timestamp,
      p_project.final_video_url as video_url,
      round(extract(epoch from p_project.completed_at - p_project.created_at), 1) as generation_duration_seconds,
      p_project.model,
      p_project.prompt
  ) as body
  where p_type = 'video.generation.completed'
  union all
  select row_to_json(body)::text
  from (
    select
      p_project.project_id as task_id,
      private.video_status(p_project.status) as status,
      'video_generation_completed' as webhook_type,
      private.iso_time(private.clock()) as timestamp,
      p_project.error_message as error,
      p_project.model,
      p_project.prompt
  ) as body
  where p_type in ('video.generation.failed', 'video.generation.cancelled')
  union all
  select row_to_json(body)::text
  from (
    select
      p_project.project_id as task_id,
      'processing' as status,
      'video_generation_progress' as webhook_type,
      private.iso_time(private.clock()) as timestamp,
      p_project.progress as progress_percentage,
      case p_project.status
        when 'queued' then 'Waiting for its turn'
        when 'storyboarding' then 'Writing the storyboard'
        when 'stitching' then 'Joining and storing the film'
        else 'Rendering video content'
      end as message,
      ceil(
        extract(epoch from private.clock() - p_project.created_at)
        * (100 - p_project.progress) / nullif(p_project.progress, 0)
      )::integer as estimated_seconds_remaining
  ) as body
  where p_type = 'video.generation.progress';
$$;

comment on function private.video_body(public.projects, text) is
'A delivery''s body for a job that came through the door videos: its end, or its progress; null for any other type.';

revoke execute on function private.video_body(public.projects, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0319_function_video_task.sql
create or replace function private.video_task(p_project public.projects)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'task_id', p_project.project_id,
    'status', private.video_status(p_project.status),
    'progress_percentage', p_project.progress,
    'video_url', p_project.final_video_url,
    'error', p_project.error_message
  );
end;
$$;

comment on function private.video_task(public.projects) is
'{task_id, status, progress_percentage, video_url, error}: a project as the door videos shows it.';

revoke execute on function private.video_task(public.projects) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0320_function_delivery_body.sql
-- The one place where the body for a job's own callback_url is chosen. Standing endpoints get film_body, whichever
-- way the job came in. Who asked for the film through the door videos gets the bodies of that API.

create or replace function private.delivery_body(p_project public.projects, p_type text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(
      (
        select private.video_body(p_project, p_type)
        from private.job_requests
        where job_requests.project_id = p_project.project_id
          and job_requests.via = 'videos'
      ),
      private.film_body(p_project, p_type)
    )
  );
end;
$$;

comment on function private.delivery_body(public.projects, text) is
'What a job''s callback_url and the notification service are told about its project.';

revoke execute on function private.delivery_body(public.projects, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0320_function_delivery_delay.sql
-- The schedule that the Standard Webhooks specification gives as its example, as a setting.

create or replace function private.delivery_delay(p_failed_tries integer)
returns interval
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select make_interval(secs => (settings.value ->> (p_failed_tries - 1))::double precision)
    from private.settings
    where settings.name = 'delivery_schedule_seconds'
      and p_failed_tries > 0
  );
end;
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
  -- One statement for all, because most films have nobody who would listen.
  select projects.*
  into v_project
  from public.projects
  where projects.project_id = p_project_id
    and (
      projects.callback_url is not null
      or exists (select 1 from private.endpoints where endpoints.user_id = projects.user_id)
    );
  if not found then
    return;
  end if;

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
-- delivering → delivered | pending (another try is due later) | dead | skipped (its endpoint was disabled meanwhile)

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
    -- None but a delivering one has a token (delivering_delivery_is_claimed).
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
    status = case
      when v_is_delivered then 'delivered'
      when v_wait is null then 'dead'
      else private.open_status(webhook_deliveries.endpoint_id)
    end,
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
'delivering → delivered | pending | dead | skipped. p_result: {status_code, error, duration_ms, response_excerpt, retry_after, timing}. Called by the runner.';

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
    -- None but a delivering one has a token (delivering_delivery_is_claimed).
    where webhook_deliveries.claim_token = results.claim_token
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

--! included supabase/schemas/0329_function_preferred_version.sql
create or replace function private.preferred_version(p_user_id text, p_video_id text)
returns table (project_id text, preferred_at timestamptz)
language sql
stable
rows 1
security invoker
set search_path = ''
as $$
  select projects.project_id, projects.preferred_at
  from public.projects
  where projects.user_id = p_user_id
    and projects.video_id = p_video_id
    -- One that is being changed keeps its film until there is another.
    and projects.final_video_url is not null
  order by projects.preferred_at desc nulls last, projects.version desc
  limit 1;
$$;

comment on function private.preferred_version(text, text) is
'The version of a video that was preferred last, else the newest one that has a film; none where none has.';

revoke execute on function private.preferred_version(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0330_function_read_model_aliases.sql
create or replace function public.read_model_aliases()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(model_aliases.alias, model_aliases.model), '{}')
  from private.model_aliases;
$$;

comment on function public.read_model_aliases() is '{alias: model}. Called by videos.';

revoke execute on function public.read_model_aliases() from public, anon, authenticated;
grant execute on function public.read_model_aliases() to service_role;
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
      select count(*) from public.projects where projects.created_at > (select private.clock()) - interval '24 hours'
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
            'video_url', scenes.video_url,
            'prompt', scenes.prompt,
            'continuity', scenes.continuity,
            'voice_over', scenes.voice_over,
            'image_url', case
              when scenes.position = 1 or scenes.continuity <> 'last_frame'
                then coalesce(scenes.reframed_image_url, scenes.image_url, projects.image_url)
            end,
            'input_hash', scenes.input_hash
          )
          order by scenes.position
        )
        from public.scenes
        where scenes.project_id = projects.project_id
      ),
      '[]'
    ),
    'final_video_url', projects.final_video_url,
    'error', projects.error_message,
    'version', projects.version,
    'execution_mode', projects.execution_mode,
    'storyboard', projects.storyboard - 'input_hash',
    'awaiting_approval', case when projects.status = 'paused' then projects.awaiting_approval end,
    'estimated_cost_usd', projects.estimated_cost_usd,
    'max_cost_usd', projects.max_cost_usd,
    'cost_usd', private.spent_on(projects.project_id)
  ) || case
    when projects.status = 'completed' and projects.film_options ? 'captions'
      then jsonb_strip_nulls(jsonb_build_object('captions', private.film_captions(projects.project_id)))
    else '{}'
  end
  from public.projects
  where projects.project_id = p_project_id
    and (p_trusted or private.is_signed('task', p_project_id, p_token));
$$;

comment on function public.read_task(text, text, boolean) is
'{task_id, status, progress, scenes, final_video_url, error, version, execution_mode, storyboard, awaiting_approval, estimated_cost_usd, max_cost_usd, cost_usd}, and captions {srt_url, vtt_url} of a film that has any; null for an unknown id or a wrong token. p_trusted: the sender showed credentials. Called by webhook.';

revoke execute on function public.read_task(text, text, boolean) from public, anon, authenticated;
grant execute on function public.read_task(text, text, boolean) to service_role;
--! end included

--! included supabase/schemas/0331_function_read_video_task.sql
-- A project as the door videos shows it. An unknown id and a wrong token get the same nothing.

create or replace function public.read_video_task(p_project_id text, p_token text, p_trusted boolean)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select private.video_task(projects)
  from public.projects
  where projects.project_id = p_project_id
    and (p_trusted or private.is_signed('task', p_project_id, p_token));
$$;

comment on function public.read_video_task(text, text, boolean) is
'{task_id, status, progress_percentage, video_url, error}; null for an unknown id or a wrong token. Called by videos.';

revoke execute on function public.read_video_task(text, text, boolean) from public, anon, authenticated;
grant execute on function public.read_video_task(text, text, boolean) to service_role;
--! end included

--! included supabase/schemas/0332_function_read_video_events.sql
-- What a stream of events shows: where the task stands, and what happened to film, scenes and clips
-- since. Events of one film are written under its lock, so that none appears behind a later one.

create or replace function public.read_video_events(
  p_project_id text,
  p_token text,
  p_trusted boolean,
  p_after bigint default 0,
  p_limit integer default 100
)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'task', private.video_task(projects),
    'events', coalesce(
      (
        select jsonb_agg(jsonb_build_object(
          'event_id', shown.event_id,
          'type', shown.type,
          'scene_id', shown.scene_id,
          'chunk_id', shown.chunk_id,
          'at', private.iso_time(shown.at)
        ) order by shown.event_id)
        from (
          select pipeline_events.*
          from public.pipeline_events
          where pipeline_events.project_id = p_project_id
            and pipeline_events.event_id > p_after
            and pipeline_events.type ~ '^(project|scene|chunk)\.[a-z_]+$'
            and pipeline_events.type not like '%reason'
          order by pipeline_events.event_id
          limit p_limit
        ) as shown
      ),
      '[]'
    )
  )
  from public.projects
  where projects.project_id = p_project_id
    and (p_trusted or private.is_signed('task', p_project_id, p_token));
$$;

comment on function public.read_video_events(text, text, boolean, bigint, integer) is
'{task, events: [{event_id, type, scene_id, chunk_id, at}]} after an event, the oldest first; null for an unknown id or a wrong token. Called by videos.';

revoke execute on function public.read_video_events(text, text, boolean, bigint, integer) from public, anon, authenticated;
grant execute on function public.read_video_events(text, text, boolean, bigint, integer) to service_role;
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
    and (attempts.request_id is not null or attempts.status not in ('created', 'failed', 'cancelled', 'completed'))
  union all
  -- An image that has its shape already needs no call, and is the one thing that costs nothing at fal.
  select 'what was made by no call costs nothing', attempts.attempt_id
  from private.attempts
  where attempts.sent_at = 'infinity'
    and attempts.status = 'completed'
    and attempts.actual_cost_usd is distinct from 0
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
  select 'a completed film with captions has them as files', projects.project_id
  from public.projects
  where projects.status = 'completed'
    and projects.film_options ? 'captions'
    and private.captions_input(projects.project_id) is not null
    and (
      select count(*)
      from public.media
      where media.project_id = projects.project_id
        and media.type = 'captions'
    ) < 2
  union all
  select 'a completed film has the sound of each scene', scenes.scene_id
  from public.scenes
  join public.projects using (project_id)
  where projects.status = 'completed'
    and coalesce(scenes.audio_url, scenes.voice_over) is not null
    and private.film_part(projects.project_id, 'mux_audio', private.mux_input(scenes)) is null
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

--! included supabase/schemas/0345_function_broken_ledger.sql
create or replace function private.broken_ledger()
returns table (invariant text, id text)
language sql
stable
security invoker
set search_path = ''
as $$
  select 'what is reserved and spent in the ledger is what the attempts say', attempts.attempt_id
  from private.attempts
  left join lateral (
    select
      coalesce(sum(case ledger.kind when 'reserve' then ledger.usd when 'release' then -ledger.usd end), 0) as reserved,
      coalesce(sum(ledger.usd) filter (where ledger.kind = 'settle'), 0) as spent
    from private.ledger
    where ledger.attempt_id = attempts.attempt_id
  ) as entries on true
  where entries.reserved <> case when attempts.ended_at is null then coalesce(attempts.estimated_cost_usd, 0) else 0 end
    or entries.spent <> case when attempts.ended_at is null then 0 else coalesce(private.attempt_cost(attempts), 0) end
  union all
  select 'a film costs no more than was estimated', projects.project_id
  from public.projects
  where projects.estimated_cost_usd < private.spent_on(projects.project_id)
  union all
  select 'a test costs nothing', projects.project_id
  from public.projects
  where projects.execution_mode = 'test'
    and exists (select 1 from private.ledger where ledger.project_id = projects.project_id);
$$;

comment on function private.broken_ledger() is 'Broken invariants of money.';

revoke execute on function private.broken_ledger() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0345_function_broken_messages.sql
-- Deliveries are looked for while they are kept, at most a week back. The time is asked for once: asked
-- for at each row of a million, it would take longer than all else, and use no index.

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
    and projects.updated_at > (
      select greatest(private.kept_since('deliveries'), private.clock() - interval '7 days')
    )
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
    and projects.updated_at > (
      select greatest(private.kept_since('deliveries'), private.clock() - interval '7 days')
    )
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
    and endpoints.updated_at < (select private.clock()) - interval '2 minutes'
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
    and webhook_logs.received_at > (select private.clock()) - interval '1 day'
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
  select broken.invariant, broken.id from private.broken_messages() as broken
  union all
  select broken.invariant, broken.id from private.broken_ledger() as broken;
$$;

comment on function private.check_invariants() is
'One row for each broken invariant, none when all is well. Run by tests and by whoever is on call.';

revoke execute on function private.check_invariants() from public, anon, authenticated, service_role;
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
    and steps.due_at < (select private.clock()) - interval '10 minutes'
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
    and webhook_deliveries.due_at < (select private.clock()) - interval '10 minutes'
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
    and delivery_lanes.first_failed_at < (select private.clock()) - interval '1 hour'
  union all
  select
    'provider held',
    providers.name,
    null,
    providers.updated_at,
    format('It gets nothing new until %s: %s', providers.held_until, coalesce(providers.hold_reason, 'no reason is known'))
  from private.providers
  where providers.held_until > (select private.clock())
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
    and webhook_logs.received_at < (select private.clock()) - interval '1 hour'
  union all
  select
    'bell unanswered',
    'bell',
    null,
    bell.unanswered_since,
    'No runner answers: do the functions'' URL and the bell''s secret in Vault match, and does pg_net deliver?'
  from private.bell
  where bell.unanswered_since < (select private.clock()) - interval '1 minute'
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

--! included supabase/schemas/0399_function_broadcast.sql
-- Supabase Realtime carries it to whoever listens on the private channel project:<id>. A broadcast is
-- a convenience: where Realtime is not there, or fails, the film goes on and nobody is told here.

create or replace function private.broadcast(p_project_id text, p_event text, p_payload jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if to_regnamespace('realtime') is null or to_regprocedure('realtime.send(jsonb,text,text,boolean)') is null then
    return;
  end if;

  begin
    execute 'select realtime.send($1, $2, $3, true)' using p_payload, p_event, 'project:' || p_project_id;
  exception
    when others then
      raise warning 'Cannot broadcast % of project "%": %', p_event, p_project_id, sqlerrm;
  end;
end;
$$;

comment on function private.broadcast(text, text, jsonb) is
'Sends an event to the private Realtime channel project:<id>, where there is Realtime; never fails.';

revoke execute on function private.broadcast(text, text, jsonb) from public, anon, authenticated, service_role;
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
  if new.callback_url is not null then
    if exists (
      select 1
      from private.job_requests
      where job_requests.project_id = new.project_id
        and 'video.generation.progress' = any (job_requests.events)
    ) then
      perform private.queue_delivery(new, 'video.generation.progress');
    end if;
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

--! included supabase/schemas/0416_trigger_projects_broadcast.sql
-- A film has come further or changed its status → whoever listens hears where it stands.

create or replace function private.tg_projects__broadcast()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform private.broadcast(new.project_id, 'task', private.video_task(new));
  return null;
end;
$$;

comment on function private.tg_projects__broadcast() is
'Status or progress has changed → Realtime event task: {task_id, status, progress_percentage, video_url, error}.';

revoke execute on function private.tg_projects__broadcast() from public, anon, authenticated, service_role;

create or replace trigger _700_broadcast after update of status, progress on public.projects
for each row when (old.status is distinct from new.status or old.progress is distinct from new.progress)
execute function private.tg_projects__broadcast();
--! end included

--! included supabase/schemas/0416_trigger_projects_tell_stage.sql
-- The stitching begins → a delivery, to those who asked for it. A paused film gets that far too, and tells it then:
-- when it is resumed nothing new begins.

create or replace function private.tg_projects__tell_stage()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform private.queue_stage(new.project_id, 'stitching.started', null);
  return null;
end;
$$;

comment on function private.tg_projects__tell_stage() is 'A project''s new status, or what it is paused from → stitching.started.';

revoke execute on function private.tg_projects__tell_stage() from public, anon, authenticated, service_role;

create or replace trigger _400_tell_stage after update of status on public.projects
for each row when (
  coalesce(new.paused_from, new.status) = 'stitching'
  and coalesce(old.paused_from, old.status) <> 'stitching'
)
execute function private.tg_projects__tell_stage();
--! end included

--! included supabase/schemas/0421_trigger_scenes_broadcast.sql
-- A scene's new status → whoever listens to its film hears of it, with the clip where there is one.

create or replace function private.tg_scenes__broadcast()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform private.broadcast(new.project_id, 'scene.' || new.status, jsonb_build_object(
    'scene_id', new.scene_id, 'position', new.position, 'status', new.status, 'video_url', new.video_url
  ));
  return null;
end;
$$;

comment on function private.tg_scenes__broadcast() is
'A scene''s status has changed → Realtime event scene.<status>: {scene_id, position, status, video_url}.';

revoke execute on function private.tg_scenes__broadcast() from public, anon, authenticated, service_role;

create or replace trigger _700_broadcast after update of status on public.scenes
for each row when (old.status is distinct from new.status) execute function private.tg_scenes__broadcast();
--! end included

--! included supabase/schemas/0425_trigger_attempts_keep_ledger.sql
-- Estimate and cost of an attempt, before and after: the ledger gets the difference.

create or replace function private.tg_attempts__keep_ledger()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_was_over boolean := tg_op = 'UPDATE' and old.ended_at is not null;
  v_reserved numeric := case when new.ended_at is null then new.estimated_cost_usd else 0 end;
  v_reserved_before numeric := case when tg_op = 'UPDATE' and not v_was_over then old.estimated_cost_usd else 0 end;
  v_spent numeric := case when new.ended_at is null then 0 else private.attempt_cost(new) end;
  v_spent_before numeric := case when v_was_over then private.attempt_cost(old) else 0 end;
begin
  insert into private.ledger (project_id, user_id, attempt_id, kind, usd)
  select steps.project_id, steps.user_id, new.attempt_id, entry.kind, entry.usd
  from private.steps
  cross join (values
    ('reserve', coalesce(v_reserved, 0) - coalesce(v_reserved_before, 0)),
    ('release', coalesce(v_reserved_before, 0) - coalesce(v_reserved, 0)),
    ('settle', coalesce(v_spent, 0) - coalesce(v_spent_before, 0))
  ) as entry (kind, usd)
  where steps.step_id = new.step_id
    and (entry.usd > 0 or (entry.kind = 'settle' and entry.usd < 0));
  return null;
end;
$$;

comment on function private.tg_attempts__keep_ledger() is
'An attempt begins → reserve. It ends → release and settle. Its cost is learnt, or learnt anew → settle the difference.';

revoke execute on function private.tg_attempts__keep_ledger() from public, anon, authenticated, service_role;

create or replace trigger _500_keep_ledger_inserted after insert on private.attempts
for each row when (new.estimated_cost_usd > 0) execute function private.tg_attempts__keep_ledger();

create or replace trigger _500_keep_ledger_updated
after update of status, ended_at, request_id, estimated_cost_usd, actual_cost_usd on private.attempts
for each row when (
  new.ended_at is not null and coalesce(new.estimated_cost_usd, new.actual_cost_usd) > 0
  or new.estimated_cost_usd is distinct from old.estimated_cost_usd
  or new.actual_cost_usd is distinct from old.actual_cost_usd
)
execute function private.tg_attempts__keep_ledger();
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

--! included supabase/schemas/0435_trigger_webhook_deliveries_limit_tries.sql
-- A job may ask for fewer tries of its deliveries than the schedule has. A try counts once its result
-- is on record: one whose runner was lost may never have been sent.

create or replace function private.tg_webhook_deliveries__limit_tries()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if new.attempt_count >= (
    select (projects.metadata #>> '{webhook_retry,max_attempts}')::integer
    from public.projects
    join private.job_requests using (project_id)
    where projects.project_id = new.project_id
      and job_requests.via = 'videos'
  ) and exists (
    select 1
    from public.webhook_delivery_attempts
    where webhook_delivery_attempts.delivery_id = new.delivery_id
      and webhook_delivery_attempts.number = new.attempt_count
  ) then
    new.status := 'dead';
  end if;
  return new;
end;
$$;

comment on function private.tg_webhook_deliveries__limit_tries() is
'delivering → dead instead of pending, after webhook_retry.max_attempts of a job of the door videos.';

revoke execute on function private.tg_webhook_deliveries__limit_tries() from public, anon, authenticated, service_role;

create or replace trigger _300_limit_tries before update of status on public.webhook_deliveries
for each row when (old.status = 'delivering' and new.status = 'pending' and new.endpoint_id is null)
execute function private.tg_webhook_deliveries__limit_tries();
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

--! included supabase/schemas/0500_function_approve_project.sql
-- project paused, awaiting approval → where it was
--
-- Approving a budget raises max_cost_usd to the estimate that was seen, or, while scenes are being written,
-- to the least that the film can cost; one that nobody could estimate has no limit from then on.

create or replace function public.approve_project(
  p_project_id text,
  p_reason text default null,
  p_stage text default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_project public.projects := private.lock_project(p_project_id, 'approve');
  v_usd numeric := coalesce(
    v_project.estimated_cost_usd, (select film.usd from private.least_cost(p_project_id) as film)
  );
begin
  if v_project.status <> 'paused' or v_project.awaiting_approval is null
    or v_project.awaiting_approval <> coalesce(p_stage, v_project.awaiting_approval) then
    raise exception 'Cannot approve % of project "%": it awaits %', coalesce(p_stage, 'anything'), p_project_id,
      case when v_project.status = 'paused' then coalesce(v_project.awaiting_approval, 'no approval') else 'no approval' end
      using errcode = 'RL409';
  end if;

  update public.projects
  set
    status = projects.paused_from,
    paused_from = null,
    awaiting_approval = null,
    stop_at = case when projects.stop_at <> projects.awaiting_approval then projects.stop_at end,
    max_cost_usd = case
      when projects.awaiting_approval <> 'budget' then projects.max_cost_usd
      when v_usd is not null then greatest(projects.max_cost_usd, v_usd)
    end
  where projects.project_id = p_project_id;

  update private.steps
  set due_at = private.clock(), updated_at = private.clock()
  where steps.project_id = p_project_id
    and steps.status = 'queued'
    and steps.due_at = 'infinity';

  perform private.record_event(p_project_id, 'project.approved', null, null, jsonb_build_object(
    'stage', v_project.awaiting_approval, 'reason', p_reason, 'estimated_cost_usd', v_usd
  ));
  perform private.prepare_film(p_project_id);
  return private.verb_answer(v_project) || jsonb_build_object('approved', v_project.awaiting_approval);
end;
$$;

comment on function public.approve_project(text, text, text) is
'paused, awaiting approval → paused_from. {project_id, was, status, requests_given_up, approved}. Raises RL404, and RL409 where nothing, or something else than p_stage, awaits it.';

revoke execute on function public.approve_project(text, text, text) from public, anon, authenticated;
grant execute on function public.approve_project(text, text, text) to service_role;
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
  set status = 'cancelled', paused_from = null, awaiting_approval = null, error_message = coalesce(p_reason, 'Cancelled on request')
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

--! included supabase/schemas/0500_function_prefer_project.sql
-- The version that is meant when somebody speaks of the video; nothing is made or stored anew.

create or replace function public.prefer_project(p_project_id text, p_reason text default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_project public.projects := private.lock_project(p_project_id, 'prefer');
begin
  if v_project.status <> 'completed' then
    raise exception 'Cannot prefer project "%": it is %, and only a completed one can be preferred',
      p_project_id, v_project.status using errcode = 'RL409';
  end if;

  update public.projects
  set preferred_at = private.clock()
  where projects.project_id = p_project_id
    and projects.project_id is distinct from (
      select chosen.project_id from private.preferred_version(v_project.user_id, v_project.video_id) as chosen
      where chosen.preferred_at is not null
    );

  if found then
    perform private.record_event(p_project_id, 'project.preferred', null, null, jsonb_strip_nulls(jsonb_build_object(
      'version', v_project.version, 'reason', p_reason
    )));
  end if;
  return private.verb_answer(v_project) || jsonb_build_object('preferred', true);
end;
$$;

comment on function public.prefer_project(text, text) is
'Makes a completed film the preferred version of its video; idempotent. {project_id, was, status, requests_given_up, preferred}. Raises RL404, RL409.';

revoke execute on function public.prefer_project(text, text) from public, anon, authenticated;
grant execute on function public.prefer_project(text, text) to service_role;
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

  if v_project.status = 'paused' and v_project.awaiting_approval is not null then
    raise exception 'Cannot resume project "%": it awaits an approval of its %', p_project_id, v_project.awaiting_approval
      using errcode = 'RL409';
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
'paused → paused_from; idempotent. {project_id, was, status, requests_given_up}. Raises RL404, and RL409 when the film has ended or awaits an approval.';

revoke execute on function public.resume_project(text, text) from public, anon, authenticated;
grant execute on function public.resume_project(text, text) to service_role;
--! end included

--! included supabase/schemas/0505_function_cancel_video_task.sql
-- project queued | storyboarding | generating | stitching | paused → cancelled, in the words of the
-- door videos, where whatever has ended cannot be cancelled any more.

create or replace function public.cancel_video_task(p_project_id text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_answer jsonb := public.cancel_project(p_project_id, 'Video generation was cancelled by user request');
begin
  if v_answer ->> 'was' = 'cancelled' then
    raise exception 'Cannot cancel project "%": it is cancelled already', p_project_id using errcode = 'RL409';
  end if;

  return (
    select private.video_task(projects)
    from public.projects
    where projects.project_id = p_project_id
  );
end;
$$;

comment on function public.cancel_video_task(text) is
'→ cancelled. {task_id, status, progress_percentage, video_url, error}. Raises RL404, and RL409 when the film has ended. Called by videos.';

revoke execute on function public.cancel_video_task(text) from public, anon, authenticated;
grant execute on function public.cancel_video_task(text) to service_role;
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
        and cuts.continuity <> 'last_frame'
    );
$$;

comment on function private.chained_scenes(text) is
'The scene and all that continue from its last frame, directly or through others, in order.';

revoke execute on function private.chained_scenes(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0530_function_close_steps.sql
-- steps of these scenes, and of the film as a whole but for its sound and the images that it still
-- needs → cancelled; their requests are given up

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
      and (
        p_scene_ids is null
        -- Sound is made from words alone, which another take does not change.
        or (steps.scene_id is null or steps.scene_id = any (p_scene_ids))
        and steps.kind not in ('generate_voice', 'generate_music', 'level_music')
        and not (
          steps.kind = 'reframe_image'
          and exists (
            select 1
            from private.missing_stills(p_project_id) as stills
            where stills.image_url = steps.input ->> 'image_url'
              and stills.aspect_ratio = steps.input ->> 'aspect_ratio'
          )
        )
      )
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
'Cancels the open steps of these scenes and of the film as a whole, but for voices, music and images that are still to be reframed (null: all of the project''s), and gives their requests up. Called once the new takes are there.';

revoke execute on function private.close_steps(text, text[]) from public, anon, authenticated, service_role;
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
    'quality_score', scenes.quality_score,
    'input_hash', scenes.input_hash
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
  -- The clip before it ends with the image that is changed.
  if p_changes ->> 'image_url' is not null and v_scene.continuity = 'shared_keyframe' then
    v_followers := (
      select private.chained_scenes(scenes.scene_id)
      from public.scenes
      where scenes.project_id = v_scene.project_id
        and scenes.position = v_scene.position - 1
    ) || v_followers;
  end if;
  select max(video_chunks.take) + 1
  into v_take
  from public.video_chunks
  where video_chunks.scene_id = any (v_followers);

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
    input_hash = null,
    reframed_image_url = case
      when scenes.scene_id = p_scene_id and p_changes ->> 'image_url' <> scenes.image_url then null
      when scenes.scene_id = p_scene_id and p_changes ->> 'image_url' is not null and scenes.image_url is null then null
      else scenes.reframed_image_url
    end,
    prompt = case when scenes.scene_id = p_scene_id then coalesce(p_changes ->> 'prompt', scenes.prompt) else scenes.prompt end,
    image_url = case when scenes.scene_id = p_scene_id then coalesce(p_changes ->> 'image_url', scenes.image_url) else scenes.image_url end
  where scenes.scene_id = any (v_followers);

  perform private.close_steps(v_project.project_id, v_followers);
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
-- One that is not that far yet stays where it is, and one without scenes is written for again.

create or replace function private.reopen_project(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_is_generated boolean;
  v_brief jsonb;
begin
  if not exists (select 1 from public.scenes where scenes.project_id = p_project_id) then
    select steps.input
    into v_brief
    from private.steps
    where steps.project_id = p_project_id
      and steps.kind = 'storyboard'
    order by steps.created_at desc
    limit 1;
    if v_brief is null then
      raise exception 'Cannot retry project "%": it has no scenes, and what they would be written from is not kept any more; its job can be sent again',
        p_project_id using errcode = 'RL409';
    end if;
    update public.projects
    set status = 'storyboarding', error_message = null, completed_at = null, progress = 0
    where projects.project_id = p_project_id;
    perform private.add_step(p_project_id, 'storyboard', null, null, v_brief);
    perform private.prepare_film(p_project_id);
    return;
  end if;

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
  perform private.prepare_film(p_project_id);
end;
$$;

comment on function private.reopen_project(text) is
'→ generating | stitching, and queues what is missing. Raises RL409 where a storyboard is missing and its step is pruned. The caller holds the project''s lock.';

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
    quality_score = (clip.metadata -> 'scene' ->> 'quality_score')::numeric,
    input_hash = clip.metadata -> 'scene' ->> 'input_hash'
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
      error_logs.created_at > (select private.clock()) - interval '1 hour' as is_last_hour
    from public.error_logs
    where error_logs.created_at > (select private.clock()) - interval '24 hours'
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
    select
      webhook_logs.source,
      webhook_logs.status,
      webhook_logs.outcome,
      webhook_logs.duplicate_count,
      webhook_logs.duration_ms,
      -- Bodies are read of few alone.
      webhook_logs.outcome is null and private.is_malformed(webhook_logs) as is_malformed
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

--! included supabase/schemas/0650_function_scene_takes.sql
create or replace function private.scene_takes(p_scene_id text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      jsonb_build_object('take', takes.take, 'selected', takes.selected, 'status', takes.status, 'clips', takes.clips)
      order by takes.take
    ),
    '[]'
  )
  from (
    select
      video_chunks.take,
      bool_and(video_chunks.selected) as selected,
      case
        when bool_and(video_chunks.status = 'COMPLETED') then 'completed'
        when bool_or(video_chunks.status = 'FAILED') then 'failed'
        when bool_or(video_chunks.status = 'CANCELLED') then 'cancelled'
        else 'open'
      end as status,
      jsonb_agg(
        jsonb_build_object(
          'model', video_chunks.model,
          'prompt', video_chunks.prompt,
          'video_url', video_chunks.kling_video_url,
          'input_hash', video_chunks.input_hash,
          'reused_from', video_chunks.metadata ->> 'reused_from'
        )
        order by video_chunks.position
      ) as clips
    from public.video_chunks
    where video_chunks.scene_id = p_scene_id
    group by video_chunks.take
  ) as takes;
$$;

comment on function private.scene_takes(text) is 'The takes of a scene, each with its clips; a completed one can be selected.';

revoke execute on function private.scene_takes(text) from public, anon, authenticated, service_role;
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
    'end_image_url', private.end_image(scenes.scene_id),
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

--! included supabase/schemas/0655_function_read_versions.sql
-- All films of a video, the newest first, each with its scenes and their takes.

create or replace function public.read_versions(p_project_id text, p_token text, p_trusted boolean)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'video_id', projects.video_id,
    'versions', (
      select jsonb_agg(jsonb_build_object(
        'task_id', versions.project_id,
        'version', versions.version,
        'revision_of', versions.revision_of,
        'status', versions.status,
        'preferred', versions.project_id = (
          select chosen.project_id from private.preferred_version(projects.user_id, projects.video_id) as chosen
        ) is true,
        'final_video_url', versions.final_video_url,
        'cut_hash', versions.cut_hash,
        'cost_usd', private.spent_on(versions.project_id),
        'created_at', versions.created_at,
        'scenes', (
          select coalesce(jsonb_agg(
            jsonb_build_object(
              'scene_id', scenes.scene_id,
              'position', scenes.position,
              'prompt', scenes.prompt,
              'input_hash', scenes.input_hash,
              'takes', private.scene_takes(scenes.scene_id)
            )
            order by scenes.position
          ), '[]')
          from public.scenes
          where scenes.project_id = versions.project_id
        )
      ) order by versions.version desc)
      from public.projects as versions
      where versions.user_id = projects.user_id
        and versions.video_id = projects.video_id
    )
  )
  from public.projects
  where projects.project_id = p_project_id
    and (p_trusted or private.is_signed('task', p_project_id, p_token));
$$;

comment on function public.read_versions(text, text, boolean) is
'{video_id, versions: [{task_id, version, …, scenes: [{…, takes}]}]} of the video that this project is of; null for an unknown id or a wrong token. Called by webhook.';

revoke execute on function public.read_versions(text, text, boolean) from public, anon, authenticated;
grant execute on function public.read_versions(text, text, boolean) to service_role;
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
-- p_filter: statuses (without: dead, skipped), endpoint_id, user_id, project_id, type, from, to; each may be absent or
-- null. What an endpoint does not want is sent to it only where somebody says so. A batch fits a project or a type by
-- what travelled in it, and a user by its endpoint.

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
      array['dead', 'skipped']
    ))
    and (p_filter ->> 'endpoint_id' is null or ended.endpoint_id = p_filter ->> 'endpoint_id')
    and (
      (
        (p_filter ->> 'project_id' is null or ended.project_id = p_filter ->> 'project_id')
        and (p_filter ->> 'type' is null or ended.type = p_filter ->> 'type')
      )
      or ended.type = 'batch'
      and exists (
        select 1
        from public.webhook_deliveries as event
        where event.batch_id = ended.delivery_id
          and (p_filter ->> 'project_id' is null or event.project_id = p_filter ->> 'project_id')
          and (p_filter ->> 'type' is null or event.type = p_filter ->> 'type')
      )
    )
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
      or exists (
        select 1
        from private.endpoints
        where endpoints.endpoint_id = ended.endpoint_id
          and endpoints.user_id = p_filter ->> 'user_id'
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

--! included supabase/schemas/0670_function_list_model_fallbacks.sql
create or replace function public.list_model_fallbacks()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(model_fallbacks) order by model_fallbacks.model), '[]')
  from private.model_fallbacks;
$$;

comment on function public.list_model_fallbacks() is '[{model, fallback, takes_end_frame, updated_at}]. Called by webhook-manage.';

revoke execute on function public.list_model_fallbacks() from public, anon, authenticated;
grant execute on function public.list_model_fallbacks() to service_role;
--! end included

--! included supabase/schemas/0670_function_put_model_fallback.sql
create or replace function public.put_model_fallback(
  p_model text,
  p_fallback text,
  p_takes_end_frame boolean default false
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if p_fallback is null then
    delete from private.model_fallbacks where model_fallbacks.model = p_model;
  elsif p_fallback = p_model then
    raise exception 'Cannot let "%" stand in for itself', p_model using errcode = 'RL400';
  else
    insert into private.model_fallbacks (model, fallback, takes_end_frame, updated_at)
    values (p_model, p_fallback, p_takes_end_frame, private.clock())
    on conflict (model) do update set
      fallback = excluded.fallback,
      takes_end_frame = excluded.takes_end_frame,
      updated_at = excluded.updated_at;
  end if;

  return jsonb_build_object('model', p_model, 'fallback', p_fallback);
end;
$$;

comment on function public.put_model_fallback(text, text, boolean) is
'Which model makes a clip where p_model refuses it or is down; null: none. The caller has checked that it can. Raises RL400.';

revoke execute on function public.put_model_fallback(text, text, boolean) from public, anon, authenticated;
grant execute on function public.put_model_fallback(text, text, boolean) to service_role;
--! end included

--! included supabase/schemas/0680_function_delivery_doc.sql
create or replace function private.delivery_doc(p_delivery public.webhook_deliveries)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select to_jsonb(p_delivery) - 'claim_token' - 'body' || jsonb_build_object(
    'url', private.without_query(p_delivery.url)
  );
$$;

comment on function private.delivery_doc(public.webhook_deliveries) is
'A delivery as lists show it: no body, no claim token, no query of the clients URL.';

revoke execute on function private.delivery_doc(public.webhook_deliveries) from public, anon, authenticated, service_role;
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

--! included supabase/schemas/0680_function_project_card.sql
create or replace function private.project_card(p_project public.projects)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'project_id', p_project.project_id,
    'video_id', p_project.video_id,
    'version', p_project.version,
    'user_id', p_project.user_id,
    'user_name', p_project.user_name,
    'prompt', left(p_project.prompt, 200),
    'status', p_project.status,
    'paused_from', p_project.paused_from,
    'awaiting_approval', p_project.awaiting_approval,
    'progress', p_project.progress,
    'final_video_url', p_project.final_video_url,
    'duration', p_project.duration,
    'error_message', left(p_project.error_message, 500),
    'created_at', p_project.created_at,
    'updated_at', p_project.updated_at,
    'completed_at', p_project.completed_at,
    'poster_url', coalesce(p_project.thumbnail_url, (
      select coalesce(scenes.thumbnail_url, scenes.last_frame_url, scenes.image_url)
      from public.scenes
      where scenes.project_id = p_project.project_id
        and coalesce(scenes.thumbnail_url, scenes.last_frame_url, scenes.image_url) is not null
      order by scenes.position
      limit 1
    )),
    'scenes', coalesce(
      (
        select jsonb_agg(
          jsonb_build_object(
            'position', scenes.position,
            'status', scenes.status,
            'prompt', left(scenes.prompt, 120),
            'progress', (
              select coalesce(round(avg(video_chunks.progress)), 0)
              from public.video_chunks
              where video_chunks.scene_id = scenes.scene_id
                and video_chunks.selected
            )
          )
          order by scenes.position
        )
        from public.scenes
        where scenes.project_id = p_project.project_id
      ),
      '[]'
    ),
    'usd', (
      select coalesce(sum(private.attempt_cost(attempts)), 0)
      from private.steps
      join private.attempts using (step_id)
      where steps.project_id = p_project.project_id
        and steps.kind <> 'cancel_request'
    )
  );
$$;

comment on function private.project_card(public.projects) is
'A film as lists show it: where it stands, scene by scene, a picture of it, and what it cost so far.';

revoke execute on function private.project_card(public.projects) from public, anon, authenticated, service_role;
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

--! included supabase/schemas/0682_function_list_projects.sql
-- Ids sort by time, so the last one of a page is where the next one begins. The plan has to know the
-- filters, else every page would read all films: hence force_custom_plan.

create or replace function public.list_projects(p_filter jsonb default '{}', p_before text default null, p_limit integer default 50)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_statuses text[] := case when jsonb_typeof(p_filter -> 'statuses') = 'array'
    then array(select jsonb_array_elements_text(p_filter -> 'statuses')) end;
  v_status text := case when cardinality(v_statuses) = 1 then v_statuses[1] end;
  v_user_id text := p_filter ->> 'user_id';
  v_search text := p_filter ->> 'search';
  v_docs jsonb;
  v_count integer;
  v_last text;
begin
  select
    coalesce(jsonb_agg(private.project_card(page) order by page.project_id desc), '[]'),
    count(*),
    min(page.project_id)
  into v_docs, v_count, v_last
  from (
    select projects.*
    from public.projects
    where (p_before is null or projects.project_id < p_before)
      and (v_status is null or projects.status = v_status)
      and (v_statuses is null or projects.status = any (v_statuses))
      and (v_user_id is null or projects.user_id = v_user_id)
      and (
        v_search is null
        or v_search in (projects.project_id, projects.video_id, projects.user_id, projects.chat_id)
        or strpos(lower(projects.prompt), lower(v_search)) > 0
      )
    order by projects.project_id desc
    limit p_limit
  ) as page;

  return jsonb_build_object('docs', v_docs, 'next', case when v_count = p_limit then v_last end);
end;
$$;

comment on function public.list_projects(jsonb, text, integer) is
'{docs, next}: the newest films behind p_before; p_filter {statuses, user_id, search}, search being an id or a part of the prompt. Called by webhook-manage.';

revoke execute on function public.list_projects(jsonb, text, integer) from public, anon, authenticated;
grant execute on function public.list_projects(jsonb, text, integer) to service_role;
--! end included

--! included supabase/schemas/0682_function_page_callbacks.sql
-- Ids sort by time, so the last one of a page is where the next one begins. Among a million rows the
-- plan has to know the filters: hence force_custom_plan, and an index for each that is selective.

create or replace function public.page_callbacks(p_filter jsonb default '{}', p_before text default null, p_limit integer default 50)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_source text := p_filter ->> 'source';
  v_status text := p_filter ->> 'status';
  v_outcome text := p_filter ->> 'outcome';
  v_project_id text := p_filter ->> 'project_id';
  v_request_id text := p_filter ->> 'request_id';
  v_docs jsonb;
  v_count integer;
  v_last text;
begin
  perform private.check_source(v_source);

  select
    coalesce(jsonb_agg(
      private.callback_doc(page) - 'data' || jsonb_build_object(
        'is_token_wrong', page.is_token_wrong,
        'is_malformed', private.is_malformed(page)
      )
      order by page.webhook_log_id desc
    ), '[]'),
    count(*),
    min(page.webhook_log_id)
  into v_docs, v_count, v_last
  from (
    select webhook_logs.*
    from public.webhook_logs
    where (p_before is null or webhook_logs.webhook_log_id < p_before)
      and case when v_source = 'custom' then private.is_of_source(webhook_logs, 'custom') else true end
      and (v_source is null or v_source = 'custom' or webhook_logs.source = v_source)
      and (v_status is null or webhook_logs.status = v_status)
      and (v_outcome is null or webhook_logs.outcome = v_outcome)
      and (v_project_id is null or webhook_logs.project_id = v_project_id)
      and (v_request_id is null or webhook_logs.request_id = v_request_id)
    order by webhook_logs.webhook_log_id desc
    limit p_limit
  ) as page;

  return jsonb_build_object('docs', v_docs, 'next', case when v_count = p_limit then v_last end);
end;
$$;

comment on function public.page_callbacks(jsonb, text, integer) is
'{docs, next}: the newest callbacks behind p_before, without their bodies; p_filter {source, status, outcome, project_id, request_id}. Raises RL400. Called by webhook-manage.';

revoke execute on function public.page_callbacks(jsonb, text, integer) from public, anon, authenticated;
grant execute on function public.page_callbacks(jsonb, text, integer) to service_role;
--! end included

--! included supabase/schemas/0682_function_page_deliveries.sql
-- As page_callbacks: keyset by id, planned with its filters.

create or replace function public.page_deliveries(p_filter jsonb default '{}', p_before text default null, p_limit integer default 50)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_status text := p_filter ->> 'status';
  v_type text := p_filter ->> 'type';
  v_project_id text := p_filter ->> 'project_id';
  v_endpoint_id text := p_filter ->> 'endpoint_id';
  v_docs jsonb;
  v_count integer;
  v_last text;
begin
  select
    coalesce(jsonb_agg(private.delivery_doc(page) order by page.delivery_id desc), '[]'),
    count(*),
    min(page.delivery_id)
  into v_docs, v_count, v_last
  from (
    select webhook_deliveries.*
    from public.webhook_deliveries
    where (p_before is null or webhook_deliveries.delivery_id < p_before)
      and (v_status is null or webhook_deliveries.status = v_status)
      and (v_type is null or webhook_deliveries.type = v_type)
      and (v_project_id is null or webhook_deliveries.project_id = v_project_id)
      and (v_endpoint_id is null or webhook_deliveries.endpoint_id = v_endpoint_id)
    order by webhook_deliveries.delivery_id desc
    limit p_limit
  ) as page;

  return jsonb_build_object('docs', v_docs, 'next', case when v_count = p_limit then v_last end);
end;
$$;

comment on function public.page_deliveries(jsonb, text, integer) is
'{docs, next}: the newest deliveries behind p_before, without their bodies; p_filter {status, type, project_id, endpoint_id}. Called by webhook-manage.';

revoke execute on function public.page_deliveries(jsonb, text, integer) from public, anon, authenticated;
grant execute on function public.page_deliveries(jsonb, text, integer) to service_role;
--! end included

--! included supabase/schemas/0682_function_page_errors.sql
create or replace function public.page_errors(p_filter jsonb default '{}', p_before bigint default null, p_limit integer default 50)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_type text := p_filter ->> 'type';
  v_severity text := p_filter ->> 'severity';
  v_docs jsonb;
  v_count integer;
  v_last bigint;
begin
  select
    coalesce(jsonb_agg(to_jsonb(page) order by page.error_log_id desc), '[]'),
    count(*),
    min(page.error_log_id)
  into v_docs, v_count, v_last
  from (
    select error_logs.*
    from public.error_logs
    where (p_before is null or error_logs.error_log_id < p_before)
      and (v_type is null or error_logs.type = v_type)
      and (v_severity is null or error_logs.severity = v_severity)
    order by error_logs.error_log_id desc
    limit p_limit
  ) as page;

  return jsonb_build_object('docs', v_docs, 'next', case when v_count = p_limit then v_last::text end);
end;
$$;

comment on function public.page_errors(jsonb, bigint, integer) is
'{docs, next}: the newest rows of error_logs behind p_before; p_filter {type, severity}. Called by webhook-manage.';

revoke execute on function public.page_errors(jsonb, bigint, integer) from public, anon, authenticated;
grant execute on function public.page_errors(jsonb, bigint, integer) to service_role;
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

--! included supabase/schemas/0684_function_browse_delivery.sql
create or replace function public.browse_delivery(p_delivery_id text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select private.delivery_doc(webhook_deliveries) || jsonb_build_object(
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

comment on function public.browse_delivery(text) is
'All of one delivery, with the exact body and every try; null for an unknown id. Called by webhook-manage.';

revoke execute on function public.browse_delivery(text) from public, anon, authenticated;
grant execute on function public.browse_delivery(text) to service_role;
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

--! included supabase/schemas/0684_function_read_error_series.sql
create or replace function public.read_error_series(p_seconds numeric default 86400, p_buckets integer default 48)
returns jsonb
language sql
volatile
security definer
set search_path = ''
as $$
  with
  -- The width of a bucket, and where the first one begins: the last one ends now
  frame as materialized (
    select
      make_interval(secs => (p_seconds / p_buckets)::double precision) as width,
      private.clock() - make_interval(secs => p_seconds::double precision) as since
  ),
  -- What went wrong, by bucket and type
  counted as (
    select
      least(floor(extract(epoch from error_logs.created_at - frame.since) * p_buckets / p_seconds)::integer, p_buckets - 1) as bucket,
      error_logs.type,
      count(*) as n
    from frame
    join public.error_logs on error_logs.created_at >= frame.since
    group by 1, 2
  ),
  -- By bucket
  filled as materialized (
    select counted.bucket, jsonb_object_agg(counted.type, counted.n) as by_type
    from counted
    group by counted.bucket
  )
  select jsonb_build_object(
    'since', frame.since,
    'bucket_s', p_seconds / p_buckets,
    'buckets', (
      select jsonb_agg(
        jsonb_build_object('at', frame.since + frame.width * numbers.bucket, 'by_type', coalesce(filled.by_type, '{}'))
        order by numbers.bucket
      )
      from generate_series(0, p_buckets - 1) as numbers (bucket)
      left join filled on filled.bucket = numbers.bucket
    )
  )
  from frame;
$$;

comment on function public.read_error_series(numeric, integer) is
'{since, bucket_s, buckets: [{at, by_type}]}: errors over the last p_seconds, the oldest bucket first. Called by webhook-manage.';

revoke execute on function public.read_error_series(numeric, integer) from public, anon, authenticated;
grant execute on function public.read_error_series(numeric, integer) to service_role;
--! end included

--! included supabase/schemas/0684_function_read_overview.sql
create or replace function public.read_overview()
returns jsonb
language sql
volatile
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'is_paused', exists (select 1 from private.providers where providers.name = '*' and providers.is_paused),
    'by_status', coalesce(
      (
        select jsonb_object_agg(counted.status, counted.n)
        from (select projects.status, count(*) as n from public.projects group by projects.status) as counted
      ),
      '{}'
    ),
    'spent_today_usd', private.spent_today(),
    'budget_left_usd', private.budget_left(),
    'failed_callbacks', (select count(*) from public.webhook_logs where webhook_logs.status = 'error'),
    'buffered_callbacks', (select count(*) from public.webhook_logs where webhook_logs.status = 'pending'),
    'dead_deliveries', (select count(*) from public.webhook_deliveries where webhook_deliveries.status = 'dead'),
    'errors_last_hour', (
      select count(*) from public.error_logs where error_logs.created_at > (select private.clock()) - interval '1 hour'
    )
  );
$$;

comment on function public.read_overview() is
'The figures that an operator sees first: films by status, money of today, what failed and waits for somebody. Called by webhook-manage.';

revoke execute on function public.read_overview() from public, anon, authenticated;
grant execute on function public.read_overview() to service_role;
--! end included

--! included supabase/schemas/0684_function_read_queue.sql
create or replace function public.read_queue(p_limit integer default 100)
returns jsonb
language sql
volatile
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'depth', (
      select coalesce(jsonb_agg(to_jsonb(depth) order by depth.what, depth.status, depth.provider), '[]')
      from (
        select
          queue_depth.what,
          queue_depth.status,
          queue_depth.provider,
          queue_depth.items,
          queue_depth.due,
          queue_depth.paused,
          nullif(queue_depth.first_due_at, 'infinity') as first_due_at
        from private.queue_depth
      ) as depth
    ),
    'stuck', (
      select coalesce(jsonb_agg(to_jsonb(stuck) order by stuck.since), '[]')
      from (
        select
          stuck_work.what,
          stuck_work.id,
          stuck_work.project_id,
          stuck_work.since,
          stuck_work.why
        from private.stuck_work
        order by stuck_work.stuck_for desc
        limit p_limit
      ) as stuck
    ),
    'broken', (
      select coalesce(jsonb_agg(to_jsonb(broken) order by broken.invariant, broken.id), '[]')
      from (select invariants.* from private.check_invariants() as invariants limit p_limit) as broken
    )
  );
$$;

comment on function public.read_queue(integer) is
'{depth, stuck, broken}: what is open, what moves on by nobody and why, which invariants are broken and by what; p_limit of each. Called by webhook-manage.';

revoke execute on function public.read_queue(integer) from public, anon, authenticated;
grant execute on function public.read_queue(integer) to service_role;
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

--! included supabase/schemas/0686_function_read_board.sql
-- One answer for all columns: a page that shows them looks again every few seconds.

create or replace function public.read_board(p_limit integer default 24)
returns jsonb
language sql
volatile
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'overview', public.read_overview(),
    'columns', jsonb_build_object(
      'waiting', public.list_projects('{"statuses": ["queued", "storyboarding"]}', null, p_limit),
      'generating', public.list_projects('{"statuses": ["generating"]}', null, p_limit),
      'stitching', public.list_projects('{"statuses": ["stitching"]}', null, p_limit),
      'attention', public.list_projects('{"statuses": ["paused", "failed"]}', null, p_limit),
      'completed', public.list_projects('{"statuses": ["completed"]}', null, p_limit)
    )
  );
$$;

comment on function public.read_board(integer) is
'{overview, columns {waiting, generating, stitching, attention, completed}}: of each column the newest p_limit films, as list_projects answers. Called by webhook-manage.';

revoke execute on function public.read_board(integer) from public, anon, authenticated;
grant execute on function public.read_board(integer) to service_role;
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
    select unnest(array[
      steps.input ->> 'film_path', steps.input ->> 'thumbnail_path',
      (steps.input ->> 'path') || '.srt', (steps.input ->> 'path') || '.vtt'
    ])
    from private.steps
    where steps.project_id = any (p_project_ids)
      and steps.kind in ('store_film', 'store_captions')
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

--! included supabase/schemas/0840_function_receive_source_callback.sql
-- A source that was changed, disabled or removed a moment ago lets nobody in by what it was: the door
-- is told that it knows an old one, and nothing is recorded.
--
-- A handler reads numbers with all their digits: the door's JavaScript makes 12345678901234567000 of
-- 12345678901234567890. What it could read and Postgres cannot (a bad string in a field that comes
-- twice) stays as the door read it.

create or replace function public.receive_source_callback(p_callback jsonb, p_revision text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_text text;
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

  if jsonb_typeof(p_callback -> 'data') <> 'null' then
    v_text := ltrim(convert_from(decode(p_callback ->> 'raw_body', 'base64'), 'UTF8'), chr(65279));
    if pg_input_is_valid(v_text, 'jsonb') then
      return public.receive_callback(p_callback || jsonb_build_object('data', v_text::jsonb));
    end if;
  end if;
  return public.receive_callback(p_callback);
end;
$$;

comment on function public.receive_source_callback(jsonb, text) is
'receive_callback for a custom source; null where the source is not any more what it was verified by. Called by the door webhook.';

revoke execute on function public.receive_source_callback(jsonb, text) from public, anon, authenticated;
grant execute on function public.receive_source_callback(jsonb, text) to service_role;
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
  is_rolled_up boolean not null default false,
  at timestamptz not null default private.clock(),
  constraint door_requests_pkey primary key (door_request_id),
  constraint door_requests_are_counted check (requests > 0)
);

create index door_requests_at_idx on private.door_requests (at);
create index door_requests_to_roll_up_idx on private.door_requests (at) where not is_rolled_up;

comment on table private.door_requests is
'What each door answered in the last eight days and how long it took, as its isolates reported it. Then it goes into door_totals.';
comment on column private.door_requests.is_rolled_up is 'It stands for those of an hour, at the last of which it stands.';
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

--! included supabase/schemas/0904_function_roll_up_door_requests.sql
create or replace function private.roll_up_door_requests()
returns integer
language sql
volatile
security invoker
set search_path = ''
as $$
  with
  gone as (
    delete from private.door_requests
    where door_requests.door_request_id in (
      select fine.door_request_id
      from private.door_requests as fine
      where not fine.is_rolled_up
        and fine.at < date_trunc('hour', private.clock()) - interval '1 hour'
      order by fine.at
      limit 20000
    )
    returning door_requests.*, date_trunc('hour', door_requests.at) as hour
  ),
  slots as (
    select summed.door, summed.status, summed.hour, jsonb_object_agg(summed.key, summed.n) as by_ms
    from (
      select gone.door, gone.status, gone.hour, slot.key, sum(slot.value::bigint) as n
      from gone
      cross join jsonb_each_text(gone.requests_by_ms) as slot
      group by gone.door, gone.status, gone.hour, slot.key
    ) as summed
    group by summed.door, summed.status, summed.hour
  ),
  rolled as (
    insert into private.door_requests (door, status, requests, ms_total, requests_by_ms, is_rolled_up, at)
    select gone.door, gone.status, sum(gone.requests), sum(gone.ms_total), coalesce(slots.by_ms, '{}'), true, max(gone.at)
    from gone
    left join slots using (door, status, hour)
    group by gone.door, gone.status, gone.hour, slots.by_ms
  )
  select count(*)::integer from gone;
$$;

comment on function private.roll_up_door_requests() is
'Makes one row an hour, door and status of what is older than an hour, so that its sums stay cheap. Called by prune_request_counts.';

revoke execute on function private.roll_up_door_requests() from public, anon, authenticated, service_role;
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

  select (
    (select count(*) from counts) + (select count(*) from hits)
    + private.roll_up_door_requests() + private.fold_door_requests()
  )::integer;
$$;

comment on function private.prune_request_counts() is
'Forgets requests that no limit looks at any more, and refusals that no figure does; sums up older figures of doors. Called by pg_cron every minute.';

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

insert into private.model_aliases (alias, model) values ('minimax-video', 'minimax-video-01');

-- Users may listen to their own films, where there is Realtime.
do $$
begin
  if to_regclass('realtime.messages') is null then
    return;
  end if;
  execute $policy$
    create policy users_listen_to_their_own_films on realtime.messages for select to authenticated
    using (exists (
      select 1
      from public.projects
      where projects.project_id = substr((select realtime.topic()), 9)
        and (select realtime.topic()) like 'project:%'
        and projects.user_id = (select auth.uid())::text
    ))
  $policy$;
exception
  when duplicate_object then
    null;
  when insufficient_privilege then
    raise warning 'Cannot let users listen to their films: realtime.messages belongs to somebody else';
end;
$$;

-- Rows are not schema.

insert into private.settings (name, value, description) values
  ('lease_seconds.storyboard', '180', 'How long a runner has for one claim of it'),
  ('lease_seconds.reframe_image', '90', 'How long a runner has for one claim of it'),
  ('deadline_seconds.storyboard', '180', 'A callback is awaited this long, then the provider is asked'),
  ('deadline_seconds.reframe_image', '120', 'A callback is awaited this long, then the provider is asked'),
  ('give_up_seconds.storyboard', '600', 'A provider that is still at it after this long is given up'),
  ('give_up_seconds.reframe_image', '900', 'A provider that is still at it after this long is given up'),
  ('on_storyboard_failure', '"splitter"', 'When no model writes the scenes: "splitter" makes them of the job''s own words, "fail" fails the film');

insert into private.providers (name) values ('openai'), ('test');

insert into private.prices (model, kind, usd_per_second, usd_per_call, as_of, source) values
  ('fal-ai/kling-video/v2.5-turbo/pro/image-to-video', 'generate_clip', 0.07, null, '2026-11-22', 'https://fal.ai/models/fal-ai/kling-video/v2.5-turbo/pro/image-to-video/llms.txt'),
  ('fal-ai/kling-video/v2.5-turbo/pro/text-to-video', 'generate_clip', 0.07, null, '2026-11-22', 'https://www.eachlabs.ai/kling/kling-v2-5/kling-v2-5-turbo-pro-text-to-video/llms.txt'),
  ('fal-ai/kling-video/v2.5-turbo/standard/image-to-video', 'generate_clip', 0.042, null, '2026-11-22', 'https://fal.ai/models/fal-ai/kling-video/v2.5-turbo/standard/image-to-video/llms.txt'),
  ('fal-ai/image-editing/reframe', 'reframe_image', null, 0.04, '2026-11-22', 'https://fal.ai/models/fal-ai/image-editing/reframe/llms.txt'),
  ('fal-ai/ffmpeg-api/merge-videos', 'stitch', 0, null, '2026-11-22', 'https://fal.ai/models/fal-ai/ffmpeg-api/merge-videos/llms.txt'),
  ('openai', 'storyboard', null, 0.05, '2026-11-22', 'assumed: a prompt of 20,000 characters, three answers of 8,000 tokens, a small model')
-- What an operator wrote there holds.
on conflict (model, kind) do nothing;

-- What was spent before there was a ledger.
insert into private.ledger (project_id, user_id, attempt_id, kind, usd, at)
select steps.project_id, steps.user_id, attempts.attempt_id, entry.kind, entry.usd, entry.at
from private.attempts
join private.steps using (step_id)
cross join lateral (values
  ('reserve', attempts.estimated_cost_usd, attempts.created_at),
  ('release', case when attempts.ended_at is not null then attempts.estimated_cost_usd end, attempts.ended_at),
  ('settle', case when attempts.ended_at is not null then private.attempt_cost(attempts) end, attempts.ended_at)
) as entry (kind, usd, at)
where entry.usd > 0
order by entry.at;

insert into private.settings (name, value, description) values
  ('lease_seconds.check_frame', '90', 'How long a runner has for one claim of it'),
  ('deadline_seconds.check_frame', '60', 'A callback is awaited this long, then the provider is asked'),
  ('give_up_seconds.check_frame', '900', 'A provider that is still at it after this long is given up'),
  ('lease_seconds.generate_voice', '90', 'How long a runner has for one claim of it'),
  ('lease_seconds.generate_music', '90', 'How long a runner has for one claim of it'),
  ('lease_seconds.level_music', '90', 'How long a runner has for one claim of it'),
  ('lease_seconds.mux_audio', '90', 'How long a runner has for one claim of it'),
  ('lease_seconds.mix_music', '90', 'How long a runner has for one claim of it'),
  ('lease_seconds.store_captions', '300', 'How long a runner has for one claim of it'),
  ('lease_seconds.burn_captions', '90', 'How long a runner has for one claim of it'),
  ('deadline_seconds.generate_voice', '60', 'A callback is awaited this long, then the provider is asked'),
  ('deadline_seconds.generate_music', '180', 'A callback is awaited this long, then the provider is asked'),
  ('deadline_seconds.level_music', '60', 'A callback is awaited this long, then the provider is asked'),
  ('deadline_seconds.mux_audio', '120', 'A callback is awaited this long, then the provider is asked'),
  ('deadline_seconds.mix_music', '180', 'A callback is awaited this long, then the provider is asked'),
  ('deadline_seconds.store_captions', '180', 'A callback is awaited this long, then the provider is asked'),
  ('deadline_seconds.burn_captions', '180', 'A callback is awaited this long, then the provider is asked'),
  ('give_up_seconds.generate_voice', '900', 'A provider that is still at it after this long is given up'),
  ('give_up_seconds.generate_music', '1800', 'A provider that is still at it after this long is given up'),
  ('give_up_seconds.level_music', '900', 'A provider that is still at it after this long is given up'),
  ('give_up_seconds.mux_audio', '1800', 'A provider that is still at it after this long is given up'),
  ('give_up_seconds.mix_music', '1800', 'A provider that is still at it after this long is given up'),
  ('give_up_seconds.store_captions', '1800', 'A provider that is still at it after this long is given up'),
  ('give_up_seconds.burn_captions', '1800', 'A provider that is still at it after this long is given up');

insert into private.prices (model, kind, usd_per_second, as_of, source) values
  ('fal-ai/ffmpeg-api/merge-audio-video', 'mux_audio', 0.0002, '2026-11-22', 'https://fal.ai/models/fal-ai/ffmpeg-api/merge-audio-video/llms.txt'),
  ('fal-ai/ffmpeg-api/compose', 'mux_audio', 0.0002, '2026-11-22', 'https://fal.ai/models/fal-ai/ffmpeg-api/compose/llms.txt'),
  ('fal-ai/ffmpeg-api/compose', 'mix_music', 0.0002, '2026-11-22', 'https://fal.ai/models/fal-ai/ffmpeg-api/compose/llms.txt');

-- money: sound's prices. What fal states, and what is assumed where it states nothing.
insert into private.prices (model, kind, usd_per_second, usd_per_call, usd_per_character, as_of, source) values
  ('fal-ai/kokoro/american-english', 'generate_voice', null, null, 0.00002, '2026-11-22', 'https://fal.ai/models/fal-ai/kokoro/american-english/llms.txt'),
  ('fal-ai/minimax/speech-2.8-hd', 'generate_voice', null, null, 0.0001, '2026-11-22', 'https://fal.ai/models/fal-ai/minimax/speech-2.8-hd/llms.txt'),
  ('fal-ai/kokoro/french', 'generate_voice', null, null, 0.0002, '2026-11-22', 'assumed: twice the dearest of fal''s speech models that state a price'),
  ('fal-ai/kokoro/hindi', 'generate_voice', null, null, 0.0002, '2026-11-22', 'assumed: twice the dearest of fal''s speech models that state a price'),
  ('fal-ai/elevenlabs/tts/eleven-v3', 'generate_voice', null, null, 0.0002, '2026-11-22', 'assumed: twice the dearest of fal''s speech models that state a price'),
  ('fal-ai/elevenlabs/tts/multilingual-v2', 'generate_voice', null, null, 0.0002, '2026-11-22', 'assumed: twice the dearest of fal''s speech models that state a price'),
  ('fal-ai/elevenlabs/tts/turbo-v2.5', 'generate_voice', null, null, 0.0002, '2026-11-22', 'assumed: twice the dearest of fal''s speech models that state a price'),
  ('fal-ai/minimax/speech-2.8-turbo', 'generate_voice', null, null, 0.0002, '2026-11-22', 'assumed: twice the dearest of fal''s speech models that state a price'),
  ('fal-ai/gemini-tts', 'generate_voice', null, null, 0.0002, '2026-11-22', 'assumed: twice the dearest of fal''s speech models that state a price'),
  ('fal-ai/inworld-tts', 'generate_voice', null, null, 0.0002, '2026-11-22', 'assumed: twice the dearest of fal''s speech models that state a price'),
  ('fal-ai/chatterbox/text-to-speech', 'generate_voice', null, null, 0.0002, '2026-11-22', 'assumed: twice the dearest of fal''s speech models that state a price'),
  ('fal-ai/stable-audio-25/text-to-audio', 'generate_music', null, 0.2, null, '2026-11-22', 'https://fal.ai/models/fal-ai/stable-audio-25/text-to-audio/llms.txt'),
  -- Minutes are rounded up: a minute's price, and the length's besides, is never below that.
  ('CassetteAI/music-generator', 'generate_music', 0.00034, 0.02, null, '2026-11-22', 'https://fal.ai/models/cassetteai/music-generator/llms.txt'),
  ('fal-ai/elevenlabs/music', 'generate_music', 0.02, 1.2, null, '2026-11-22', 'assumed: twice the price a minute that https://fal.ai/models/elevenlabs/music/v2 states'),
  ('fal-ai/lyria2', 'generate_music', null, 0.4, null, '2026-11-22', 'assumed: twice the dearest of fal''s music models that state a price a piece'),
  ('fal-ai/ffmpeg-api/loudnorm', 'level_music', null, 0.12, null, '2026-11-22', 'assumed: what fal''s other ffmpeg endpoints take for ten minutes')
-- What an operator wrote there holds.
on conflict (model, kind) do nothing;

-- money: clips, as fal's pages state them for what is asked of a model here: its usual resolution, with the
-- sound that it makes by itself. A length that costs more than its share raises the price of every second.
insert into private.prices (model, kind, usd_per_second, usd_per_call, as_of, source) values
  ('fal-ai/kling-video/v2.6/pro/image-to-video', 'generate_clip', 0.14, null, '2026-11-22', 'https://fal.ai/models/fal-ai/kling-video/v2.6/pro/image-to-video/llms.txt'),
  ('fal-ai/kling-video/v2.6/pro/text-to-video', 'generate_clip', 0.14, null, '2026-11-22', 'assumed: as from an image, https://fal.ai/models/fal-ai/kling-video/v2.6/pro/image-to-video/llms.txt'),
  ('fal-ai/kling-video/v3/pro/image-to-video', 'generate_clip', 0.168, null, '2026-11-22', 'https://fal.ai/models/fal-ai/kling-video/v3/pro/image-to-video/playground'),
  ('fal-ai/kling-video/v3/pro/text-to-video', 'generate_clip', 0.168, null, '2026-11-22', 'assumed: as from an image, https://fal.ai/models/fal-ai/kling-video/v3/pro/image-to-video/playground'),
  ('fal-ai/veo3.1', 'generate_clip', 0.4, null, '2026-11-22', 'https://fal.ai/models/fal-ai/veo3.1/llms.txt'),
  ('fal-ai/veo3.1/image-to-video', 'generate_clip', 0.4, null, '2026-11-22', 'assumed: as from words, https://fal.ai/models/fal-ai/veo3.1/llms.txt'),
  ('fal-ai/sora-2/image-to-video', 'generate_clip', 0.1, null, '2026-11-22', 'https://fal.ai/models/fal-ai/sora-2/image-to-video/llms.txt'),
  ('fal-ai/sora-2/text-to-video', 'generate_clip', 0.1, null, '2026-11-22', 'assumed: as from an image, https://fal.ai/models/fal-ai/sora-2/image-to-video/llms.txt'),
  ('fal-ai/minimax/hailuo-2.3/standard/image-to-video', 'generate_clip', 0.056, null, '2026-11-22', 'https://fal.ai/models/fal-ai/minimax/hailuo-2.3/standard/image-to-video/llms.txt'),
  ('fal-ai/minimax/hailuo-2.3/standard/text-to-video', 'generate_clip', 0.056, null, '2026-11-22', 'https://fal.ai/models/fal-ai/minimax/hailuo-2.3/standard/text-to-video/llms.txt'),
  ('fal-ai/minimax/hailuo-2.3/pro/image-to-video', 'generate_clip', null, 0.49, '2026-11-22', 'https://fal.ai/models/fal-ai/minimax/hailuo-2.3/pro/image-to-video/llms.txt'),
  ('fal-ai/minimax/hailuo-2.3/pro/text-to-video', 'generate_clip', null, 0.49, '2026-11-22', 'https://fal.ai/models/fal-ai/minimax/hailuo-2.3/pro/text-to-video/llms.txt'),
  ('fal-ai/minimax/hailuo-2.3-fast/standard/image-to-video', 'generate_clip', 0.032, null, '2026-11-22', 'https://fal.ai/models/fal-ai/minimax/hailuo-2.3-fast/standard/image-to-video/llms.txt'),
  ('fal-ai/minimax/hailuo-2.3-fast/pro/image-to-video', 'generate_clip', null, 0.33, '2026-11-22', 'https://fal.ai/models/fal-ai/minimax/hailuo-2.3-fast/pro/image-to-video/llms.txt'),
  ('fal-ai/minimax/hailuo-02/standard/image-to-video', 'generate_clip', 0.045, null, '2026-11-22', 'https://fal.ai/models/fal-ai/minimax/hailuo-02/standard/image-to-video/llms.txt'),
  ('fal-ai/wan-25-preview/image-to-video', 'generate_clip', 0.15, null, '2026-11-22', 'https://fal.ai/models/fal-ai/wan-25-preview/image-to-video/llms.txt'),
  ('fal-ai/wan-25-preview/text-to-video', 'generate_clip', 0.15, null, '2026-11-22', 'assumed: as from an image, https://fal.ai/models/fal-ai/wan-25-preview/image-to-video/llms.txt'),
  ('fal-ai/wan/v2.7/image-to-video', 'generate_clip', 0.15, null, '2026-11-22', 'https://fal.ai/models/fal-ai/wan/v2.7/image-to-video/llms.txt'),
  ('fal-ai/wan/v2.2-a14b/image-to-video/turbo', 'generate_clip', null, 0.1, '2026-11-22', 'https://fal.ai/models/fal-ai/wan/v2.2-a14b/image-to-video/turbo/llms.txt')
-- What an operator wrote there holds.
on conflict (model, kind) do nothing;
