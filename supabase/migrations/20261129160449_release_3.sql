-- In the order in which every verb locks: a verb that runs just now is waited for here, and not halfway.
do $$
begin
  lock table
    public.projects, public.scenes, public.video_chunks, public.media, private.steps, private.attempts,
    private.ledger, public.webhook_logs
  in access exclusive mode;
end;
$$;

-- Functions whose arguments changed, and those that nothing calls any more. All are the database's own: what doors and
-- runners of the releases before call is still there.

drop function private.due_at(text, text);
drop function private.put_callback(public.webhook_logs);
drop function private.settle_callback(public.webhook_logs, jsonb, interval);
drop function private.forget_delivery(public.webhook_logs, text);
drop function private.attempt_of_token(text);
drop function private.apply_result(private.attempts, private.steps, jsonb);
drop function private.complete_attempt(text, jsonb);
drop function private.check_frame(private.steps, jsonb);
drop function private.complete_chunk(text, jsonb);
drop function private.clip_hash(public.video_chunks);
drop function private.await_callback(private.steps, private.attempts);
drop trigger _500_record on public.scenes;
drop trigger _600_tell on public.scenes;
drop trigger _700_broadcast on public.scenes;
drop trigger _400_tell_stage on public.projects;
drop trigger _600_tell_progress on public.projects;
drop trigger _700_broadcast on public.projects;
drop function private.tg_scenes__record();
drop function private.tg_scenes__broadcast();
drop function private.tg_projects__broadcast();
drop function private.tg_projects__tell_progress();
drop function private.tg_projects__tell_stage();
drop function private.film_step(text, text);
drop function private.next_chunk(public.video_chunks);
drop function private.insert_attempt(private.steps, jsonb);
drop function private.attempt_for_runner(private.attempts);
drop function private.due_steps(integer, jsonb);
drop function private.affordable_steps(integer, jsonb, timestamptz, numeric);
drop function private.queued_steps(integer, jsonb, timestamptz);
drop trigger _500_keep_ledger_inserted on private.attempts;
drop trigger _500_advance_inserted on public.projects;
drop function private.begin_project(public.projects);

--! altered supabase/schemas/0100_table_projects.sql sha256:91e5e85fb6aa9855228708187aa02bc708d6df56f8179a05afa82cddf25456da
--! altered supabase/schemas/0110_table_scenes.sql sha256:122bca933ede2e9b528e6adc3711742160fbf647f9bd4f9363303275448418d1
--! altered supabase/schemas/0120_table_video_chunks.sql sha256:b33b66d4e6995bb8bdd1205170a050a79c7a554ea642b1ba00a493e752abe689
--! altered supabase/schemas/0130_table_media.sql sha256:e78eabe2da20cdc5e86bd5dea0ca4ff1546e066b6f7b67ae13faa9a60fd193a5
--! altered supabase/schemas/0140_table_steps.sql sha256:9c40d22c4d0b9055da96c299598095b9bc50dcf16f59a5c1815f3b229583c344
--! altered supabase/schemas/0150_table_attempts.sql sha256:d0680892625e6d20ed1333caf6d05be87a3f33cef61cd43ce1762ca428906771
--! altered supabase/schemas/0155_table_ledger.sql sha256:7c1cf3229ead6831e02223a056ae9ec8be361b02e005cd9f67c29236a8bbbc13
--! altered supabase/schemas/0160_table_webhook_logs.sql sha256:7a372659df160657badf2f4bb27b4fc1d6d23bb923b053200d7620437b97d002

--! included supabase/schemas/0060_domain_approval.sql
create domain private.approval as text
constraint approval_is_known check (value in ('storyboard', 'stills', 'budget'));

comment on domain private.approval is 'What a paused project waits for.';
--! end included

--! included supabase/schemas/0060_domain_attempt_status.sql
create domain private.attempt_status as text
constraint attempt_status_is_known check (
  value in ('created', 'submitted', 'in_progress', 'lost', 'completed', 'failed', 'cancelled', 'outcome_unknown')
);

comment on domain private.attempt_status is 'How far an attempt is.';
--! end included

--! included supabase/schemas/0060_domain_budget.sql
create domain private.budget as numeric
constraint budget_is_not_negative check (value >= 0);

comment on domain private.budget is 'US dollars that may be spent.';
--! end included

--! included supabase/schemas/0060_domain_callback_outcome.sql
create domain private.callback_outcome as text
constraint webhook_log_outcome_is_known check (value in ('applied', 'duplicate', 'stale', 'buffered', 'unknown'));

comment on domain private.callback_outcome is 'What a callback did.';
--! end included

--! included supabase/schemas/0060_domain_callback_status.sql
create domain private.callback_status as text
constraint webhook_log_status_is_known check (value in ('success', 'pending', 'error'));

comment on domain private.callback_status is 'How far a callback is: success is applied, duplicate or stale; pending is buffered.';
--! end included

--! included supabase/schemas/0060_domain_ledger_kind.sql
create domain private.ledger_kind as text
constraint entry_kind_is_known check (value in ('reserve', 'release', 'settle'));

comment on domain private.ledger_kind is 'What an entry of the ledger does.';
--! end included

--! included supabase/schemas/0060_domain_media_type.sql
create domain private.media_type as text
constraint media_type_is_known check (
  value in ('generated-image', 'generated-video', 'frame', 'film', 'thumbnail', 'captions')
);

comment on domain private.media_type is 'What a file is.';
--! end included

--! included supabase/schemas/0060_domain_ordinal.sql
create domain private.ordinal as integer
constraint ordinal_counts_from_one check (value >= 1);

comment on domain private.ordinal is 'A place in an order, from 1.';
--! end included

--! included supabase/schemas/0060_domain_percentage.sql
create domain private.percentage as integer
constraint percentage_is_between_0_and_100 check (value between 0 and 100);

comment on domain private.percentage is '0 to 100.';
--! end included

--! included supabase/schemas/0060_domain_project_status.sql
create domain private.project_status as text
constraint project_status_is_known check (
  value in ('queued', 'storyboarding', 'generating', 'stitching', 'completed', 'failed', 'cancelled', 'paused')
);

comment on domain private.project_status is 'How far a film is: queued → storyboarding → generating → stitching → completed, or failed, cancelled; paused from any of the first four.';
--! end included

--! included supabase/schemas/0060_domain_scene_continuity.sql
create domain private.scene_continuity as text
constraint scene_continuity_is_known check (value in ('last_frame', 'cut', 'shared_keyframe'));

comment on domain private.scene_continuity is 'How a scene begins.';
--! end included

--! included supabase/schemas/0060_domain_scene_status.sql
create domain private.scene_status as text
constraint scene_status_is_known check (
  value in ('pending', 'generating', 'extracting_frame', 'completed', 'failed', 'cancelled')
);

comment on domain private.scene_status is 'How far a scene is.';
--! end included

--! included supabase/schemas/0060_domain_scene_transition.sql
create domain private.scene_transition as text
constraint scene_transition_is_known check (value in ('cut', 'fade'));

comment on domain private.scene_transition is 'How the film comes to a scene.';
--! end included

--! included supabase/schemas/0060_domain_step_kind.sql
create domain private.step_kind as text
constraint step_kind_is_known check (
  value in (
    'storyboard', 'reframe_image', 'generate_clip', 'extract_last_frame', 'extract_thumbnail', 'stitch',
    'store_film', 'cancel_request', 'generate_voice', 'generate_music', 'level_music', 'mux_audio', 'mix_music',
    'store_captions', 'burn_captions', 'check_frame'
  )
);

comment on domain private.step_kind is 'What a step asks for.';
--! end included

--! included supabase/schemas/0060_domain_step_status.sql
create domain private.step_status as text
constraint step_status_is_known check (value in ('queued', 'running', 'waiting', 'completed', 'failed', 'cancelled'));

comment on domain private.step_status is 'How far a step is.';
--! end included

--! included supabase/schemas/0060_domain_stop.sql
create domain private.stop as text
constraint stop_is_known check (value in ('storyboard', 'stills'));

comment on domain private.stop is 'Where a job wants to be asked before it goes on.';
--! end included

--! included supabase/schemas/0070_function_is_attempt_whole.sql
create or replace function private.is_attempt_whole(p_status text, p_ended_at timestamptz, p_deadline_at timestamptz)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_status in ('completed', 'failed', 'cancelled', 'outcome_unknown') then p_ended_at is not null
    when p_status = 'created' then p_ended_at is null
    else p_ended_at is null and p_deadline_at is not null
  end;
end;
$$;

comment on function private.is_attempt_whole(text, timestamptz, timestamptz) is
'True for an attempt that is waited for and has a deadline, a finished one that has its end, and any other.';

revoke execute on function private.is_attempt_whole(text, timestamptz, timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0070_function_is_chunk_whole.sql
create or replace function private.is_chunk_whole(
  p_status text,
  p_scene_id text,
  p_project_id text,
  p_url text,
  p_error_message text
)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  -- The words stand here and not in a domain: PostgREST names the type of a column that is inserted, and a worker
  -- outside may not look into this schema. It has rows with neither scene nor project, and answers for them itself.
  return p_status in ('PENDING', 'SUBMITTED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED')
    and (p_scene_id is null) = (p_project_id is null)
    and case
      when p_scene_id is null then true
      when p_status = 'COMPLETED' then p_url is not null
      when p_status = 'FAILED' then p_error_message is not null
      else true
    end;
end;
$$;

comment on function private.is_chunk_whole(text, text, text, text, text) is
'True for a known status: a film''s completed chunk that has its clip, a failed one that says why, and any other; it has both a scene and a project, or neither.';

revoke execute on function private.is_chunk_whole(text, text, text, text, text) from public, anon, authenticated;
grant execute on function private.is_chunk_whole(text, text, text, text, text) to service_role;
--! end included

--! included supabase/schemas/0070_function_is_project_whole.sql
create or replace function private.is_project_whole(
  p_status text,
  p_paused_from text,
  p_error_message text,
  p_final_video_url text,
  p_completed_at timestamptz,
  p_progress integer
)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return (p_status = 'paused') = (p_paused_from is not null) and case p_status
    when 'completed' then p_final_video_url is not null and p_completed_at is not null and p_progress = 100
    when 'failed' then p_error_message is not null
    else true
  end;
end;
$$;

comment on function private.is_project_whole(text, text, text, text, timestamptz, integer) is
'True for a completed project that has its film, a failed one that says why, a paused one that knows where to resume, and any other.';

revoke execute on function private.is_project_whole(text, text, text, text, timestamptz, integer) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0070_function_is_scene_whole.sql
create or replace function private.is_scene_whole(p_status text, p_video_url text, p_error_message text)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case p_status
    when 'completed' then p_video_url is not null
    when 'failed' then p_error_message is not null
    else true
  end;
end;
$$;

comment on function private.is_scene_whole(text, text, text) is
'True for a completed scene that has its clip, a failed one that says why, and any other.';

revoke execute on function private.is_scene_whole(text, text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0070_function_is_step_whole.sql
create or replace function private.is_step_whole(p_status text, p_claim_token uuid, p_error_message text)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case p_status
    when 'running' then p_claim_token is not null
    when 'completed' then p_claim_token is null
    when 'cancelled' then p_claim_token is null
    when 'failed' then p_claim_token is null and p_error_message is not null
    else true
  end;
end;
$$;

comment on function private.is_step_whole(text, uuid, text) is
'True for a running step that is claimed, a finished one that is not, and any other; a failed one says why.';

revoke execute on function private.is_step_whole(text, uuid, text) from public, anon, authenticated, service_role;
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
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_limit private.settings := private.step_setting('deadline_seconds', p_kind, p_model);
begin
  return private.clock() + make_interval(secs => (v_limit.value #>> '{}')::double precision);
end;
$$;

comment on function private.overdue_at(text, text) is
'Until when a callback is awaited that is asked for now: deadline_seconds of the step or, where it has one, of the model.';

revoke execute on function private.overdue_at(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0207_function_end_frame.sql
create or replace function private.end_frame(p_chunk public.video_chunks)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return coalesce(
    (
      select jsonb_build_object('end_image_url', ends.image_url)
      from (
        select coalesce(following.reframed_image_url, following.image_url, projects.image_url) as image_url
        from public.scenes
        join public.scenes as following
          on following.project_id = scenes.project_id
          and following.position = scenes.position + 1
          and following.continuity = 'shared_keyframe'
        join public.projects on projects.project_id = scenes.project_id
        where scenes.scene_id = p_chunk.scene_id
      ) as ends
      where ends.image_url is not null
        and not exists (
          select 1
          from public.video_chunks
          where video_chunks.scene_id = p_chunk.scene_id
            and video_chunks.take = p_chunk.take
            and video_chunks.position > p_chunk.position
        )
    ),
    '{}'
  );
end;
$$;

comment on function private.end_frame(public.video_chunks) is
'{end_image_url} for the last clip of a scene before a shared keyframe (end_image), else {}.';

revoke execute on function private.end_frame(public.video_chunks) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0209_function_input_of.sql
create or replace function private.input_of(p_step private.steps, p_aspect_ratio text, p_chunk public.video_chunks)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_context jsonb := case
    when p_step.chunk_id is null then jsonb_build_object('project_id', p_step.project_id)
    else jsonb_build_object('project_id', p_step.project_id, 'scene_id', p_step.scene_id, 'chunk_id', p_step.chunk_id)
  end;
begin
  case p_step.kind
    when 'generate_clip' then
      return v_context || jsonb_build_object(
        'model', p_chunk.model,
        'prompt', p_chunk.prompt,
        'duration', p_chunk.duration,
        'aspect_ratio', p_aspect_ratio,
        'image_url', p_chunk.image_url,
        'driver_video_url', p_chunk.driver_video_url,
        'audio_url', p_chunk.audio_url
      ) || private.end_frame(p_chunk);
    when 'extract_last_frame' then
      return v_context || jsonb_build_object('video_url', p_chunk.kling_video_url);
    when 'extract_thumbnail' then
      return v_context || jsonb_build_object('video_url', p_chunk.kling_video_url);
    when 'stitch' then
      return v_context || jsonb_build_object('aspect_ratio', p_aspect_ratio) || private.cut_input(p_step.project_id);
    else
      return v_context || p_step.input;
  end case;
end;
$$;

comment on function private.input_of(private.steps, text, public.video_chunks) is
'The input of a step, in our words, of a film of this aspect ratio; the chunk that it is about, if any. The provider''s file translates it.';

revoke execute on function private.input_of(private.steps, text, public.video_chunks)
from public, anon, authenticated, service_role;
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
begin
  with queued as (
    insert into private.steps (
      project_id, scene_id, chunk_id, user_id, kind, due_at, input, created_at, updated_at
    )
    select
      p_project_id, p_scene_id, p_chunk_id, projects.user_id, p_kind, private.due_at(projects.status, p_kind, v_now),
      p_input, v_now, v_now
    from public.projects
    where projects.project_id = p_project_id
    on conflict do nothing
    returning steps.step_id
  )
  insert into public.pipeline_events (project_id, scene_id, chunk_id, type, data, at)
  select
    p_project_id, p_scene_id, p_chunk_id, 'step.queued',
    jsonb_build_object('kind', p_kind, 'step_id', queued.step_id), v_now
  from queued;
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

create or replace function private.due_at(p_project_status text, p_kind text, p_now timestamptz)
returns timestamptz
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_project_status = 'paused' and p_kind <> 'cancel_request' then 'infinity'::timestamptz
    else p_now
  end;
end;
$$;

comment on function private.due_at(text, text, timestamptz) is
'When a step that is queued now is due: at once, or with the project''s resumption.';

revoke execute on function private.due_at(text, text, timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0210_function_step_input.sql
-- What the provider would be asked now; begin_attempts freezes it in the attempt.

create or replace function private.step_input(p_step private.steps)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select private.input_of(p_step, projects.aspect_ratio, video_chunks)
    from public.projects
    left join public.video_chunks on video_chunks.chunk_id = p_step.chunk_id
    where projects.project_id = p_step.project_id
  );
end;
$$;

comment on function private.step_input(private.steps) is 'The input of a step (input_of), read for one by itself.';

revoke execute on function private.step_input(private.steps) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0219_function_request_digest.sql
-- jsonb has one text for equal values (keys sorted, spacing normal), which makes it a canonical form.
-- Left out is what differs between two sendings of one job; null is as absent.

create or replace function private.request_digest(p_request jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return encode(sha256(convert_to(
    (jsonb_strip_nulls(p_request) - array['idempotency_key', 'request_timestamp', 'webhookUrl', 'executionMode'])::text,
    'UTF8'
  )), 'hex');
end;
$$;

comment on function private.request_digest(jsonb) is 'SHA-256 in hex of a job as it was sent, by which the same job is known again.';

revoke execute on function private.request_digest(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0220_function_is_plain_job.sql
create or replace function private.is_plain_job(p_job jsonb)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return num_nonnulls(p_job ->> 'stop_at', p_job ->> 'max_cost_usd') = 0
    and p_job ->> 'is_revision' is distinct from 'true'
    and p_job ->> 'storyboard' is distinct from 'model'
    and not coalesce(p_job -> 'film_options' ?| array['music', 'captions'], false)
    and jsonb_path_exists(p_job, '$.scenes[0]')
    and not jsonb_path_exists(
      p_job,
      '$.scenes[*] ? (
        @.audio_url != null || @.voice_over != null || !exists(@.chunks[0])
        || @.continuity == "shared_keyframe" && @.reframe_to != null
      )'
    );
end;
$$;

comment on function private.is_plain_job(jsonb) is
'True where nothing is to be approved, written, revised or heard, and no clip waits for another scene''s still: what the film needs first is known from the job alone.';

revoke execute on function private.is_plain_job(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0220_function_job_digest.sql
create or replace function private.job_digest(p_job jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return private.request_digest(private.job_request(p_job));
end;
$$;

comment on function private.job_digest(jsonb) is 'The digest of a parsed job''s request.';

revoke execute on function private.job_digest(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0220_function_job_key.sql
create or replace function private.job_key(p_job jsonb, p_digest text)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  -- A job that was tried out first is not the same one when it is meant.
  return coalesce(
    p_job ->> 'idempotency_key',
    case when p_job ->> 'execution_mode' = 'test' then 'test:' else '' end || 'body:' || p_digest
  );
end;
$$;

comment on function private.job_key(jsonb, text) is 'By which a user''s job is known again: the sender''s key, else its digest.';

revoke execute on function private.job_key(jsonb, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0220_function_version_lock.sql
create or replace function private.version_lock(p_job jsonb)
returns bigint
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return hashtextextended('version:' || (p_job ->> 'user_id') || ':' || (p_job ->> 'video_id'), 0);
end;
$$;

comment on function private.version_lock(jsonb) is
'The advisory lock under which the versions of a job''s video are counted: no row exists yet that could be locked.';

revoke execute on function private.version_lock(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0228_function_nearest_users.sql
create or replace function private.nearest_users(p_limit integer, p_providers jsonb, p_now timestamptz)
returns table (user_id text, provider text, is_free boolean)
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
  -- Who may begin something at an open provider
  openings as (
    select distinct on (firsts.user_id, providers.name, firsts.kind = 'cancel_request')
      firsts.user_id,
      providers.name as provider,
      firsts.kind = 'cancel_request' as is_free,
      firsts.due_at
    from firsts
    join private.providers
      on providers.name = p_providers ->> firsts.kind
      and not providers.is_paused
      and coalesce(providers.held_until <= p_now, true)
    where firsts.due_at <= p_now
    order by firsts.user_id, providers.name, firsts.kind = 'cancel_request', firsts.kind = 'generate_clip', firsts.due_at
  )
  select ranked.user_id, ranked.provider, ranked.is_free
  from (
    select
      openings.*,
      row_number() over (
        partition by openings.provider, openings.is_free
        order by (
          select count(*)
          from private.steps
          where steps.status in ('running', 'waiting')
            and steps.kind <> 'cancel_request'
            and steps.user_id = openings.user_id
            and steps.provider = openings.provider
        ), openings.due_at
      ) as rank
    from openings
  ) as ranked
  where ranked.rank <= p_limit;
end;
$$;

comment on function private.nearest_users(integer, jsonb, timestamptz) is
'At each open provider the users who have something due there and least in flight: no other user''s steps can be among the first p_limit.';

revoke execute on function private.nearest_users(integer, jsonb, timestamptz)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0229_function_candidate_steps.sql
-- Where few steps are due (due_steps says how many that is), they are all candidates. Where many are, of each user the first of each kind
-- are found by hopping along the index, and only whoever can be among the first p_limit is looked at
-- further: what is read grows with the users who wait, not with the steps that do.

create or replace function private.candidate_steps(
  p_limit integer,
  p_providers jsonb,
  p_now timestamptz,
  p_are_few boolean
)
returns table (step_id text, user_id text, kind text, provider text, due_at timestamptz)
language plpgsql
volatile
security invoker
rows 50
set search_path = ''
as $$
begin
  if p_are_few then
    return query
    select soonest.step_id, soonest.user_id, soonest.kind::text, p_providers ->> soonest.kind, soonest.due_at
    from (
      select steps.*
      from private.steps
      -- All that is open, not what is queued: else the planner may read what is queued for later, too.
      where steps.status in ('queued', 'running', 'waiting')
        and steps.due_at <= p_now
      order by steps.due_at
      limit 200
    ) as soonest
    where soonest.status = 'queued'
      and p_providers ? soonest.kind
      and (p_providers ->> soonest.kind <> 'test' or private.is_test(soonest.project_id));
    return;
  end if;

  return query
  select due.step_id, nearest.user_id, kinds.name, nearest.provider, due.due_at
  from private.nearest_users(p_limit, p_providers, p_now) as nearest
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
      and (kinds.provider <> 'test' or private.is_test(steps.project_id))
    order by steps.kind, steps.due_at
    limit p_limit
  ) as due;
end;
$$;

comment on function private.candidate_steps(integer, jsonb, timestamptz, boolean) is
'Due queued steps, all that can be among the first p_limit. What nobody here can do is done for a test alone.';

revoke execute on function private.candidate_steps(integer, jsonb, timestamptz, boolean)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0229_function_open_room.sql
create or replace function private.open_room(p_limit integer, p_now timestamptz)
returns table (provider text, per_user integer, n bigint)
language plpgsql
volatile
security invoker
rows 8
set search_path = ''
as $$
begin
  return query
  select
    providers.name,
    providers.max_in_flight_per_user,
    least(
      p_limit,
      case when providers.max_in_flight is not null then providers.max_in_flight - (
        select count(*)
        from private.steps
        where steps.provider = providers.name
          and steps.status in ('running', 'waiting')
          and steps.kind <> 'cancel_request'
      ) end,
      case when providers.failures_in_a_row >= (select private.setting('breaker_failures')) then 1 - (
        select count(*)
        from private.steps
        where steps.provider = providers.name
          and steps.status = 'running'
          and steps.kind <> 'cancel_request'
          and steps.updated_at >= providers.held_until
      ) end
    )
  from private.providers
  where not providers.is_paused
    and coalesce(providers.held_until <= p_now, true);
end;
$$;

comment on function private.open_room(integer, timestamptz) is
'Open providers and how many steps each has room for; after a row of failures one at a time feels the way.';

revoke execute on function private.open_room(integer, timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0229_function_overdue_steps.sql
create or replace function private.overdue_steps(p_limit integer, p_providers jsonb, p_now timestamptz)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return array(
    select steps.step_id
    from private.steps
    where steps.status in ('running', 'waiting')
      and steps.due_at <= p_now
      and p_providers ? steps.kind
    order by steps.due_at
    limit p_limit
  );
end;
$$;

comment on function private.overdue_steps(integer, jsonb, timestamptz) is
'Steps whose lease ran out or whose provider is silent past its deadline, longest first.';

revoke execute on function private.overdue_steps(integer, jsonb, timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0230_function_due_steps.sql
-- Which steps a runner may have next, in order: overdue ones first (they hold their place at the
-- provider already), then new ones, as many as provider and user have room for and the day's spending
-- cap reaches for, users taking turns.
--
-- Where a limit or the cap is set, claims go one after the other, so that what is counted here is still true
-- when the step is claimed.
--
-- Up to a hundred due steps are read as they are; among more, those that come first are looked for.

create or replace function private.due_steps(
  p_limit integer,
  p_providers jsonb,
  p_now timestamptz,
  out overdue text[],
  out queued text[]
)
language plpgsql
volatile
security invoker
set search_path = ''
-- For all that it calls: their limits would have them planned each time.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_are_few boolean;
  v_is_paused boolean;
  v_is_limited boolean;
  v_is_something_queued boolean;
begin
  select
    coalesce(bool_or(providers.name = '*' and providers.is_paused), false),
    coalesce(bool_or(
      coalesce(providers.max_in_flight, providers.max_in_flight_per_user) is not null
      or providers.failures_in_a_row >= (select private.setting('breaker_failures'))
    ), false)
  into v_is_paused, v_is_limited
  from private.providers;

  if v_is_paused then
    return;
  end if;
  if v_is_limited or private.setting('max_usd_per_day') > 0 then
    perform pg_advisory_xact_lock(hashtextextended('claim', 0));
  end if;

  select
    count(*) <= 100,
    coalesce(bool_or(soonest.status = 'queued'), false),
    array_agg(soonest.step_id order by soonest.due_at) filter (
      where soonest.status <> 'queued' and p_providers ? soonest.kind
    )
  into v_are_few, v_is_something_queued, overdue
  from (
    select steps.step_id, steps.status, steps.kind, steps.due_at
    from private.steps
    where steps.status in ('queued', 'running', 'waiting')
      and steps.due_at <= p_now
    order by steps.due_at
    limit 101
  ) as soonest;

  if not v_are_few then
    overdue := private.overdue_steps(p_limit, p_providers, p_now);
  end if;
  overdue := coalesce(overdue[:p_limit], '{}');
  queued := '{}';
  if v_is_something_queued or not v_are_few then
    queued := private.startable_steps(p_limit, p_providers, p_now, v_are_few);
    queued := queued[:p_limit - cardinality(overdue)];
  end if;
end;
$$;

comment on function private.due_steps(integer, jsonb, timestamptz) is
'Up to p_limit steps that are due and allowed, fair between users: overdue ones, and queued ones. The caller locks them.';

revoke execute on function private.due_steps(integer, jsonb, timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0230_function_queued_steps.sql
-- A user's n-th due step has turn n plus what is in flight for the user already: whoever has least
-- comes first, and five hundred films of one user do not hold up another one's first. Of one user's
-- steps those go first that bring a film nearer to its end.
--
-- Giving a request up takes no place at a provider, it makes one: no limit holds it back.

create or replace function private.queued_steps(
  p_limit integer,
  p_providers jsonb,
  p_now timestamptz,
  p_are_few boolean
)
returns table (step_id text, turn bigint, due_at timestamptz)
language plpgsql
volatile
security invoker
rows 20
set search_path = ''
as $$
begin
  return query
  with
  room as (select open.* from private.open_room(p_limit, p_now) as open),
  candidates as (
    select
      candidate.*,
      candidate.kind = 'cancel_request' as is_free,
      room.per_user,
      room.n as room
    from private.candidate_steps(p_limit, p_providers, p_now, p_are_few) as candidate
    join room on room.provider = candidate.provider
  ),
  -- Materialized: counted once for each user, not for each step
  in_flight as materialized (
    select pairs.user_id, pairs.provider, (
      select count(*)
      from private.steps
      where steps.status in ('running', 'waiting')
        and steps.kind <> 'cancel_request'
        and steps.user_id = pairs.user_id
        and steps.provider = pairs.provider
    ) as n
    from (select distinct candidates.user_id, candidates.provider from candidates) as pairs
  ),
  turns as (
    select
      candidates.*,
      in_flight.n + row_number() over (
        partition by candidates.user_id, candidates.provider, candidates.is_free
        order by candidates.kind = 'generate_clip', candidates.due_at
      ) as turn
    from candidates
    join in_flight on in_flight.user_id = candidates.user_id and in_flight.provider = candidates.provider
  ),
  -- As many as each provider has room for
  allowed as (
    select
      turns.*,
      row_number() over (partition by turns.provider, turns.is_free order by turns.turn, turns.due_at) as place
    from turns
    where turns.is_free
      or turns.turn <= coalesce(turns.per_user, turns.turn)
  )
  select allowed.step_id, allowed.turn, allowed.due_at
  from allowed
  where allowed.is_free
    or allowed.place <= allowed.room
  order by allowed.turn, allowed.due_at
  limit p_limit;
end;
$$;

comment on function private.queued_steps(integer, jsonb, timestamptz, boolean) is
'Due queued steps within the limits of their providers, users taking turns. p_are_few: all that are due may be read.';

revoke execute on function private.queued_steps(integer, jsonb, timestamptz, boolean)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0235_function_affordable_steps.sql
-- A step is begun while what is spent, and what the steps before it in this claim will cost, has not
-- reached the day's cap. What costs nothing or saves what was paid for goes on.

create or replace function private.affordable_steps(
  p_limit integer,
  p_providers jsonb,
  p_now timestamptz,
  p_budget numeric,
  p_are_few boolean
)
returns table (step_id text, turn bigint, due_at timestamptz)
language plpgsql
volatile
security invoker
rows 20
set search_path = ''
as $$
begin
  return query
  select priced.step_id, priced.turn, priced.due_at
  from (
    select
      queued.*,
      private.is_free(steps) as is_free,
      sum(case
        when private.is_free(steps) then 0
        else coalesce(private.estimate_cost(steps.kind, private.step_input(steps), p_providers ->> steps.kind), 0)
      end) over (
        order by queued.turn, queued.due_at, queued.step_id
        rows between unbounded preceding and 1 preceding
      ) as before_usd
    from private.queued_steps(p_limit, p_providers, p_now, p_are_few) as queued
    join private.steps using (step_id)
  ) as priced
  where priced.is_free
    or coalesce(priced.before_usd, 0) < p_budget;
end;
$$;

comment on function private.affordable_steps(integer, jsonb, timestamptz, numeric, boolean) is
'Of the queued steps that may be had, those that the day''s budget reaches for.';

revoke execute on function private.affordable_steps(integer, jsonb, timestamptz, numeric, boolean)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0236_function_startable_steps.sql
create or replace function private.startable_steps(
  p_limit integer,
  p_providers jsonb,
  p_now timestamptz,
  p_are_few boolean
)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_budget numeric;
begin
  if private.setting('max_usd_per_day') > 0 then
    v_budget := private.budget_left();
  end if;
  if v_budget is null then
    return array(
      select queued.step_id
      from private.queued_steps(p_limit, p_providers, p_now, p_are_few) as queued
      order by queued.turn, queued.due_at
    );
  end if;

  if v_budget = 0 and exists (
    select 1
    from private.steps
    where steps.status = 'queued'
      and steps.due_at <= p_now
      and steps.kind not in ('store_film', 'store_captions', 'check_frame', 'cancel_request')
  ) then
    perform private.note_spending_cap();
  end if;

  return array(
    select queued.step_id
    from private.affordable_steps(p_limit, p_providers, p_now, v_budget, p_are_few) as queued
    order by queued.turn, queued.due_at
  );
end;
$$;

comment on function private.startable_steps(integer, jsonb, timestamptz, boolean) is
'Queued steps that may begin now, within the limits of their providers and the day''s budget, in order.';

revoke execute on function private.startable_steps(integer, jsonb, timestamptz, boolean)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0237_function_film_flag.sql
-- A stitch service stores what it makes: its film is the film, unless it is to be copied first.

create or replace function private.film_flag(p_step private.steps, p_providers jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if p_step.kind not in ('stitch', 'mix_music', 'burn_captions') then
    return '{}';
  end if;

  return jsonb_build_object(
    'is_film',
    p_step.provider = 'stitch'
      and p_providers ->> 'store_films' is distinct from 'always'
      and private.is_last_cut(p_step)
  );
end;
$$;

comment on function private.film_flag(private.steps, jsonb) is
'{is_film} for what joins or finishes a film: whether the step''s provider makes the very file that is the film. Else {}.';

revoke execute on function private.film_flag(private.steps, jsonb) from public, anon, authenticated, service_role;
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
    v_stitch := private.film_step(p_project_id, 'stitch', v_pieces);
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

--! included supabase/schemas/0238_function_step_work.sql
create or replace function private.step_work(
  p_step private.steps,
  p_attempt private.attempts,
  p_mode text,
  p_now timestamptz,
  p_signature text,
  p_traceparent text
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'kind', 'step',
    'step_id', p_step.step_id,
    'step', p_step.kind,
    'mode', p_mode,
    'claim_token', p_step.claim_token,
    'project_id', p_step.project_id,
    'attempt', jsonb_build_object(
      'attempt_id', p_attempt.attempt_id,
      'attempt_token', p_attempt.attempt_id || '.' || p_signature,
      'number', p_attempt.number,
      'traceparent', p_traceparent,
      'provider', p_attempt.provider,
      'input', p_attempt.input,
      'request_id', p_attempt.request_id,
      'status_url', p_attempt.status_url,
      'response_url', p_attempt.response_url,
      'cancel_url', p_attempt.cancel_url,
      'created_at', p_attempt.created_at,
      'age_seconds', extract(epoch from p_now - p_attempt.created_at),
      'announce', coalesce(p_attempt.sent_at = 'infinity', false)
    )
  );
end;
$$;

comment on function private.step_work(private.steps, private.attempts, text, timestamptz, text, text) is
'A leased step and its attempt as the runner gets them, with the token that goes into the callback URL.';

revoke execute on function private.step_work(private.steps, private.attempts, text, timestamptz, text, text)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0239_function_begin_attempts.sql
-- queued → running, each with an attempt that is created
--
-- The attempt exists, its input frozen, before the provider is called. All at once: ten steps are one statement.

create or replace function private.begin_attempts(p_step_ids text[], p_providers jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_work jsonb;
begin
  with
  leased as (
    update private.steps
    set
      status = 'running',
      provider = case
        when projects.execution_mode = 'test' then private.provider_of(steps.project_id, steps.kind, p_providers)
        else p_providers ->> steps.kind
      end,
      attempt_count = steps.attempt_count + 1,
      claim_token = gen_random_uuid(),
      due_at = v_now + make_interval(secs => coalesce(
        (
          select (settings.value #>> '{}')::double precision
          from private.settings
          where settings.name = 'lease_seconds.' || steps.kind
        ),
        private.setting('lease_seconds.' || steps.kind)::double precision
      )),
      updated_at = v_now
    from public.projects
    where steps.step_id = any (p_step_ids)
      and projects.project_id = steps.project_id
    returning steps as step, projects.aspect_ratio, projects.metadata ? 'traceparent' as is_traced
  ),
  asked as materialized (
    select
      (leased.step).*,
      private.input_of(leased.step, leased.aspect_ratio, video_chunks)
        || private.film_flag(leased.step, p_providers) as asked_input
    from leased
    left join public.video_chunks on video_chunks.chunk_id = (leased.step).chunk_id
  ),
  begun as (
    insert into private.attempts (
      step_id, number, provider, input, input_hash, estimated_cost_usd, created_at, sent_at
    )
    select
      asked.step_id,
      asked.attempt_count,
      asked.provider,
      asked.asked_input,
      encode(sha256(convert_to(asked.asked_input::text, 'UTF8')), 'hex'),
      private.estimate_cost(asked.kind, asked.asked_input, asked.provider),
      v_now,
      case
        when asked.kind not in ('store_film', 'store_captions', 'check_frame', 'cancel_request')
          and p_providers -> 'announced' ? asked.provider then 'infinity'::timestamptz
      end
    from asked
    returning attempts as attempt
  ),
  -- As private.sign does, the key read once
  signed as (
    select begun.attempt, encode(extensions.hmac('attempt:' || (begun.attempt).attempt_id, key.value, 'sha256'), 'hex') as signature
    from begun
    cross join (select settings.value #>> '{}' as value from private.settings where settings.name = 'token_key') as key
  )
  select coalesce(jsonb_agg(
    private.step_work(
      leased.step, signed.attempt, 'start', v_now, signed.signature,
      case when leased.is_traced then private.traceparent_of((leased.step).project_id, (signed.attempt).attempt_id) end
    )
    order by array_position(p_step_ids, (leased.step).step_id)
  ), '[]')
  into v_work
  from signed
  join leased on (leased.step).step_id = (signed.attempt).step_id;

  return v_work;
end;
$$;

comment on function private.begin_attempts(text[], jsonb) is
'Begins an attempt of each of these steps, which the caller has locked; the work for the runner, in their order.';

revoke execute on function private.begin_attempts(text[], jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_claim_step.sql
-- waiting stays waiting, under a lease · running with a lease that ran out → waiting, or queued where
-- nothing was sent
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
  v_step private.steps;
  v_attempt private.attempts;
begin
  select attempts.*
  into v_attempt
  from private.attempts
  where attempts.step_id = p_step.step_id
  order by attempts.number desc
  limit 1;

  if p_step.status = 'running' and v_attempt.status = 'created' and v_attempt.sent_at = 'infinity' then
    perform private.requeue_unsent(p_step, v_attempt);
    return '[]';
  end if;

  if p_step.status = 'running' then
    v_attempt := private.end_lease(p_step, v_attempt);
    if v_attempt.status = 'failed' and p_step.attempt_count >= private.setting('max_attempts') then
      perform private.fail_exhausted_step(p_step, v_attempt);
      return '[]';
    end if;
  end if;
  if v_attempt.status = 'failed' then
    return private.begin_attempts(array[p_step.step_id], p_providers);
  end if;

  update private.steps
  set
    status = 'waiting',
    provider = v_attempt.provider,
    attempt_count = v_attempt.number,
    claim_token = gen_random_uuid(),
    due_at = v_now + make_interval(secs => private.setting('lease_seconds.' || p_step.kind)::double precision),
    updated_at = v_now
  where steps.step_id = p_step.step_id
  returning steps.* into v_step;

  return jsonb_build_array(private.step_work(
    v_step,
    v_attempt,
    case when v_attempt.request_id is null then 'lookup' else 'ask' end,
    v_now,
    private.sign('attempt', v_attempt.attempt_id),
    private.traceparent_of(p_step.project_id, v_attempt.attempt_id)
  ));
end;
$$;

comment on function private.claim_step(private.steps, jsonb) is
'Leases one overdue step that the caller has locked; the work for the runner, none when there is nothing to do about it now.';

revoke execute on function private.claim_step(private.steps, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_claim_steps.sql
create or replace function private.claim_steps(p_limit integer, p_providers jsonb, p_now timestamptz)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_due record := private.due_steps(p_limit, p_providers, p_now);
  v_step private.steps;
  v_work jsonb := '[]';
begin
  if cardinality(v_due.overdue) > 0 then
    for v_step in
      select steps.*
      from private.steps
      where steps.step_id = any (v_due.overdue)
        and steps.status not in ('queued', 'completed', 'failed', 'cancelled')
        and steps.due_at <= p_now
      order by steps.due_at
      for no key update skip locked
    loop
      v_work := v_work || private.claim_step(v_step, p_providers);
    end loop;
  end if;

  if cardinality(v_due.queued) > 0 then
    v_work := v_work || private.start_steps(v_due.queued, p_providers, p_now);
  end if;
  return v_work;
end;
$$;

comment on function private.claim_steps(integer, jsonb, timestamptz) is
'Leases up to p_limit due steps, overdue ones first; the work for the runner.';

revoke execute on function private.claim_steps(integer, jsonb, timestamptz) from public, anon, authenticated, service_role;
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
  v_work jsonb := '[]';
begin
  if p_answers_bell then
    perform private.answer_bell();
  end if;

  if p_providers ->> 'deliveries' is distinct from 'apart' then
    v_work := private.lease_deliveries(greatest(p_limit / 2, 1), false);
  end if;
  v_work := v_work || private.claim_steps(greatest(p_limit - jsonb_array_length(v_work), 0), p_providers, v_now);

  return (
    with next as materialized (
      select
        (
          select min(steps.due_at)
          from private.steps
          where steps.status in ('queued', 'running', 'waiting')
            and steps.due_at < 'infinity'
        ) as step_at,
        (
          select min(webhook_deliveries.due_at)
          from public.webhook_deliveries
          where webhook_deliveries.status in ('pending', 'delivering')
        ) as delivery_at
    )
    select jsonb_build_object(
      'work', v_work,
      'deaf', case when bell.unanswered_since is null then false else public.is_bell_deaf() end,
      'deliveries_due', coalesce(next.delivery_at <= v_now, false),
      'next_due_at', least(next.step_at, next.delivery_at)
    )
    from next
    left join private.bell on true
  );
end;
$$;

comment on function public.claim_work(integer, jsonb, boolean) is
'Leases up to p_limit due steps and deliveries, each with a claim token. Called by pipeline-step.';

revoke execute on function public.claim_work(integer, jsonb, boolean) from public, anon, authenticated;
grant execute on function public.claim_work(integer, jsonb, boolean) to service_role;
--! end included

--! included supabase/schemas/0240_function_start_steps.sql
-- Locked by a statement of its own: what is read of their films and chunks afterwards is no older than the
-- lock. Found by their keys: the index of all that is queued would be read as a whole.

create or replace function private.start_steps(p_step_ids text[], p_providers jsonb, p_now timestamptz)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_step_ids text[] := array(
    select steps.step_id
    from private.steps
    where steps.step_id = any (p_step_ids)
      and steps.status not in ('running', 'waiting', 'completed', 'failed', 'cancelled')
      and steps.due_at <= p_now
    order by array_position(p_step_ids, steps.step_id)
    for no key update skip locked
  );
begin
  if cardinality(v_step_ids) = 0 then
    return '[]';
  end if;
  return private.begin_attempts(v_step_ids, p_providers);
end;
$$;

comment on function private.start_steps(text[], jsonb, timestamptz) is
'Leases those of these steps that are queued still and that nobody else is leasing; the work for the runner, in their order.';

revoke execute on function private.start_steps(text[], jsonb, timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0249_function_keep_receipt.sql
-- A receipt is kept whoever claims the step by now: the request runs. What it says of the attempt's status is
-- believed only where it is awaited.

create or replace function private.keep_receipt(p_attempt_id text, p_submission jsonb, p_deadline timestamptz)
returns private.attempts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_is_awaited boolean := p_deadline is not null;
  v_kept record;
begin
  update private.attempts
  set
    request_id = p_submission ->> 'request_id',
    status_url = p_submission ->> 'status_url',
    response_url = p_submission ->> 'response_url',
    cancel_url = p_submission ->> 'cancel_url',
    submitted_at = coalesce(attempts.submitted_at, private.clock()),
    status = case when v_is_awaited then 'submitted' else attempts.status end,
    deadline_at = case when v_is_awaited then p_deadline else attempts.deadline_at end,
    error_message = case when v_is_awaited then null else attempts.error_message end
  where attempts.attempt_id = p_attempt_id
    and coalesce(attempts.request_id, p_submission ->> 'request_id') = p_submission ->> 'request_id'
  returning attempts as attempt into v_kept;
  return v_kept.attempt;
exception
  -- Another attempt has this request: a look-up offered it, and it is not ours.
  when unique_violation then
    return null;
end;
$$;

comment on function private.keep_receipt(text, jsonb, timestamptz) is
'Notes {request_id, status_url, response_url, cancel_url} of an attempt; submitted, where p_deadline says until when its callback is awaited. Null where the request is another''s.';

revoke execute on function private.keep_receipt(text, jsonb, timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0250_function_await_callback.sql
-- step running → waiting · chunk PENDING → SUBMITTED · scene pending → generating · project queued → generating

create or replace function private.await_callback(
  p_project public.projects,
  p_step private.steps,
  p_attempt private.attempts
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
begin
  if p_step.kind = 'generate_clip' then
    if coalesce(p_project.paused_from, p_project.status) in ('queued', 'storyboarding') then
      perform private.advance_project(p_step.project_id, array['queued', 'storyboarding'], 'generating');
    end if;

    with submitted as (
      update public.video_chunks
      set status = 'SUBMITTED', request_id = p_attempt.request_id
      where video_chunks.chunk_id = p_step.chunk_id
        and video_chunks.status not in ('SUBMITTED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED')
    )
    update public.scenes
    set status = 'generating'
    where scenes.scene_id = p_step.scene_id
      and scenes.status = 'pending';
  end if;

  update private.steps
  set status = 'waiting', claim_token = null, due_at = p_attempt.deadline_at, updated_at = v_now
  where steps.step_id = p_step.step_id
    and steps.status not in ('queued', 'completed', 'failed', 'cancelled');
end;
$$;

comment on function private.await_callback(public.projects, private.steps, private.attempts) is
'The provider has the submitted attempt: step waiting, and chunk, scene and project say that work has begun.';

revoke execute on function private.await_callback(public.projects, private.steps, private.attempts)
from public, anon, authenticated, service_role;
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
  v_found record;
  v_deadline timestamptz;
  v_attempt private.attempts;
begin
  -- Before the project: a callback may hold it when it comes to the project.
  perform private.lock_request(attempts.provider, p_submission ->> 'request_id')
  from private.attempts
  where attempts.attempt_id = p_attempt_id;

  select projects as project, steps as step, attempts as attempt, providers.failures_in_a_row
  into v_found
  from private.attempts
  join private.steps using (step_id)
  join public.projects using (project_id)
  left join private.providers on providers.name = attempts.provider
  where attempts.attempt_id = p_attempt_id
    and steps.step_id = p_step_id
  for no key update of projects, steps, attempts;

  if not found then
    return 'stale';
  end if;

  if (v_found.step).claim_token is not distinct from p_claim_token and (v_found.attempt).status in ('created', 'lost') then
    v_deadline := private.callback_deadline(v_found.step, v_found.attempt);
  end if;
  v_attempt := private.keep_receipt(p_attempt_id, p_submission, v_deadline);
  if v_attempt.attempt_id is null then
    return 'stale';
  elsif v_deadline is null then
    perform private.abandon_request(v_attempt, v_found.step);
    return 'stale';
  end if;

  perform private.await_callback(v_found.project, v_found.step, v_attempt);
  if v_found.failures_in_a_row > 0 then
    perform private.release_provider(v_attempt.provider);
  end if;

  -- Looked at first: next to none is early.
  if exists (
    select 1
    from public.webhook_logs
    where webhook_logs.source = v_attempt.provider
      and webhook_logs.request_id = v_attempt.request_id
      and webhook_logs.status = 'pending'
  ) then
    perform private.apply_buffered(v_attempt.provider, v_attempt.request_id);
  end if;
  return 'applied';
end;
$$;

comment on function public.record_submission(text, uuid, text, jsonb) is
'created | lost → submitted. p_submission: {request_id, status_url, response_url, cancel_url}. Called by the runner.';

revoke execute on function public.record_submission(text, uuid, text, jsonb) from public, anon, authenticated;
grant execute on function public.record_submission(text, uuid, text, jsonb) to service_role;
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
  v_found record;
  v_step private.steps;
begin
  select projects as project, steps as step, attempts as attempt
  into v_found
  from private.attempts
  join private.steps using (step_id)
  join public.projects using (project_id)
  where attempts.attempt_id = p_attempt_id
    and steps.step_id = p_step_id
  for no key update of projects, steps, attempts;

  v_step := v_found.step;
  if not found or v_step.claim_token is distinct from p_claim_token or v_step.status not in ('running', 'waiting') then
    return 'stale';
  end if;

  case p_answer ->> 'state'
    when 'completed' then
      if v_step.status = 'running' then
        perform private.release_provider(v_step.provider);
      end if;
      perform private.complete_attempt(v_found.project, v_step, v_found.attempt, p_answer -> 'output');
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

--! included supabase/schemas/0270_function_complete_attempt.sql
-- attempt created | submitted | in_progress | lost → completed · step → completed
--
-- p_attempt is as it is under its lock. The verb of what was made then moves chunk, scene or project on.

create or replace function private.complete_attempt(
  p_project public.projects,
  p_step private.steps,
  p_attempt private.attempts,
  p_output jsonb
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_ended record;
begin
  if p_attempt.status not in ('created', 'submitted', 'in_progress', 'lost') then
    return;
  elsif not private.is_output_of(p_step.kind, p_output) then
    perform private.fail_attempt(p_attempt.attempt_id, jsonb_build_object(
      'message', format('The provider reported success without the result of %s', p_step.kind),
      'retryable', false
    ));
    return;
  end if;

  with
  closed as (
    update private.steps
    set status = 'completed', output = p_output, claim_token = null, updated_at = v_now
    where steps.step_id = p_step.step_id
  ),
  recorded as (
    insert into public.pipeline_events (project_id, scene_id, chunk_id, type, data, at)
    values (
      p_step.project_id, p_step.scene_id, p_step.chunk_id, 'step.completed',
      jsonb_build_object('kind', p_step.kind, 'step_id', p_step.step_id), v_now
    )
  )
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
  where attempts.attempt_id = p_attempt.attempt_id
  returning
    (attempts.input ->> 'is_film')::boolean as is_film,
    attempts.actual_cost_usd > attempts.estimated_cost_usd as is_dearer
  into v_ended;

  case p_step.kind
    when 'storyboard' then
      perform private.complete_storyboard(p_step.project_id, p_output);
    when 'reframe_image' then
      perform private.complete_still(p_step, p_output);
    when 'generate_clip' then
      perform private.complete_chunk(p_project, p_step.chunk_id, p_attempt.input, p_output);
    when 'extract_last_frame' then
      perform private.check_frame(p_project, p_step, p_output);
    when 'check_frame' then
      perform private.complete_frame_check(p_step, p_output);
    when 'stitch', 'extract_thumbnail' then
      if v_ended.is_film then
        perform private.complete_project(p_step.project_id, private.with_thumbnail(p_step.project_id, p_output));
      else
        perform private.store_film_when_ready(p_step.project_id);
      end if;
    when 'generate_voice', 'generate_music', 'level_music', 'mux_audio', 'mix_music', 'store_captions', 'burn_captions' then
      perform private.complete_part(p_step, p_output, coalesce(v_ended.is_film, false));
    when 'store_film' then
      perform private.complete_project(p_step.project_id, p_output);
    else
      null;
  end case;

  -- Last, because what is done by now is not left to do.
  if v_ended.is_dearer then
    perform private.hold_over_budget(p_step.project_id);
  end if;
end;
$$;

comment on function private.complete_attempt(public.projects, private.steps, private.attempts, jsonb) is
'→ completed, for attempt and step; what was made moves chunk, scene or project on. A film that turns out dearer is estimated anew. The caller holds the project''s lock.';

revoke execute on function private.complete_attempt(public.projects, private.steps, private.attempts, jsonb)
from public, anon, authenticated, service_role;
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
    due_at = private.due_at(v_status, p_step.kind, private.clock()) + v_delay,
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

--! included supabase/schemas/0279_function_clip_hash.sql
-- p_input: what its attempt was made with (step_input), frozen when it began.

create or replace function private.clip_hash(p_input jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return encode(sha256(convert_to(
    jsonb_build_array(
      p_input -> 'aspect_ratio', p_input -> 'model', p_input -> 'prompt', p_input -> 'duration', p_input -> 'image_url',
      p_input -> 'driver_video_url', p_input -> 'audio_url', p_input -> 'end_image_url'
    )::text,
    'UTF8'
  )), 'hex');
end;
$$;

comment on function private.clip_hash(jsonb) is 'SHA-256 in hex of all that a clip was made from.';

revoke execute on function private.clip_hash(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0280_function_complete_chunk.sql
-- chunk → COMPLETED; then its last frame, or the end of its scene

create or replace function private.complete_chunk(
  p_project public.projects,
  p_chunk_id text,
  p_input jsonb,
  p_output jsonb
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_done record;
  v_chunk public.video_chunks;
begin
  update public.video_chunks
  set
    status = 'COMPLETED',
    kling_video_url = p_output ->> 'video_url',
    kling_completed_at = private.clock(),
    input_hash = private.clip_hash(p_input),
    progress = 100,
    error_message = null
  where video_chunks.chunk_id = p_chunk_id
    and video_chunks.status not in ('COMPLETED', 'FAILED', 'CANCELLED')
  -- As a whole, not column by column: that is a fifth of what the statement would cost.
  returning video_chunks as chunk into v_done;

  if not found then
    return;
  end if;
  v_chunk := v_done.chunk;

  -- The callback may be faster than the record of the submission.
  if coalesce(p_project.paused_from, p_project.status) in ('queued', 'storyboarding') then
    perform private.advance_project(v_chunk.project_id, array['queued', 'storyboarding'], 'generating');
  end if;

  insert into public.media (project_id, scene_id, type, url, width, height, duration, metadata)
  values (
    v_chunk.project_id, v_chunk.scene_id, 'generated-video', v_chunk.kling_video_url,
    (p_output ->> 'width')::numeric, (p_output ->> 'height')::numeric,
    coalesce((p_output ->> 'duration')::numeric, v_chunk.duration),
    jsonb_build_object('chunk_id', v_chunk.chunk_id, 'model', v_chunk.model)
  );
  perform private.update_progress(v_chunk.project_id);

  if exists (
    select 1
    from public.video_chunks
    where video_chunks.scene_id = v_chunk.scene_id
      and video_chunks.take = v_chunk.take
      and video_chunks.position = v_chunk.position + 1
  ) then
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

comment on function private.complete_chunk(public.projects, text, jsonb, jsonb) is
'PENDING | SUBMITTED | IN_PROGRESS → COMPLETED, once. The caller holds the project''s lock.';

revoke execute on function private.complete_chunk(public.projects, text, jsonb, jsonb) from public, anon, authenticated, service_role;
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
  v_chunk record;
begin
  select video_chunks.project_id, video_chunks.scene_id, next.chunk_id as next_id
  into v_chunk
  from public.video_chunks
  left join public.video_chunks as next
    on next.scene_id = video_chunks.scene_id
    and next.take = video_chunks.take
    and next.position = video_chunks.position + 1
  where video_chunks.chunk_id = p_chunk_id;

  insert into public.media (project_id, scene_id, type, url, width, height, metadata)
  values (
    v_chunk.project_id, v_chunk.scene_id, 'frame', p_output ->> 'image_url',
    (p_output ->> 'width')::numeric, (p_output ->> 'height')::numeric,
    jsonb_build_object('chunk_id', p_chunk_id)
  );

  if v_chunk.next_id is null then
    perform private.complete_scene(v_chunk.scene_id, p_output ->> 'image_url');
    return;
  end if;

  update public.video_chunks
  set image_url = p_output ->> 'image_url'
  where video_chunks.chunk_id = v_chunk.next_id
    and video_chunks.status not in ('SUBMITTED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED');
  perform private.add_step(v_chunk.project_id, 'generate_clip', v_chunk.scene_id, v_chunk.next_id);
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
  v_scene record;
  v_next_id text;
  v_is_last boolean;
begin
  update public.scenes
  set
    status = 'completed',
    last_frame_url = coalesce(p_last_frame_url, scenes.last_frame_url),
    input_hash = private.scene_hash(scenes.scene_id),
    completed_at = private.clock()
  where scenes.scene_id = p_scene_id
    and scenes.status in ('pending', 'generating', 'extracting_frame')
  returning scenes.project_id, scenes.position, scenes.last_frame_url into v_scene;

  if not found then
    return;
  end if;

  -- Whichever scene is the last one to complete, the project's lock makes it see all the others.
  select
    max(scenes.scene_id) filter (
      where scenes.position = v_scene.position + 1
        and scenes.continuity = 'last_frame'
        and scenes.status = 'pending'
    ),
    bool_and(scenes.status = 'completed')
  into v_next_id, v_is_last
  from public.scenes
  where scenes.project_id = v_scene.project_id;

  if v_next_id is not null then
    perform private.start_scene(v_next_id, v_scene.last_frame_url);
  elsif v_is_last then
    perform private.advance_project(v_scene.project_id, array['queued', 'storyboarding', 'generating'], 'stitching');
  end if;
end;
$$;

comment on function private.complete_scene(text, text) is
'→ completed; starts the scene that continues from its last frame, and the stitching once all are complete. The caller holds the project''s lock.';

revoke execute on function private.complete_scene(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0285_function_check_frame.sql
create or replace function private.check_frame(p_project public.projects, p_step private.steps, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if p_project.film_options -> 'check_frames' = 'true' then
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

comment on function private.check_frame(public.projects, private.steps, jsonb) is
'A last frame is there: it is looked at where the job asked for that, else handed over. The caller holds the project''s lock.';

revoke execute on function private.check_frame(public.projects, private.steps, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0290_function_film_step.sql
-- The step that makes (or has made) the film's thumbnail or the joined film from the clips as they are
-- selected now. A step that was made from other clips does not count: they were generated anew since.
-- Of what a film is joined from only its pieces ever change, so that they tell.

create or replace function private.film_step(p_project_id text, p_kind text, p_pieces text[] default null)
returns private.steps
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_pieces text[] := p_pieces;
  v_step private.steps;
begin
  if p_kind = 'extract_thumbnail' then
    v_pieces := private.film_clips(p_project_id);
  elsif p_pieces is null then
    select array_agg(film_pieces.url order by film_pieces.place)
    into v_pieces
    from private.film_pieces(p_project_id);
  end if;

  select steps.*
  into v_step
  from private.steps
  left join private.attempts using (step_id)
  where steps.project_id = p_project_id
    and steps.kind = p_kind
    and steps.status in ('queued', 'running', 'waiting', 'completed')
    and case
      when attempts.attempt_id is null then true
      when p_kind = 'stitch' then attempts.input -> 'video_urls' = to_jsonb(v_pieces)
      else attempts.input ->> 'video_url' = v_pieces[1]
    end
  order by steps.created_at desc
  limit 1;

  return v_step;
end;
$$;

comment on function private.film_step(text, text, text[]) is
'The open or completed stitch or extract_thumbnail step for the clips that are selected now; null when there is none. p_pieces: what the film is joined from, where the caller knows it.';

revoke execute on function private.film_step(text, text, text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0296_function_task_tokens.sql
create or replace function private.task_tokens(p_ids text[])
returns text[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_key text := (select settings.value #>> '{}' from private.settings where settings.name = 'token_key');
begin
  return array(
    select encode(extensions.hmac('task:' || each.id, v_key, 'sha256'), 'hex')
    from unnest(p_ids) with ordinality as each (id, n)
    order by each.n
  );
end;
$$;

comment on function private.task_tokens(text[]) is
'private.sign(''task'', id) of each id, in their order; null of null. The key is read once.';

revoke execute on function private.task_tokens(text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0297_function_estimate_clips.sql
-- What estimate_film comes to for a film of which nothing is made yet and that has neither sound nor
-- captions: by its clips alone, before they have rows.

create or replace function private.estimate_clips(
  p_providers jsonb,
  p_models text[],
  p_seconds numeric[],
  p_continues boolean[],
  p_stills bigint
)
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
-- The lengths of its arrays would have it planned each time.
set plan_cache_mode = force_generic_plan
-- Planned for a thousand times as many rows as there are, a hash table is megabytes of zeroes.
set enable_hashjoin = off
set enable_hashagg = off
as $$
declare
  v_providers jsonb := coalesce(
    nullif(p_providers, 'null'),
    '{"reframe_image": "fal", "generate_clip": "fal", "extract_last_frame": "fal", "extract_thumbnail": "fal",
      "stitch": "fal"}'
  );
begin
  return (
    with
    clips as (
      select clip.*
      from unnest(p_models, p_seconds, p_continues) with ordinality as clip (model, seconds, continues, position)
    ),

    pieces (kind, model, seconds, n) as (
      select 'generate_clip', clips.model, clips.seconds, count(*)
      from clips
      group by clips.model, clips.seconds
      union all
      select 'extract_last_frame', null, clips.seconds, count(*)
      from clips
      join clips as following on following.position = clips.position + 1
      where following.continues
      group by clips.seconds
      union all
      select 'extract_thumbnail', null, clips.seconds, 1
      from clips
      where clips.position = 1
      union all
      select 'stitch', null, case when count(*) = count(clips.seconds) then sum(clips.seconds) end, 1
      from clips
      having count(*) > 1
      union all
      select 'reframe_image', null, null, p_stills
      where p_stills > 0
    ),

    -- The dearest of the models that may do it; without a price of each nobody knows
    costs (usd) as (
      select pieces.n * case when count(*) = count(priced.usd) then max(priced.usd) end
      from pieces
      cross join lateral (select v_providers ->> pieces.kind as provider) as chosen
      cross join lateral (
        select pieces.model as name
        union
        select model_fallbacks.fallback
        from private.model_fallbacks
        where model_fallbacks.model = pieces.model
      ) as models
      left join lateral (
        select 0 as usd
        where chosen.provider in ('test', 'storage')
        union all
        select coalesce(prices.usd_per_call, 0)
          + case when prices.usd_per_second > 0 then prices.usd_per_second * pieces.seconds else 0 end
          + case when prices.usd_per_character > 0 then null else 0 end
        from private.prices
        where chosen.provider not in ('test', 'storage')
          and prices.kind = pieces.kind
          and prices.model = private.priced_model(
            chosen.provider, pieces.kind, jsonb_build_object('model', models.name)
          )
      ) as priced on true
      group by pieces.kind, pieces.model, pieces.seconds, pieces.n
    )
    select case when count(*) = count(costs.usd) then sum(costs.usd) end
    from costs
  );
end;
$$;

comment on function private.estimate_clips(jsonb, text[], numeric[], boolean[], bigint) is
'US dollars of a new film of these clips, in order: their models, their seconds, whether each continues the one before, and how many stills are made first; null where something has no price.';

revoke execute on function private.estimate_clips(jsonb, text[], numeric[], boolean[], bigint)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0298_function_estimate_jobs.sql
create or replace function private.estimate_jobs(p_jobs jsonb, p_taken boolean[])
returns numeric[]
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- Planned for a thousand times as many rows as there are, a hash table is megabytes of zeroes.
set enable_hashjoin = off
set enable_hashagg = off
as $$
begin
  return (
    with
    clips as (
      select
        item.n,
        case when item.job ->> 'execution_mode' is distinct from 'test'
          then coalesce(item.job -> 'providers', 'null') end as providers,
        shot.position as scene,
        part.position,
        part.chunk ->> 'model' as model,
        (part.chunk ->> 'duration')::numeric as seconds,
        part.position > 1 or shot.scene ->> 'continuity' = 'last_frame' as continues,
        case
          when part.position = 1
            and (shot.position = 1 or shot.scene ->> 'continuity' <> 'last_frame')
            and shot.scene ->> 'reframe_to' is not null
          then jsonb_build_array(
            coalesce(shot.scene ->> 'image_url', item.job ->> 'image_url'), shot.scene ->> 'reframe_to'
          )
        end as still
      from jsonb_array_elements(p_jobs) with ordinality as item (job, n)
      cross join lateral jsonb_array_elements(item.job -> 'scenes') with ordinality as shot (scene, position)
      cross join lateral jsonb_array_elements(shot.scene -> 'chunks') with ordinality as part (chunk, position)
      where p_taken[item.n]
    ),

    films as (
      select
        clips.n,
        array_agg(clips.model order by clips.scene, clips.position) as models,
        array_agg(clips.seconds order by clips.scene, clips.position) as seconds,
        array_agg(clips.continues order by clips.scene, clips.position) as continues,
        count(distinct clips.still) filter (where clips.still ->> 0 is not null) as stills,
        clips.providers
      from clips
      group by clips.n, clips.providers
    ),

    -- Most jobs of a moment ask for films of one shape
    shapes as (
      select
        shape.*,
        case
          when shape.providers is null then 0
          else private.estimate_clips(shape.providers, shape.models, shape.seconds, shape.continues, shape.stills)
        end as usd
      from (
        select distinct films.models, films.seconds, films.continues, films.stills, films.providers
        from films
      ) as shape
    )

    select array_agg(shapes.usd order by each.n)
    from generate_series(1, jsonb_array_length(p_jobs)) as each (n)
    left join films using (n)
    left join shapes
      on shapes.models = films.models
      and shapes.seconds is not distinct from films.seconds
      and shapes.continues = films.continues
      and shapes.stills = films.stills
      and shapes.providers is not distinct from films.providers
  );
end;
$$;

comment on function private.estimate_jobs(jsonb, boolean[]) is
'What estimate_film will say of the film of each plain job that is taken, in the order of the jobs. A test costs nothing.';

revoke execute on function private.estimate_jobs(jsonb, boolean[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0298_function_insert_films.sql
-- As insert_scenes and continue_project, but for many films at once, of which nothing is there yet: the first scene and
-- each that does not go on from the one before begin, with a clip, or with the still that the clip
-- starts from where it has to be made first.

create or replace function private.insert_films(p_jobs jsonb, p_ids text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- Planned for a thousand times as many rows as there are, a hash table is megabytes of zeroes.
set enable_hashjoin = off
set enable_hashagg = off
as $$
declare
  v_now timestamptz := private.clock();
  -- As new_id makes ids, but the time is told once.
  v_born text := lpad(to_hex((date_part('epoch', clock_timestamp()) * 1000)::bigint), 12, '0');
begin
  with
  shots as materialized (
    select
      'scene_' || v_born || overlay(gen_random_uuid()::text placing '' from 9 for 16) as scene_id,
      -- Its first clip's, so that the step which begins it need not be joined with what was inserted
      'chunk_' || v_born || overlay(gen_random_uuid()::text placing '' from 9 for 16) as chunk_id,
      p_ids[item.n] as project_id,
      item.job ->> 'user_id' as user_id,
      shot.position,
      shot.scene,
      shot.scene ->> 'reframe_to' as ratio,
      begun.is_begun,
      case when begun.is_begun then coalesce(shot.scene ->> 'image_url', item.job ->> 'image_url') end as image_url
    from jsonb_array_elements(p_jobs) with ordinality as item (job, n)
    cross join lateral jsonb_array_elements(item.job -> 'scenes') with ordinality as shot (scene, position)
    cross join lateral (
      select shot.position = 1 or shot.scene ->> 'continuity' <> 'last_frame' as is_begun
    ) as begun
    where p_ids[item.n] is not null
  ),

  filmed as (
    insert into public.scenes (
      scene_id, project_id, position, prompt, image_url, continuity, metadata, reframe_to, caption, transition,
      reanchored, created_at, updated_at
    )
    select
      shots.scene_id,
      shots.project_id,
      shots.position,
      shots.scene ->> 'prompt',
      shots.scene ->> 'image_url',
      shots.scene ->> 'continuity',
      coalesce(shots.scene -> 'metadata', '{}'),
      shots.ratio,
      shots.scene ->> 'caption',
      coalesce(shots.scene ->> 'transition', 'cut'),
      coalesce((shots.scene ->> 'reanchored')::boolean, false),
      v_now,
      v_now
    from shots
  ),

  clips as (
    insert into public.video_chunks (
      chunk_id, scene_id, project_id, position, model, prompt, image_url, duration, driver_video_url, audio_url,
      created_at, updated_at
    )
    select
      case when part.position = 1 then shots.chunk_id
        else 'chunk_' || v_born || overlay(gen_random_uuid()::text placing '' from 9 for 16) end,
      shots.scene_id,
      shots.project_id,
      part.position,
      part.chunk ->> 'model',
      part.chunk ->> 'prompt',
      case when part.position = 1 and shots.ratio is null then shots.image_url end,
      (part.chunk ->> 'duration')::numeric,
      part.chunk ->> 'driver_video_url',
      part.chunk ->> 'audio_url',
      v_now,
      v_now
    from shots
    cross join lateral jsonb_array_elements(shots.scene -> 'chunks') with ordinality as part (chunk, position)
  ),

  -- Several scenes may start from one image: it is paid for once
  begun as (
    select
      shots.project_id, shots.scene_id, shots.chunk_id, shots.user_id, shots.position, shots.image_url, shots.ratio,
      shots.image_url is not null and shots.ratio is not null as is_still,
      row_number() over (partition by shots.project_id, shots.image_url, shots.ratio order by shots.position) as place,
      -- The first scene's comes first.
      v_now + shots.position * interval '1 microsecond' as at
    from shots
    where shots.is_begun
  ),

  queued as (
    insert into private.steps (
      step_id, project_id, scene_id, chunk_id, user_id, kind, due_at, input, created_at, updated_at
    )
    select
      'step_' || v_born || overlay(gen_random_uuid()::text placing '' from 9 for 16),
      begun.project_id,
      begun.scene_id,
      begun.chunk_id,
      begun.user_id,
      case when begun.is_still then 'reframe_image' else 'generate_clip' end,
      begun.at,
      case when begun.is_still
        then jsonb_build_object('image_url', begun.image_url, 'aspect_ratio', begun.ratio) else '{}' end,
      begun.at,
      begun.at
    from begun
    where not (begun.is_still and begun.place > 1)
    order by begun.project_id, begun.position
    returning steps.step_id, steps.project_id, steps.scene_id, steps.chunk_id, steps.kind
  )

  insert into public.pipeline_events (project_id, scene_id, chunk_id, type, data, at)
  select
    queued.project_id,
    queued.scene_id,
    queued.chunk_id,
    'step.queued',
    jsonb_build_object('kind', queued.kind, 'step_id', queued.step_id),
    v_now
  from queued;
end;
$$;

comment on function private.insert_films(jsonb, text[]) is
'Inserts scenes and clips of the projects of these plain jobs, in their order, and queues what each film needs first; null: the job has none.';

revoke execute on function private.insert_films(jsonb, text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0298_function_insert_projects.sql
-- As insert_project, but for many at once, and with an estimate that is known beforehand.

create or replace function private.insert_projects(p_jobs jsonb, p_taken boolean[], p_usd numeric[])
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- Planned for a thousand times as many rows as there are, a hash table is megabytes of zeroes.
set enable_hashjoin = off
set enable_hashagg = off
as $$
declare
  v_now timestamptz := private.clock();
  -- As new_id makes ids, but the time is told once.
  v_born text := lpad(to_hex((date_part('epoch', clock_timestamp()) * 1000)::bigint), 12, '0');
  v_ids text[];
begin
  with
  given as materialized (
    select
      item.n,
      item.job,
      asked.request,
      private.request_digest(asked.request) as digest,
      'proj_' || v_born || overlay(gen_random_uuid()::text placing '' from 9 for 16) as project_id
    from jsonb_array_elements(p_jobs) with ordinality as item (job, n)
    cross join lateral private.job_request(item.job) as asked (request)
    where p_taken[item.n]
  ),

  inserted as (
    insert into public.projects (
      project_id, video_id, chat_id, user_id, user_email, user_name, source, prompt, image_url, model, aspect_ratio,
      version, total_scenes, callback_url, idempotency_key, execution_mode, metadata, created_at, updated_at,
      storyboard, estimated_cost_usd, film_options
    )
    select
      given.project_id,
      given.job ->> 'video_id',
      given.job ->> 'chat_id',
      given.job ->> 'user_id',
      given.job ->> 'user_email',
      given.job ->> 'user_name',
      given.job ->> 'source',
      given.job ->> 'prompt',
      given.job ->> 'image_url',
      given.job ->> 'model',
      given.job ->> 'aspect_ratio',
      coalesce(latest.version, 0) + 1,
      jsonb_array_length(given.job -> 'scenes'),
      given.job ->> 'callback_url',
      private.job_key(given.job, given.digest),
      given.job ->> 'execution_mode',
      (
        select coalesce(jsonb_object_agg(kept.key, coalesce(given.request -> kept.key, kept.value)), '{}')
        from jsonb_each(given.job -> 'metadata') as kept
        where kept.value <> 'null'
      ),
      v_now,
      v_now,
      case when given.job ->> 'storyboard' = 'splitter'
        then jsonb_build_object('by', 'splitter', 'scenes', jsonb_array_length(given.job -> 'scenes')) end,
      p_usd[given.n],
      coalesce(jsonb_strip_nulls(nullif(given.job -> 'film_options', 'null')), '{}')
    from given
    left join lateral (
      select projects.version
      from public.projects
      where projects.user_id = given.job ->> 'user_id'
        and projects.video_id = given.job ->> 'video_id'
      order by projects.version desc
      limit 1
    ) as latest on true
    -- Two calls with the same keys wait for each other's rows in one order.
    order by given.job ->> 'user_id', private.job_key(given.job, given.digest), given.n
    on conflict (user_id, idempotency_key) do nothing
    returning projects.project_id
  ),

  requested as (
    insert into private.job_requests (project_id, via, body_digest, events, webhook_headers, is_notified, providers)
    select
      given.project_id,
      given.job ->> 'via',
      given.digest,
      case when jsonb_typeof(given.job -> 'events') = 'array'
        then array(select jsonb_array_elements_text(given.job -> 'events')) end,
      coalesce(nullif(given.job -> 'webhook_headers', 'null'), '{}'),
      coalesce((given.job ->> 'notify')::boolean, false),
      nullif(given.job -> 'providers', 'null')
    from given
    join inserted using (project_id)
  )

  select array_agg(inserted.project_id order by each.n)
  into v_ids
  from generate_series(1, jsonb_array_length(p_jobs)) as each (n)
  left join given using (n)
  left join inserted using (project_id);

  return v_ids;
end;
$$;

comment on function private.insert_projects(jsonb, boolean[], numeric[]) is
'Inserts a project for each job that is taken, and what it asked for; their ids in the order of the jobs, null where the idempotency key was there already. The caller holds the locks of the version counts.';

revoke execute on function private.insert_projects(jsonb, boolean[], numeric[]) from public, anon, authenticated, service_role;
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
    return coalesce(nullif(public.create_projects(jsonb_build_array(p_job)) -> 0, 'null'), private.open_project(p_job));
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

--! included supabase/schemas/0299_function_create_projects.sql
-- → queued, or what follows from it at once, as many jobs as came together
--
-- A statement for each table, however many they are. What cannot be done for several at a time, or
-- would have to wait for somebody, is left to create_project: a slow job keeps no other one waiting.

create or replace function public.create_projects(p_jobs jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_taken boolean[];
  v_usd numeric[];
  v_ids text[];
  v_tokens text[];
begin
  -- In a statement of its own, so that the next ones see what those committed who held these locks. They
  -- are tried, not waited for: two calls with the same videos in another order would wait for each other.
  select array_agg(
    job.place = 1
    and private.is_plain_job(job.job)
    and pg_try_advisory_xact_lock(private.version_lock(job.job))
    order by job.n
  )
  into v_taken
  from (
    select
      item.n,
      item.job,
      row_number() over (partition by item.job ->> 'user_id', item.job ->> 'video_id' order by item.n) as place
    from jsonb_array_elements(p_jobs) with ordinality as item (job, n)
  ) as job;

  v_usd := private.estimate_jobs(p_jobs, v_taken);
  v_ids := private.insert_projects(p_jobs, v_taken, v_usd);
  perform private.insert_films(p_jobs, v_ids);

  v_tokens := private.task_tokens(v_ids);

  -- What job_answer would say of each that is there now.
  return (
    select coalesce(jsonb_agg(
      case when v_ids[item.n] is not null then jsonb_build_object(
        'outcome', 'created',
        'project_id', v_ids[item.n],
        'status', 'queued',
        'storyboard', coalesce(item.job ->> 'storyboard', 'none'),
        'estimated_cost_usd', v_usd[item.n],
        'task_token', v_tokens[item.n]
      ) end
      order by item.n
    ), '[]')
    from jsonb_array_elements(p_jobs) with ordinality as item (job, n)
  );
end;
$$;

comment on function public.create_projects(jsonb) is
'→ queued, each idempotent by its key. What create_project answers to each, in the order of the jobs; null for a job that it has to be asked about. Called by webhook.';

revoke execute on function public.create_projects(jsonb) from public, anon, authenticated;
grant execute on function public.create_projects(jsonb) to service_role;
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
  v_key text := private.job_key(p_job, v_digest);
  v_user_id text := p_job ->> 'user_id';
  v_project public.projects;
begin
  perform pg_advisory_xact_lock(private.version_lock(p_job));

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
    perform private.prepare_film(v_project.project_id);
  end if;

  return private.job_answer(v_project.project_id, 'created');
end;
$$;

comment on function private.open_project(jsonb) is
'→ queued; idempotent by key. Raises RL402, with the answer as its detail, where the film does not fit into max_cost_usd.';

revoke execute on function private.open_project(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0299_function_put_callback.sql
-- A callback's row is inserted once it has ended: one version of it instead of two. What something
-- was to read before that, or what waited, is there already.

create or replace function private.put_callback(p_log public.webhook_logs, p_is_there boolean)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if not p_is_there then
    insert into public.webhook_logs values (p_log.*);
    return;
  end if;

  update public.webhook_logs
  set
    status = p_log.status,
    outcome = p_log.outcome,
    error = p_log.error,
    project_id = p_log.project_id,
    duration_ms = p_log.duration_ms,
    processed_at = p_log.processed_at
  where webhook_logs.webhook_log_id = p_log.webhook_log_id;
end;
$$;

comment on function private.put_callback(public.webhook_logs, boolean) is
'Writes down how far a callback is: its row, or, where that is there, what has become of it since.';

revoke execute on function private.put_callback(public.webhook_logs, boolean)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0300_function_attempt_id_of_token.sql
-- A token is <attempt id>.<HMAC of the attempt id>: nothing is stored, and nobody can make one up.

create or replace function private.attempt_id_of_token(p_token text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_id text := split_part(p_token, '.', 1);
begin
  if private.is_signed('attempt', v_id, split_part(p_token, '.', 2)) then
    return v_id;
  end if;
  return null;
end;
$$;

comment on function private.attempt_id_of_token(text) is
'The id of the attempt that a token names; null when we did not sign it. The attempt may be pruned by now.';

revoke execute on function private.attempt_id_of_token(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0300_function_forget_delivery.sql
create or replace function private.forget_delivery(
  p_log public.webhook_logs,
  p_error text,
  p_is_there boolean default true
)
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
  perform private.put_callback(v_log, p_is_there);

  delete from private.seen_deliveries
  where seen_deliveries.source = p_log.source
    and seen_deliveries.webhook_id = p_log.webhook_id
    and seen_deliveries.webhook_log_id = p_log.webhook_log_id;

  perform private.record_error('webhook', format('Cannot process callback: %s', p_error), jsonb_build_object(
    'source', p_log.source, 'webhook_log_id', p_log.webhook_log_id
  ));
end;
$$;

comment on function private.forget_delivery(public.webhook_logs, text, boolean) is
'pending → error: the callback stays on record, and its delivery counts as unseen, so that the sender''s next try is processed.';

revoke execute on function private.forget_delivery(public.webhook_logs, text, boolean)
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
  v_now timestamptz := private.clock();
  v_raw_body bytea := decode(p_callback ->> 'raw_body', 'base64');
  v_webhook_id text := coalesce(p_callback ->> 'delivery_id', 'sha256:' || encode(sha256(v_raw_body), 'hex'));
  v_log_id text := private.new_id('whlog');
  v_log public.webhook_logs;
begin
  if p_callback ->> 'malformed' is null then
    insert into private.seen_deliveries (source, webhook_id, webhook_log_id, seen_at)
    values (p_callback ->> 'source', v_webhook_id, v_log_id, v_now)
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
  v_log.attempt_id := private.attempt_id_of_token(p_callback ->> 'token');
  v_log.is_token_wrong := p_callback ->> 'token' is not null and v_log.attempt_id is null;
  v_log.headers := coalesce(p_callback -> 'headers', '{}');
  v_log.raw_body := v_raw_body;
  v_log.data := nullif(p_callback -> 'data', 'null');
  v_log.result := nullif(p_callback -> 'result', 'null');
  v_log.error := p_callback ->> 'malformed';
  v_log.retry_count := 0;
  v_log.duplicate_count := 0;
  v_log.received_at := v_now;
  v_log.processed_at := case when v_log.error is not null then v_log.received_at end;

  if v_log.error is not null or not private.is_provider(v_log.source) then
    perform private.put_callback(v_log, false);
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
  v_is_there boolean := not private.is_provider(p_callback ->> 'source');
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
      perform private.forget_delivery(v_log, sqlerrm, v_is_there);
      return private.callback_answer(v_log, 'error', '{}');
  end;

  perform private.settle_callback(v_log, v_flags, clock_timestamp() - v_started_at, v_is_there);
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

create or replace function private.settle_callback(
  p_log public.webhook_logs,
  p_flags jsonb,
  p_took interval,
  p_is_there boolean default true
)
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
  perform private.put_callback(v_log, p_is_there);

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

comment on function private.settle_callback(public.webhook_logs, jsonb, interval, boolean) is
'pending → success | error, or stays pending while it is buffered.';

revoke execute on function private.settle_callback(public.webhook_logs, jsonb, interval, boolean)
from public, anon, authenticated, service_role;
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
  v_attempt_id text := p_log.attempt_id;
  v_is_by_project boolean := false;
  v_found record;
  v_last_event bigint;
  v_outcome text;
begin
  if not private.is_provider(p_log.source) then
    return private.apply_to_source(p_log);
  elsif p_log.is_token_wrong then
    return '{"outcome": "unknown", "reason": "The token in the callback URL is not ours"}';
  end if;

  if v_attempt_id is null then
    v_attempt_id := (private.attempt_of_request(p_log.source, p_log.request_id)).attempt_id;
  end if;
  if v_attempt_id is null then
    v_attempt_id := (private.attempt_of_stitching(p_log)).attempt_id;
    v_is_by_project := v_attempt_id is not null;
  end if;

  if v_attempt_id is null then
    if private.keep_images(p_log) then
      return jsonb_build_object('outcome', 'applied', 'project_id', p_log.result ->> 'project_id');
    end if;
    return private.apply_to_outside_chunk(p_log);
  end if;

  -- Locked in this order, and each as it is once it is locked: what was open a moment ago may have ended.
  select projects as project, steps as step, attempts as attempt
  into v_found
  from private.attempts
  join private.steps using (step_id)
  join public.projects using (project_id)
  where attempts.attempt_id = v_attempt_id
  for no key update of projects, steps, attempts;

  if not found then
    return '{"outcome": "unknown", "reason": "The attempt that the token names is not kept any more"}';
  elsif not v_is_by_project and not private.is_about(p_log, v_found.attempt, v_found.step) then
    return jsonb_build_object('outcome', 'unknown', 'reason', case
      when p_log.attempt_id is null then 'The callback names another scene or project than its request has'
      else 'The callback names another request, scene or project than its token'
    end);
  end if;

  -- Under the lock nobody else writes this film's timeline: what is beyond this is ours.
  v_last_event := coalesce(pg_sequence_last_value('public.pipeline_events_event_id_seq'), 0);
  v_outcome := private.apply_result(v_found.project, v_found.step, v_found.attempt, p_log.result);
  return private.callback_flags(v_found.step, v_last_event) || jsonb_build_object('outcome', v_outcome);
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

create or replace function private.apply_result(
  p_project public.projects,
  p_step private.steps,
  p_attempt private.attempts,
  p_result jsonb
)
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

    update public.video_chunks
    set request_id = p_result ->> 'request_id'
    where video_chunks.chunk_id = p_step.chunk_id
      and p_step.kind = 'generate_clip'
      and video_chunks.request_id is null;
  end if;

  case v_state
    when 'completed' then
      perform private.complete_attempt(p_project, p_step, p_attempt, p_result -> 'output');
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

comment on function private.apply_result(public.projects, private.steps, private.attempts, jsonb) is
'Applies a result to its attempt: applied, duplicate or stale. The caller holds the project''s lock.';

revoke execute on function private.apply_result(public.projects, private.steps, private.attempts, jsonb)
from public, anon, authenticated, service_role;
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
  if p_log.source <> p_attempt.provider
    or p_log.request_id <> p_attempt.request_id
    or p_log.result ->> 'scene_id' <> p_step.scene_id
    or p_log.result ->> 'project_id' <> p_step.project_id
  then
    return false;
  -- No other attempt can have what is this one's own request.
  elsif p_log.request_id is null or p_attempt.request_id is not null then
    return true;
  end if;

  return not exists (
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
  -- Asked first, because most films have nobody who would listen.
  if not exists (
    select 1
    from public.projects
    where projects.project_id = p_project_id
      and (
        projects.callback_url is not null
        or exists (select 1 from private.endpoints where endpoints.user_id = projects.user_id)
      )
  ) then
    return;
  end if;

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
  -- No foreign keys say this and the next: they would be looked up with each row, and go with their project anyway.
  select 'a step is about a scene and a clip of its own film', steps.step_id
  from private.steps
  left join public.scenes on scenes.scene_id = steps.scene_id
  left join public.video_chunks on video_chunks.chunk_id = steps.chunk_id
  where (steps.scene_id is not null and scenes.project_id is distinct from steps.project_id)
    or (steps.chunk_id is not null and video_chunks.project_id is distinct from steps.project_id)
  union all
  select 'a clip belongs to its scene''s film', video_chunks.chunk_id
  from public.video_chunks
  join public.scenes using (scene_id)
  where video_chunks.project_id <> scenes.project_id
  union all
  select 'a cost is not negative', attempts.attempt_id
  from private.attempts
  where least(attempts.estimated_cost_usd, attempts.actual_cost_usd) < 0;
$$;

comment on function private.broken_attempts() is 'Broken invariants of steps and attempts.';

revoke execute on function private.broken_attempts() from public, anon, authenticated, service_role;
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
  -- A paused film gets to its stitching too, and tells it then: when it is resumed nothing new begins.
  if coalesce(new.paused_from, new.status) = 'stitching' and coalesce(old.paused_from, old.status) <> 'stitching' then
    perform private.queue_stage(new.project_id, 'stitching.started', null);
  end if;

  if old.status = new.status then
    return null;
  end if;

  insert into public.pipeline_events (project_id, type, data)
  values (
    new.project_id, 'project.' || new.status, jsonb_strip_nulls(jsonb_build_object('reason', new.error_message))
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

create or replace trigger _500_advance_updated after update of status on public.projects
for each row execute function private.tg_projects__advance();
--! end included

--! included supabase/schemas/0410_trigger_projects_record_inserted.sql
-- Jobs come many at a time.

create or replace function private.tg_projects__record_inserted()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  insert into public.pipeline_events (project_id, type, at)
  select inserted.project_id, 'project.' || inserted.status, private.clock()
  from inserted;
  return null;
end;
$$;

comment on function private.tg_projects__record_inserted() is 'A project''s first status → its event.';

revoke execute on function private.tg_projects__record_inserted() from public, anon, authenticated, service_role;

create or replace trigger _500_record_inserted after insert on public.projects
referencing new table as inserted
for each statement execute function private.tg_projects__record_inserted();
--! end included

--! included supabase/schemas/0415_trigger_projects_tell.sql
-- A project has come further → a delivery, to those who asked for progress, and whoever listens hears where
-- it stands. One trigger without a condition of its own: Postgres reads a condition anew for each update.

create or replace function private.tg_projects__tell()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if new.progress > old.progress and new.status in ('queued', 'storyboarding', 'generating', 'stitching') then
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
  end if;

  if to_regnamespace('realtime') is not null
    and (old.status <> new.status or old.progress <> new.progress)
  then
    perform private.broadcast(new.project_id, 'task', private.video_task(new));
  end if;
  return null;
end;
$$;

comment on function private.tg_projects__tell() is 'A film''s new status or progress → deliveries to those who asked for progress, and Realtime.';

revoke execute on function private.tg_projects__tell() from public, anon, authenticated, service_role;

create or replace trigger _600_tell after update of status, progress on public.projects
for each row execute function private.tg_projects__tell();
--! end included

--! included supabase/schemas/0420_trigger_scenes_tell.sql
-- A scene's new status → the timeline; a delivery, to those who asked for it, where it has begun, is complete
-- or has failed; and whoever listens to its film, with the clip where there is one.

create or replace function private.tg_scenes__tell()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if old.status = new.status then
    return null;
  end if;

  insert into public.pipeline_events (project_id, scene_id, type, data)
  values (
    new.project_id, new.scene_id, 'scene.' || new.status,
    jsonb_strip_nulls(jsonb_build_object('position', new.position, 'reason', new.error_message))
  );

  if new.status in ('completed', 'failed') or (old.status = 'pending' and new.status = 'generating') then
    perform private.queue_stage(
      new.project_id,
      case new.status when 'generating' then 'scene.started' else 'scene.' || new.status end,
      new
    );
  end if;

  if to_regnamespace('realtime') is not null then
    perform private.broadcast(new.project_id, 'scene.' || new.status, jsonb_build_object(
      'scene_id', new.scene_id, 'position', new.position, 'status', new.status, 'video_url', new.video_url
    ));
  end if;
  return null;
end;
$$;

comment on function private.tg_scenes__tell() is 'A scene''s new status → the timeline, deliveries of stages, and Realtime.';

revoke execute on function private.tg_scenes__tell() from public, anon, authenticated, service_role;

create or replace trigger _500_tell after update of status on public.scenes
for each row execute function private.tg_scenes__tell();
--! end included

--! included supabase/schemas/0424_trigger_attempts_reserve.sql
-- Of a whole statement at once: a claim begins ten attempts.

create or replace function private.tg_attempts__reserve()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  insert into private.ledger (project_id, user_id, attempt_id, kind, usd)
  select steps.project_id, steps.user_id, begun.attempt_id, 'reserve', begun.estimated_cost_usd
  from begun
  join private.steps on steps.step_id = begun.step_id
  where begun.estimated_cost_usd > 0
    and begun.ended_at is null;
  return null;
end;
$$;

comment on function private.tg_attempts__reserve() is 'Attempts begin → reserve their estimates.';

revoke execute on function private.tg_attempts__reserve() from public, anon, authenticated, service_role;

create or replace trigger _500_reserve after insert on private.attempts
referencing new table as begun
for each statement execute function private.tg_attempts__reserve();
--! end included

--! included supabase/schemas/0425_trigger_attempts_keep_ledger.sql
-- Estimate and cost of an attempt, before and after: the ledger gets the difference. What it reserves as it
-- begins: tg_attempts__reserve.

create or replace function private.tg_attempts__keep_ledger()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_was_over boolean := old.ended_at is not null;
  v_reserved numeric := case when new.ended_at is null then new.estimated_cost_usd else 0 end;
  v_reserved_before numeric := case when v_was_over then 0 else old.estimated_cost_usd end;
  v_spent numeric := case when new.ended_at is null then 0 else private.attempt_cost(new) end;
  v_spent_before numeric := case when v_was_over then private.attempt_cost(old) else 0 end;
begin
  if coalesce(v_reserved, 0) = coalesce(v_reserved_before, 0) and coalesce(v_spent, 0) = coalesce(v_spent_before, 0) then
    return null;
  end if;

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
'An attempt ends → release and settle. Its cost is learnt, or learnt anew → settle the difference.';

revoke execute on function private.tg_attempts__keep_ledger() from public, anon, authenticated, service_role;

create or replace trigger _500_keep_ledger_updated
after update of ended_at, estimated_cost_usd, actual_cost_usd on private.attempts
for each row execute function private.tg_attempts__keep_ledger();

-- A late receipt shows that the provider took what had failed: then it counts as paid.
create or replace trigger _500_keep_ledger_received after update of request_id on private.attempts
for each row when (old.ended_at is not null) execute function private.tg_attempts__keep_ledger();
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
  if old.status <> new.status then
    insert into public.pipeline_events (project_id, scene_id, chunk_id, type, data)
    values (
      new.project_id, new.scene_id, new.chunk_id, 'chunk.' || lower(new.status),
      jsonb_strip_nulls(jsonb_build_object(
        'position', new.position, 'request_id', new.request_id, 'reason', new.error_message
      ))
    );
  end if;
  return null;
end;
$$;

comment on function private.tg_video_chunks__record() is 'A chunk''s new status → its event.';

revoke execute on function private.tg_video_chunks__record() from public, anon, authenticated, service_role;

create or replace trigger _500_record after update of status on public.video_chunks
for each row execute function private.tg_video_chunks__record();
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

create or replace trigger _900_ring after update of status, due_at on private.steps
for each row when (new.status <> 'running') execute function private.tg_steps__ring();
--! end included

--! included supabase/schemas/0440_trigger_steps_ring_inserted.sql
-- Steps of new films come many at a time.

create or replace function private.tg_steps__ring_inserted()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform public.ring_bell()
  from inserted
  where inserted.status in ('queued', 'waiting')
    and inserted.due_at <= private.clock()
  limit 1;
  return null;
end;
$$;

comment on function private.tg_steps__ring_inserted() is 'One of the new steps is due → the bell.';

revoke execute on function private.tg_steps__ring_inserted() from public, anon, authenticated, service_role;

create or replace trigger _900_ring_inserted after insert on private.steps
referencing new table as inserted
for each statement execute function private.tg_steps__ring_inserted();
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
    and (p_token is null or attempts.attempt_id = private.attempt_id_of_token(p_token));

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

-- Status columns become domains: Postgres reads a table's CHECK constraints anew for each statement, a
-- domain's once a session. A domain without its constraint is put over the column first, which rewrites
-- no row; adding the constraint then reads each once.

drop view private.stuck_work;
drop view private.queue_depth;
drop view private.oldest_due;
drop view private.cost_by_user_and_day;
drop view private.cost_by_project;
drop trigger if exists _100_touch on public.projects;
drop trigger if exists _100_touch on public.scenes;
drop trigger if exists _100_touch on public.video_chunks;
drop trigger if exists _050_guard on public.video_chunks;
drop trigger if exists _500_advance_updated on public.projects;
drop trigger if exists _500_record_inserted on public.projects;
drop trigger if exists _600_tell on public.projects;
drop trigger if exists _500_tell on public.scenes;
drop trigger if exists _500_reserve on private.attempts;
drop trigger if exists _500_keep_ledger_updated on private.attempts;
drop trigger if exists _500_keep_ledger_received on private.attempts;
drop trigger if exists _500_record on public.video_chunks;
drop trigger if exists _600_wake_buffered_inserted on public.video_chunks;
drop trigger if exists _600_wake_buffered_updated on public.video_chunks;
drop trigger if exists _900_ring on private.steps;
drop trigger if exists _900_ring_inserted on private.steps;
drop trigger if exists _500_record on public.scenes;
drop trigger if exists _600_tell on public.scenes;
drop trigger if exists _700_broadcast on public.scenes;
drop trigger if exists _400_tell_stage on public.projects;
drop trigger if exists _600_tell_progress on public.projects;
drop trigger if exists _700_broadcast on public.projects;
alter domain private.approval drop constraint approval_is_known;
alter domain private.attempt_status drop constraint attempt_status_is_known;
alter domain private.budget drop constraint budget_is_not_negative;
alter domain private.callback_outcome drop constraint webhook_log_outcome_is_known;
alter domain private.callback_status drop constraint webhook_log_status_is_known;
alter domain private.ledger_kind drop constraint entry_kind_is_known;
alter domain private.media_type drop constraint media_type_is_known;
alter domain private.ordinal drop constraint ordinal_counts_from_one;
alter domain private.percentage drop constraint percentage_is_between_0_and_100;
alter domain private.project_status drop constraint project_status_is_known;
alter domain private.scene_continuity drop constraint scene_continuity_is_known;
alter domain private.scene_status drop constraint scene_status_is_known;
alter domain private.scene_transition drop constraint scene_transition_is_known;
alter domain private.step_kind drop constraint step_kind_is_known;
alter domain private.step_status drop constraint step_status_is_known;
alter domain private.stop drop constraint stop_is_known;
alter table public.projects
  drop constraint project_status_is_known,
  drop constraint project_progress_is_a_percentage,
  drop constraint completed_project_has_a_film,
  drop constraint failed_project_says_why,
  drop constraint paused_project_knows_where_to_resume,
  drop constraint stop_is_known,
  drop constraint approval_is_known,
  drop constraint budget_is_not_negative,
  alter column status type private.project_status,
  alter column progress type private.percentage,
  alter column stop_at type private.stop,
  alter column awaiting_approval type private.approval,
  alter column max_cost_usd type private.budget;
alter table public.scenes
  drop constraint scene_positions_count_from_one,
  drop constraint scene_continuity_is_known,
  drop constraint scene_transition_is_known,
  drop constraint scene_status_is_known,
  drop constraint completed_scene_has_a_clip,
  drop constraint failed_scene_says_why,
  alter column position type private.ordinal,
  alter column continuity type private.scene_continuity,
  alter column status type private.scene_status,
  alter column transition type private.scene_transition;
alter table public.video_chunks
  drop constraint chunk_has_both_scene_and_project_or_neither,
  drop constraint chunk_status_is_known,
  drop constraint chunk_progress_is_a_percentage,
  drop constraint completed_chunk_has_a_clip,
  drop constraint failed_chunk_says_why,
  drop constraint chunk_of_a_project,
  alter column progress type private.percentage;
alter table public.media
  drop constraint media_type_is_known,
  alter column type type private.media_type;
alter table private.steps
  drop constraint step_kind_is_known,
  drop constraint step_status_is_known,
  drop constraint running_step_is_claimed,
  drop constraint finished_step_is_not_claimed,
  drop constraint failed_step_says_why,
  drop constraint step_of_a_scene,
  drop constraint step_of_a_chunk,
  alter column kind type private.step_kind,
  alter column status type private.step_status;
alter table private.attempts
  drop constraint attempt_status_is_known,
  drop constraint finished_attempt_has_an_end,
  drop constraint submitted_attempt_has_a_deadline,
  alter column status type private.attempt_status;
alter table private.ledger
  drop constraint entry_kind_is_known,
  alter column kind type private.ledger_kind;
alter table public.webhook_logs
  drop constraint webhook_log_status_is_known,
  drop constraint webhook_log_outcome_is_known,
  alter column status type private.callback_status,
  alter column outcome type private.callback_outcome;
drop index if exists private.steps_scene_id, private.steps_chunk_id;
alter domain private.approval add constraint approval_is_known check (value in ('storyboard', 'stills', 'budget'));
alter domain private.attempt_status add constraint attempt_status_is_known check (
  value in ('created', 'submitted', 'in_progress', 'lost', 'completed', 'failed', 'cancelled', 'outcome_unknown')
);
alter domain private.budget add constraint budget_is_not_negative check (value >= 0);
alter domain private.callback_outcome add constraint webhook_log_outcome_is_known check (value in ('applied', 'duplicate', 'stale', 'buffered', 'unknown'));
alter domain private.callback_status add constraint webhook_log_status_is_known check (value in ('success', 'pending', 'error'));
alter domain private.ledger_kind add constraint entry_kind_is_known check (value in ('reserve', 'release', 'settle'));
alter domain private.media_type add constraint media_type_is_known check (
  value in ('generated-image', 'generated-video', 'frame', 'film', 'thumbnail', 'captions')
);
alter domain private.ordinal add constraint ordinal_counts_from_one check (value >= 1);
alter domain private.percentage add constraint percentage_is_between_0_and_100 check (value between 0 and 100);
alter domain private.project_status add constraint project_status_is_known check (
  value in ('queued', 'storyboarding', 'generating', 'stitching', 'completed', 'failed', 'cancelled', 'paused')
);
alter domain private.scene_continuity add constraint scene_continuity_is_known check (value in ('last_frame', 'cut', 'shared_keyframe'));
alter domain private.scene_status add constraint scene_status_is_known check (
  value in ('pending', 'generating', 'extracting_frame', 'completed', 'failed', 'cancelled')
);
alter domain private.scene_transition add constraint scene_transition_is_known check (value in ('cut', 'fade'));
alter domain private.step_kind add constraint step_kind_is_known check (
  value in (
    'storyboard', 'reframe_image', 'generate_clip', 'extract_last_frame', 'extract_thumbnail', 'stitch',
    'store_film', 'cancel_request', 'generate_voice', 'generate_music', 'level_music', 'mux_audio', 'mix_music',
    'store_captions', 'burn_captions', 'check_frame'
  )
);
alter domain private.step_status add constraint step_status_is_known check (value in ('queued', 'running', 'waiting', 'completed', 'failed', 'cancelled'));
alter domain private.stop add constraint stop_is_known check (value in ('storyboard', 'stills'));
alter table public.projects add constraint project_is_whole check (
    private.is_project_whole(status, paused_from, error_message, final_video_url, completed_at, progress)
  ) not valid;
alter table public.projects validate constraint project_is_whole;
alter table public.scenes add constraint scene_is_whole check (private.is_scene_whole(status, video_url, error_message)) not valid;
alter table public.scenes validate constraint scene_is_whole;
alter table public.video_chunks add constraint chunk_is_whole check (private.is_chunk_whole(status, scene_id, project_id, kling_video_url, error_message)) not valid;
alter table public.video_chunks validate constraint chunk_is_whole;
alter table private.steps add constraint step_is_whole check (private.is_step_whole(status, claim_token, error_message)) not valid;
alter table private.steps validate constraint step_is_whole;
alter table private.attempts add constraint attempt_is_whole check (private.is_attempt_whole(status, ended_at, deadline_at)) not valid;
alter table private.attempts validate constraint attempt_is_whole;
create or replace trigger _100_touch before update on public.projects
for each row execute function private.tg__touch();
create or replace trigger _100_touch before update on public.scenes
for each row execute function private.tg__touch();
create or replace trigger _100_touch before update on public.video_chunks
for each row execute function private.tg__touch();
create or replace trigger _050_guard before update of request_id on public.video_chunks
for each row when (old.project_id is not null) execute function private.tg_video_chunks__guard();
create or replace trigger _500_advance_updated after update of status on public.projects
for each row execute function private.tg_projects__advance();
create or replace trigger _500_record_inserted after insert on public.projects
referencing new table as inserted
for each statement execute function private.tg_projects__record_inserted();
create or replace trigger _600_tell after update of status, progress on public.projects
for each row execute function private.tg_projects__tell();
create or replace trigger _500_tell after update of status on public.scenes
for each row execute function private.tg_scenes__tell();
create or replace trigger _500_reserve after insert on private.attempts
referencing new table as begun
for each statement execute function private.tg_attempts__reserve();
create or replace trigger _500_keep_ledger_updated
after update of ended_at, estimated_cost_usd, actual_cost_usd on private.attempts
for each row execute function private.tg_attempts__keep_ledger();
create or replace trigger _500_keep_ledger_received after update of request_id on private.attempts
for each row when (old.ended_at is not null) execute function private.tg_attempts__keep_ledger();
create or replace trigger _500_record after update of status on public.video_chunks
for each row execute function private.tg_video_chunks__record();
create or replace trigger _600_wake_buffered_inserted after insert on public.video_chunks
for each row when (new.project_id is null and new.request_id is not null)
execute function private.tg_video_chunks__wake_buffered();
create or replace trigger _600_wake_buffered_updated after update of request_id on public.video_chunks
for each row when (new.project_id is null and new.request_id is distinct from old.request_id and new.request_id is not null)
execute function private.tg_video_chunks__wake_buffered();
create or replace trigger _900_ring after update of status, due_at on private.steps
for each row when (new.status <> 'running') execute function private.tg_steps__ring();
create or replace trigger _900_ring_inserted after insert on private.steps
referencing new table as inserted
for each statement execute function private.tg_steps__ring_inserted();
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

-- A session that stays open, as PostgREST's do, has compiled functions for rows as they were: one that was not
-- replaced above would raise "type of parameter does not match" until it reconnects. Touched, they are compiled anew.
do $$
declare
  v_function record;
begin
  for v_function in
    select pg_proc.oid::regprocedure as name, pg_proc.procost as cost
    from pg_proc
    join pg_language on pg_language.oid = pg_proc.prolang
    where pg_language.lanname = 'plpgsql'
      and pg_proc.prokind = 'f'
      and pg_has_role(pg_proc.proowner, 'usage')
      and pg_proc.pronamespace in (
        select pg_namespace.oid from pg_namespace where pg_namespace.nspname in ('private', 'public', 'handlers')
      )
      and not exists (
        select 1
        from pg_depend
        where pg_depend.classid = 'pg_proc'::regclass
          and pg_depend.objid = pg_proc.oid
          and pg_depend.deptype = 'e'
      )
  loop
    execute format('alter function %s cost %s', v_function.name, v_function.cost);
  end loop;
end;
$$;
