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

--! altered supabase/schemas/0100_table_projects.sql sha256:cb8bb805217ccae4a72b9bf9f32df6734f289bb9a72aee16c573892d477edada
--! altered supabase/schemas/0110_table_scenes.sql sha256:28cf6f3af81c62b3b24b391c5bd71f9494be20e04de50cd625eb8cd7605a7323
--! altered supabase/schemas/0120_table_video_chunks.sql sha256:f8873ae8a57522f94d4cdf197f6b6dff4bd1c9f3cc3243361050ba4498c3ed5d
--! altered supabase/schemas/0140_table_steps.sql sha256:9956ae294e65b95b3e43d6167cf307a36e23c81a7269c41502e7a2bcdd61aad8
--! altered supabase/schemas/0150_table_attempts.sql sha256:fd513436c98219d9cfbc6b8668fa80a1e539230f146ff86c3686947e7be586ff

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
begin
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
      and (scenes.position = 1 or scenes.continuity = 'cut')
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
rows 10
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
rows 10
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
        -- Not by =, which would make the order below that of due_at alone: then the limit lures the
        -- planner to the index of all that is due, and through it for every user.
        and steps.kind between kinds.name and kinds.name
        and steps.due_at <= p_now
      order by steps.kind, steps.due_at
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
rows 10
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
immutable
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
    'final_video_url', p_flags ->> 'final_video_url'
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
