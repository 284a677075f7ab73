comment on column private.delivery_lanes.lane is 'An endpoint''s id, notification, source:<name>, or scheme, host and port of a URL.';

--! altered supabase/schemas/0170_table_webhook_deliveries.sql sha256:eb4fec1ead06435e2b1baf91104eeb0c863d4afa1b057a19dc491ff256985034
--! altered supabase/schemas/0173_table_delivery_lanes.sql sha256:862dd337b9764e0cbcc14e25d85043e07d6570729a5d7d0d31b8b8ccb998ddb8

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
    -- Of the take that p_from is of: since it was read another one may have been begun, of which nothing is there yet.
    and made.take = (
      select last.take
      from public.video_chunks as last
      where last.scene_id = p_from.scene_id
        and last.status = 'COMPLETED'
        and last.kling_video_url = p_from.video_url
      order by last.selected desc, last.take desc
      limit 1
    )
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

--! included supabase/schemas/0235_function_delivery_lane.sql
-- A URL may be written in ways that only a URL parser reads: https:/host, or with line breaks in it (WHATWG URL). Whatever it
-- is, nothing behind its host is in a lane, because lanes are shown and a query may hold a secret.

create or replace function private.delivery_lane(p_endpoint_id text, p_url text)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_parts text[];
begin
  if p_endpoint_id = 'notification' or p_endpoint_id like any (array['ep\_%', 'source:%']) then
    return p_endpoint_id;
  end if;

  v_parts := regexp_match(
    regexp_replace(p_url, '[\t\n\r]', '', 'g'),
    '^[\x01-\x20]*([A-Za-z]+):[/\\]*([^/\\?#]+)'
  );
  -- No name of a host is longer, and no index holds what a URL of 2,048 characters may have instead: the end of its film
  -- could not be written down.
  return coalesce(lower(left(v_parts[1] || '://' || v_parts[2], 300)), left(private.without_query(p_url), 255));
end;
$$;

comment on function private.delivery_lane(text, text) is
'The lane of a delivery: its endpoint where it has one, whose URL may change, else scheme, host and port of its URL.';

revoke execute on function private.delivery_lane(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0235_function_next_batch.sql
-- Full, or its first event has waited for batch_ms (that is when it is due). One request stays below the size
-- that every delivery is cut at; what does not fit goes with the next one.

create or replace function private.next_batch(p_endpoint private.endpoints, p_waiting text[], p_now timestamptz)
returns public.webhook_deliveries[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_first text[] := p_waiting[1:p_endpoint.batch_size];
  v_events public.webhook_deliveries[];
  v_room integer := 900000;
  v_fitting integer := 0;
begin
  select array_agg(waiting order by waiting.position)
  into v_events
  from (
    select webhook_deliveries.*
    from public.webhook_deliveries
    where webhook_deliveries.delivery_id = any (v_first)
      and webhook_deliveries.status = 'pending'
      and webhook_deliveries.attempt_count = 0
    order by webhook_deliveries.position
    for no key update skip locked
  ) as waiting;

  -- Without what somebody holds, later events would go before it. Whoever makes it due rings.
  if v_events is null or cardinality(v_events) < cardinality(v_first) then
    return null;
  end if;

  if cardinality(v_events) < p_endpoint.batch_size
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

comment on function private.next_batch(private.endpoints, text[], timestamptz) is
'The first of these waiting events, as many as one batch to this endpoint consists of, locked, in order; null while it is too early for one, or somebody else holds one of them.';

revoke execute on function private.next_batch(private.endpoints, text[], timestamptz) from public, anon, authenticated, service_role;
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
  -- The call for new work itself: neither a look at what was taken, nor a word to stop it. It says something about its provider.
  v_is_call boolean;
begin
  select
    projects as project,
    steps as step,
    attempts as attempt,
    (select failing.failures_in_a_row from private.providers as failing where failing.name = steps.provider) > 0 as is_failing
  into v_found
  from private.attempts
  join private.steps using (step_id)
  join public.projects using (project_id)
  where attempts.attempt_id = p_attempt_id
    and steps.step_id = p_step_id
  for no key update of projects, steps, attempts;

  v_step := v_found.step;
  if not found or v_step.claim_token is distinct from p_claim_token or v_step.status not in ('running', 'waiting') then
    if p_answer ->> 'state' = 'completed' then
      perform private.keep_late_result(v_found.project, v_step, p_attempt_id, p_answer -> 'output');
      -- It may have been heard so late only because its provider was slow: what it tells is no less true.
      if v_step.kind = 'cancel_request' then
        perform private.use_output(v_found.project, v_step, v_found.attempt, p_answer -> 'output');
      end if;
    end if;
    return 'stale';
  end if;
  v_is_call := v_step.status = 'running' and v_step.kind <> 'cancel_request';
  if (p_answer ->> 'away')::boolean then
    if private.wait_out_silence(v_step, v_found.attempt) then
      return 'applied';
    end if;
  end if;

  case p_answer ->> 'state'
    when 'completed' then
      if v_is_call and v_found.is_failing then
        perform private.release_provider(v_step.provider);
      end if;
      perform private.complete_attempt(v_found.project, v_step, v_found.attempt, p_answer -> 'output');
    when 'failed' then
      if v_is_call and (p_answer -> 'error' ->> 'retryable')::boolean then
        perform private.hold_provider(v_step.provider, p_answer -> 'error');
      end if;
      perform private.fail_attempt(p_attempt_id, p_answer -> 'error' || jsonb_build_object('refused', v_is_call));
    when 'cancelled' then
      perform private.fail_attempt(p_attempt_id, '{"message": "The provider cancelled the request", "retryable": false}');
    when 'lost' then
      -- A call that nobody answers may cost its film: the next is not made into the same silence.
      if v_is_call then
        perform private.hold_provider(v_step.provider, p_answer);
      end if;
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
'p_answer: {state, output | error {message, retryable, retry_after} | message, unasked, away | progress}. Stale without the claim. Called by the runner.';

revoke execute on function public.record_answer(text, uuid, text, jsonb) from public, anon, authenticated;
grant execute on function public.record_answer(text, uuid, text, jsonb) to service_role;
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
  v_cost numeric := p_attempt.actual_cost_usd;
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

  if jsonb_typeof(p_output -> 'cost_usd') = 'number' then
    v_cost := (p_output ->> 'cost_usd')::numeric;
  end if;
  perform private.close_attempts(array[p_attempt.attempt_id], array[p_output]);

  if p_step.kind = 'generate_clip' then
    -- The callback may be faster than the record of the submission.
    if coalesce(p_project.paused_from, p_project.status) in ('queued', 'storyboarding') then
      perform private.advance_project(p_step.project_id, array['queued', 'storyboarding'], 'generating');
    end if;
    perform private.complete_chunks(array[p_step.chunk_id], array[p_attempt.input], array[p_output]);
  else
    perform private.use_output(p_project, p_step, p_attempt, p_output);
  end if;

  -- Last, because what is done by now is not left to do.
  if v_cost > p_attempt.estimated_cost_usd or p_project.awaiting_approval = 'budget'
    and (p_project.estimated_cost_usd is null or private.fits_budget(p_step.project_id)) then
    perform private.hold_over_budget(p_step.project_id);
  elsif p_project.estimated_cost_usd is not null then
    perform private.hold_dearer(array[p_step.project_id]);
  end if;
end;
$$;

comment on function private.complete_attempt(public.projects, private.steps, private.attempts, jsonb) is
'→ completed, for attempt and step; what was made moves chunk, scene or project on. A film that turns out dearer is estimated anew. The caller holds the project''s lock.';

revoke execute on function private.complete_attempt(public.projects, private.steps, private.attempts, jsonb)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0289_function_is_paused_by_operator.sql
-- A film that awaits an approval is paused as well: who pauses it besides says so on its timeline.

create or replace function private.is_paused_by_operator(p_project_id text)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select exists (
    select 1
    from public.pipeline_events
    where pipeline_events.project_id = p_project_id
      and pipeline_events.type = 'project.pause_reason'
      and pipeline_events.event_id > (
        select max(paused.event_id)
        from public.pipeline_events as paused
        where paused.project_id = p_project_id
          and paused.type = 'project.paused'
      )
  );
$$;

comment on function private.is_paused_by_operator(text) is
'True where somebody paused this film since it last came to be paused, or by that.';

revoke execute on function private.is_paused_by_operator(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0293_function_release_within_budget.sql
-- project paused, awaiting approval of its budget → where it was, or paused by an operator alone
--
-- A clip that came too late, a price that is lowered again, or an attempt that cost less than was expected may have it fit:
-- then there is nothing left to approve. Whom an operator paused besides stays so, until he is resumed.

create or replace function private.release_within_budget(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_stays boolean;
begin
  select private.is_paused_by_operator(projects.project_id)
  into v_stays
  from public.projects
  where projects.project_id = p_project_id
    and projects.status = 'paused'
    and projects.awaiting_approval = 'budget';
  if not found then
    return;
  end if;

  update public.projects
  set
    awaiting_approval = null,
    status = case when v_stays then projects.status else projects.paused_from end,
    paused_from = case when v_stays then projects.paused_from end
  where projects.project_id = p_project_id;

  if not v_stays then
    perform private.release_steps(p_project_id);
  end if;
  perform private.prepare_film(p_project_id);
end;
$$;

comment on function private.release_within_budget(text) is
'paused, awaiting a budget → paused_from, for a film that fits into it again; one that an operator paused awaits nothing more, and stays paused. The caller holds the project''s lock, and has found that it fits.';

revoke execute on function private.release_within_budget(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0294_function_fits_budget.sql
create or replace function private.fits_budget(p_project_id text)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return exists (
    select 1
    from public.projects
    cross join private.least_cost(p_project_id) as film
    where projects.project_id = p_project_id
      and film.usd <= projects.max_cost_usd
  );
end;
$$;

comment on function private.fits_budget(text) is
'True of a film whose least_cost is within its max_cost_usd. Of one that is held nothing else is looked at: the estimate that somebody is about to approve stays as it was seen.';

revoke execute on function private.fits_budget(text) from public, anon, authenticated, service_role;
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
  v_awaits text;
  v_usd numeric;
  v_unpriced text[];
begin
  if exists (
    select 1
    from public.projects
    where projects.project_id = p_project_id
      and projects.status in ('completed', 'failed', 'cancelled')
  ) then
    perform private.raise_estimate(p_project_id);
    return false;
  end if;

  select film.usd, film.unpriced into v_usd, v_unpriced from private.least_cost(p_project_id) as film;

  -- Nobody knows yet how many scenes a model will write: no estimate is better than one that is too low.
  update public.projects
  set estimated_cost_usd = case
    when exists (select 1 from public.scenes where scenes.project_id = p_project_id) then v_usd
  end
  where projects.project_id = p_project_id
  returning projects.max_cost_usd, projects.awaiting_approval into v_max, v_awaits;

  if v_max is null or v_usd <= v_max then
    if v_awaits = 'budget' then
      perform private.release_within_budget(p_project_id);
    end if;
    return false;
  end if;

  perform private.await_approval(p_project_id, 'budget', jsonb_build_object(
    'estimated_cost_usd', v_usd, 'max_cost_usd', v_max, 'unpriced', to_jsonb(nullif(v_unpriced, '{}'))
  ));
  return true;
end;
$$;

comment on function private.hold_over_budget(text) is
'Writes the film''s estimate down, and pauses it where that, or the least that it can cost, is above its max_cost_usd: true then. One that was held and fits again goes on. The caller holds the project''s lock.';

revoke execute on function private.hold_over_budget(text) from public, anon, authenticated, service_role;
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
  perform private.reuse_late_clips(v_project);
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
      'execution_mode', projects.execution_mode,
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

--! included supabase/schemas/0309_function_keep_late_result.sql
-- What comes after its attempt has ended was paid for all the same. It moves nothing, and is kept for whoever makes the
-- same again: a clip for one take (use_kept_clip), a voice or music, of a film that has failed, as any other part of it.
-- A film that is under way is having its sound made anew, and what it is made from is not to change below it.

create or replace function private.keep_late_result(
  p_project public.projects,
  p_step private.steps,
  p_attempt_id text,
  p_output jsonb
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_input jsonb;
begin
  if p_project.status = 'cancelled' or not private.is_output_of(p_step.kind, p_output)
    or p_step.kind not in ('generate_clip', 'generate_voice', 'generate_music', 'level_music')
    or (p_step.kind <> 'generate_clip' and p_project.status <> 'failed')
  then
    return;
  end if;

  update private.attempts
  set
    output = p_output,
    actual_cost_usd = case
      when jsonb_typeof(p_output -> 'cost_usd') = 'number' then greatest((p_output ->> 'cost_usd')::numeric, 0)
      else attempts.actual_cost_usd
    end
  where attempts.attempt_id = p_attempt_id
    -- What nobody knows the request of has not been accounted for either.
    and attempts.request_id is not null
    -- Once: it may have been used by now.
    and attempts.output is null
    and (
      attempts.status in ('failed', 'outcome_unknown')
      or attempts.status = 'cancelled' and (
        p_project.status = 'failed'
        -- Retried meanwhile: it is wanted again. Of another take it is not.
        or exists (
          select 1
          from public.video_chunks
          where video_chunks.chunk_id = p_step.chunk_id
            and video_chunks.selected
            and video_chunks.status not in ('COMPLETED', 'FAILED', 'CANCELLED')
        )
      )
    )
  returning attempts.input into v_input;

  if not found then
    return;
  end if;

  insert into private.film_parts (project_id, kind, input_hash, output)
  values (
    p_step.project_id,
    p_step.kind,
    case when p_step.kind = 'generate_clip' then private.clip_hash(v_input) else private.part_hash(p_step.input) end,
    p_output
  )
  on conflict do nothing;
  perform private.record_event(p_step.project_id, 'attempt.result_kept', p_step.scene_id, p_step.chunk_id, jsonb_build_object(
    'kind', p_step.kind, 'attempt_id', p_attempt_id
  ));
  -- Nobody claims the steps of a paused film, and what is there is no reason to wait for an approval. That it was paid for
  -- may have paused it just now.
  if p_step.kind = 'generate_clip' and exists (
    select 1 from public.projects where projects.project_id = p_step.project_id and projects.status = 'paused'
  ) then
    perform private.use_kept_clip(p_step.chunk_id);
  end if;
  perform private.hold_over_budget(p_step.project_id);
end;
$$;

comment on function private.keep_late_result(public.projects, private.steps, text, jsonb) is
'Keeps what an attempt made that had failed, was given up with its film, or is unknown, for the film''s next try; nothing of a film that is cancelled. The caller holds the project''s lock.';

revoke execute on function private.keep_late_result(public.projects, private.steps, text, jsonb)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0309_function_note_taken.sql
create or replace function private.note_taken(p_step private.steps, p_attempt private.attempts, p_result jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_attempt private.attempts := p_attempt;
begin
  if p_attempt.status not in ('failed', 'outcome_unknown', 'cancelled') or p_attempt.request_id is not null
    or p_attempt.sent_at = 'infinity'
    or p_attempt.status = 'cancelled' and p_result ->> 'state' in ('failed', 'cancelled')
    or p_result ->> 'request_id' is null
    or not private.adopt_request(p_attempt.attempt_id, p_result ->> 'request_id')
  then
    return;
  end if;

  -- What is done, but did not come along, is asked for there too.
  if p_attempt.status = 'cancelled' or p_result ->> 'state' = 'unread'
    or p_attempt.status = 'failed' and p_result ->> 'state' = 'in_progress'
  then
    v_attempt.request_id := p_result ->> 'request_id';
    perform private.abandon_request(v_attempt, p_step);
  end if;
  perform private.hold_over_budget(p_step.project_id);
end;
$$;

comment on function private.note_taken(private.steps, private.attempts, jsonb) is
'A provider that calls back about what it had refused, what nobody knew of, or what was cancelled before its answer came, took it: it counts as paid, and what had been refused or cancelled, or is done without its result, is given up, which tells what it made. The caller holds the project''s lock.';

revoke execute on function private.note_taken(private.steps, private.attempts, jsonb)
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
  v_flags jsonb[];
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
    v_outcome := coalesce(private.compare_images(p_log), case when private.keep_images(p_log) then 'applied' end);
    if v_outcome is not null then
      return jsonb_build_object('outcome', v_outcome, 'project_id', p_log.result ->> 'project_id');
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
  v_flags := private.callback_flags(array[v_found.step], v_last_event);
  return v_flags[1] || jsonb_build_object('outcome', v_outcome);
end;
$$;

comment on function private.apply_callback(public.webhook_logs) is
'Matches a recorded callback with its attempt (or an outside worker''s chunk) and applies it.';

revoke execute on function private.apply_callback(public.webhook_logs)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0310_function_apply_to_outside_chunk.sql
-- A chunk that a worker outside inserted with its own request id: it is completed or failed here and
-- triggers nothing. Neither attempt nor chunk: the callback is early, and buffered. A worker looks for clips that
-- are there, or chunks that failed: a result without a clip is a failure.

create or replace function private.apply_to_outside_chunk(p_log public.webhook_logs)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_state text := case
    when p_log.result ->> 'state' = 'completed' and p_log.result -> 'output' ->> 'video_url' is null then 'clipless'
    else p_log.result ->> 'state'
  end;
  v_status text := case when v_state in ('unread', 'clipless') then 'FAILED' else upper(v_state) end;
  v_is_known boolean;
  v_is_same boolean;
begin
  select
    count(*) > 0,
    bool_or(
      video_chunks.status = v_status
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
    status = v_status,
    kling_video_url = coalesce(p_log.result -> 'output' ->> 'video_url', video_chunks.kling_video_url),
    kling_completed_at = case when v_state = 'in_progress' then video_chunks.kling_completed_at else private.clock() end,
    progress = case when v_state = 'completed' then 100 else video_chunks.progress end,
    error_message = case
      when v_state = 'failed' then coalesce(p_log.result -> 'error' ->> 'message', 'The provider gave no reason')
      when v_state = 'unread' then 'The callback did not hold the result'
      when v_state = 'clipless' then 'The provider reported success without a clip'
    end
  where video_chunks.request_id = p_log.request_id
    and video_chunks.project_id is null
    and video_chunks.status not in ('COMPLETED', 'FAILED', 'CANCELLED')
    and video_chunks.status <> v_status;

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

--! included supabase/schemas/0310_function_compare_images.sql
-- A sender that posts once more may date its body anew: another delivery, and the same result.

create or replace function private.compare_images(p_log public.webhook_logs)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_kept text[] := array(
    select media.url
    from public.media
    where media.project_id = p_log.result ->> 'project_id'
      and media.type = 'generated-image'
      and media.metadata ->> 'request_id' = p_log.request_id
    order by media.url
  );
begin
  return case
    when v_kept = '{}' then null
    when v_kept = array(
      select image.value ->> 'url' as url
      from jsonb_array_elements(p_log.result -> 'output' -> 'images') as image
      order by url
    ) then 'duplicate'
    else 'stale'
  end;
end;
$$;

comment on function private.compare_images(public.webhook_logs) is
'duplicate or stale, where images of this request are kept for the project that the callback names; null where none are. The caller holds the request''s lock.';

revoke execute on function private.compare_images(public.webhook_logs) from public, anon, authenticated, service_role;
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
  order by
    projects.preferred_at desc nulls last,
    -- The picture of a test takes no film's place by itself.
    projects.execution_mode is not distinct from 'test',
    projects.version desc
  limit 1;
$$;

comment on function private.preferred_version(text, text) is
'The version of a video that was preferred last, else the newest one that has a film, a test''s only where there is no other; none where none has.';

revoke execute on function private.preferred_version(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0345_function_broken_messages.sql
-- Deliveries are looked for while they are kept, at most a week back. The time is asked for once: asked
-- for at each row of a million, it would take longer than all else, and use no index. By when the film ended: one that is
-- preferred years later changes once more.

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
    and coalesce(projects.completed_at, projects.updated_at) > (
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
    and coalesce(projects.completed_at, projects.updated_at) > (
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
    -- What is passed on for a source was in the lane of its URL's host at first.
    and not (webhook_deliveries.endpoint_id like 'source:%' and webhook_deliveries.lane = private.delivery_lane(null, webhook_deliveries.url))
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

--! included supabase/schemas/0426_trigger_prices_hold.sql
-- A price that is raised makes films dearer than they were told. Those with a budget are held before anything more is
-- begun for them, and go on once it is lowered again, as when it was mistyped: what is begun is reserved at the price of
-- that moment. For the others it is noticed as they go on (hold_dearer). Locked in the order in which delete_user_data goes
-- through a user's films, the other one that takes several and waits for them.

create or replace function private.tg_prices__hold()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_project record;
begin
  for v_project in
    select projects.project_id, projects.awaiting_approval is not null as is_held
    from public.projects
    where projects.status in ('queued', 'storyboarding', 'generating', 'stitching', 'paused')
      and projects.max_cost_usd is not null
      and (projects.status <> 'paused' or projects.awaiting_approval = 'budget')
    order by projects.user_id, projects.video_id, projects.project_id
    for no key update
  loop
    continue when v_project.is_held and not private.fits_budget(v_project.project_id);
    perform private.hold_over_budget(v_project.project_id);
  end loop;
  return null;
end;
$$;

comment on function private.tg_prices__hold() is 'Prices change → films that do not fit into their max_cost_usd any more are paused, and those that fit again go on.';

revoke execute on function private.tg_prices__hold() from public, anon, authenticated, service_role;

create or replace trigger _500_hold after insert or update or delete on private.prices
for each statement execute function private.tg_prices__hold();
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

  perform private.hold_steps(p_project_id);

  -- Of one that awaits an approval too: it is not to go on by itself once that is not needed any more.
  if v_project.status <> 'paused' or v_project.awaiting_approval is not null and not private.is_paused_by_operator(p_project_id) then
    perform private.record_event(p_project_id, 'project.pause_reason', null, null, jsonb_build_object('reason', p_reason));
  end if;
  return private.verb_answer(v_project);
end;
$$;

comment on function public.pause_project(text, text) is
'→ paused; idempotent. {project_id, was, status, requests_given_up}. Raises RL404, and RL409 when the film has ended. Called by webhook-manage.';

revoke execute on function public.pause_project(text, text) from public, anon, authenticated;
grant execute on function public.pause_project(text, text) to service_role;
--! end included

--! included supabase/schemas/0530_function_ending_take.sql
-- The clip before a scene with a shared keyframe ends with that scene's image: where an earlier take began with another one,
-- what ended with that goes back with it. Takes that an earlier release kept do not say what they ended with.

create or replace function private.ending_take(p_scene_id text, p_take integer)
returns table (scene_id text, take integer)
language sql
stable
security invoker
set search_path = ''
as $$
  select previous.scene_id, made.take
  from public.scenes
  join public.projects using (project_id)
  join public.scenes as previous
    on previous.project_id = scenes.project_id
    and previous.position = scenes.position - 1
  cross join lateral (
    select coalesce(kept.value ->> 'reframed_image_url', kept.value ->> 'image_url', projects.image_url) as image_url
    from public.video_chunks
    cross join lateral (select video_chunks.metadata -> 'scene' as value) as kept
    where video_chunks.scene_id = scenes.scene_id
      and video_chunks.take = p_take
      and kept.value ? 'image_url'
  ) as wanted
  cross join lateral (
    select coalesce(video_chunks.metadata #>> '{scene,end_image_url}', private.end_image(previous.scene_id)) as image_url
    from public.video_chunks
    where video_chunks.scene_id = previous.scene_id
      and video_chunks.selected
    order by video_chunks.position desc
    limit 1
  ) as shown
  join public.video_chunks as made
    on made.scene_id = previous.scene_id
    and made.status = 'COMPLETED'
    and not made.selected
    and made.metadata #>> '{scene,end_image_url}' = wanted.image_url
  where scenes.scene_id = p_scene_id
    and scenes.continuity = 'shared_keyframe'
    and shown.image_url <> wanted.image_url
  order by made.take desc
  limit 1;
$$;

comment on function private.ending_take(text, integer) is
'The scene before and its newest take that ends with the image that this take begins with; no row where that is shown already, or none does.';

revoke execute on function private.ending_take(text, integer) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0530_function_keep_take.sql
-- A scene has one place for its figures, and for what it was made from, and each of its takes has its own: they are kept
-- with the last chunk of the take, in metadata.scene, before another one is selected.

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
    'input_hash', scenes.input_hash,
    'prompt', scenes.prompt,
    'image_url', scenes.image_url,
    'audio_url', scenes.audio_url,
    'reframe_to', scenes.reframe_to,
    'reframed_image_url', scenes.reframed_image_url,
    'end_image_url', private.end_image(scenes.scene_id)
  ))
  from public.scenes
  where scenes.scene_id = any (p_scene_ids)
    and video_chunks.scene_id = scenes.scene_id
    and video_chunks.selected
    and video_chunks.status = 'COMPLETED'
    and video_chunks.kling_video_url = scenes.video_url;
$$;

comment on function private.keep_take(text[]) is
'Writes the figures of these scenes, and what they were made from, down with their selected takes. The caller holds the project''s lock.';

revoke execute on function private.keep_take(text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0530_function_regenerate_scene.sql
-- project any but paused → generating · the scene, and those chained to it, get a new take
--
-- Old takes stay, unselected. p_changes may give this scene another prompt, image_url, audio_url or model, the aspect
-- ratio that its image has to have (reframe_to), or chunks as a job has them; the caller has checked that the model
-- offers them. What failed beside it is asked for again. p_changes.asked has the idempotency key of whoever wants no
-- second take where the answer was lost, and what was asked for.

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
  v_again jsonb;
begin
  select scenes.* into v_scene from public.scenes where scenes.scene_id = p_scene_id;
  if not found then
    raise exception 'Cannot regenerate scene "%": no such scene', p_scene_id using errcode = 'RL404';
  end if;

  v_project := private.lock_project(v_scene.project_id);
  v_again := private.take_again(p_scene_id, p_changes -> 'asked');
  if v_again is not null then
    return private.verb_answer(v_project) || v_again;
  end if;

  if v_project.status = 'paused' then
    raise exception 'Cannot regenerate scene "%": its project is paused, and has to be resumed first', p_scene_id
      using errcode = 'RL409';
  end if;

  if p_changes ->> 'image_url' is not null and v_scene.position > 1 and v_scene.continuity = 'last_frame' then
    raise exception 'Cannot regenerate scene "%" from an image: it starts from the last frame of the scene before it', p_scene_id
      using errcode = 'RL400';
  end if;

  v_followers := private.scenes_of_take(p_scene_id, p_changes ->> 'image_url');
  select max(video_chunks.take) + 1
  into v_take
  from public.video_chunks
  where video_chunks.scene_id = any (v_followers);

  perform private.keep_take(v_followers);
  perform private.insert_take(v_followers, v_take, p_scene_id, p_changes);
  update public.video_chunks
  set metadata = video_chunks.metadata || jsonb_build_object('asked', p_changes -> 'asked', 'taken', v_followers)
  where video_chunks.scene_id = p_scene_id
    and video_chunks.take = v_take
    and video_chunks.position = 1
    and p_changes ? 'asked';

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
    -- Its own image is another one now.
    reframed_image_url = case
      when coalesce(changes.value ->> 'image_url', scenes.image_url) is not distinct from scenes.image_url
        then scenes.reframed_image_url
    end,
    prompt = coalesce(changes.value ->> 'prompt', scenes.prompt),
    image_url = coalesce(changes.value ->> 'image_url', scenes.image_url),
    reframe_to = coalesce(changes.value ->> 'reframe_to', scenes.reframe_to),
    audio_url = coalesce(changes.value ->> 'audio_url', scenes.audio_url)
  from (
    select taken.scene_id, case when taken.scene_id = p_scene_id then p_changes end as value
    from unnest(v_followers) as taken (scene_id)
  ) as changes
  where scenes.scene_id = changes.scene_id;

  perform private.close_steps(v_project.project_id, v_followers);
  perform private.revive_scenes(v_project.project_id);
  perform private.reopen_project(v_project.project_id);
  return private.verb_answer(v_project) || jsonb_build_object('take', v_take, 'scenes', to_jsonb(v_followers));
end;
$$;

comment on function public.regenerate_scene(text, jsonb) is
'A new take of a scene and of those chained to it. {project_id, was, status, requests_given_up, take, scenes}, with duplicate where the idempotency key was there already. Raises RL400, RL404, RL409. Called by webhook-manage.';

revoke execute on function public.regenerate_scene(text, jsonb) from public, anon, authenticated;
grant execute on function public.regenerate_scene(text, jsonb) to service_role;
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
    input_hash = clip.metadata -> 'scene' ->> 'input_hash',
    prompt = was.prompt,
    image_url = was.image_url,
    audio_url = was.audio_url,
    reframe_to = was.reframe_to,
    reframed_image_url = was.reframed_image_url
  from (
    select distinct on (video_chunks.scene_id) video_chunks.*
    from public.video_chunks
    where video_chunks.scene_id = any (p_scene_ids)
      and video_chunks.selected
    order by video_chunks.scene_id, video_chunks.position desc
  ) as clip
  join public.scenes as made using (scene_id)
  -- What is not there stays: earlier releases did not keep what a take was made from.
  cross join lateral jsonb_to_record(to_jsonb(made) || coalesce(clip.metadata -> 'scene', '{}'))
    as was (prompt text, image_url text, audio_url text, reframe_to text, reframed_image_url text)
  where scenes.scene_id = clip.scene_id;
$$;

comment on function private.restore_take(text[]) is
'Gives these scenes what keep_take wrote down for the takes that are selected now. The caller holds the project''s lock.';

revoke execute on function private.restore_take(text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0530_function_scenes_of_take.sql
-- The clip before a scene with a shared keyframe ends with that scene's image: another image is another clip there too.

create or replace function private.scenes_of_take(p_scene_id text, p_image_url text)
returns text[]
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce((
    select private.chained_scenes(previous.scene_id)
    from public.scenes
    join public.projects using (project_id)
    join public.scenes as previous
      on previous.project_id = scenes.project_id
      and previous.position = scenes.position - 1
    where scenes.scene_id = p_scene_id
      and scenes.continuity = 'shared_keyframe'
      and p_image_url <> coalesce(scenes.image_url, projects.image_url, '')
  ), '{}') || private.chained_scenes(p_scene_id);
$$;

comment on function private.scenes_of_take(text, text) is
'The scenes whose clips change with a take of this one, in order: those chained to it, and where this image (null: as it is) is another one and a shared keyframe, what ends with it.';

revoke execute on function private.scenes_of_take(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0530_function_select_take.sql
-- project completed | failed | cancelled → stitching: an earlier take goes into the film again
--
-- Scenes that are chained to this one go back with it, where they have a take of that number, as does what ends with the
-- image that this take begins with.

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
  v_before record;
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

  select * into v_before from private.ending_take(p_scene_id, p_take);
  if found then
    v_scene_ids := v_before.scene_id || v_scene_ids;
  end if;

  perform private.keep_take(v_scene_ids);
  update public.video_chunks
  set selected = video_chunks.take = case when video_chunks.scene_id = v_before.scene_id then v_before.take else p_take end
  where video_chunks.scene_id = any (v_scene_ids);
  perform private.restore_take(v_scene_ids);

  perform private.reopen_project(v_project.project_id);
  return private.verb_answer(v_project) || jsonb_build_object('take', p_take, 'scenes', to_jsonb(v_scene_ids));
end;
$$;

comment on function public.select_take(text, integer) is
'Puts an earlier take of a scene (and of those chained to it) into the film again, which is stitched anew. {project_id, was, status, requests_given_up, take, scenes}. Raises RL404, RL409. Called by webhook-manage.';

revoke execute on function public.select_take(text, integer) from public, anon, authenticated;
grant execute on function public.select_take(text, integer) to service_role;
--! end included

--! included supabase/schemas/0530_function_take_again.sql
-- An answer that was lost is asked for again: a second take would be paid for, too.

create or replace function private.take_again(p_scene_id text, p_asked jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_made public.video_chunks;
begin
  select video_chunks.*
  into v_made
  from public.video_chunks
  where video_chunks.scene_id = p_scene_id
    and video_chunks.metadata #>> '{asked,idempotency_key}' = p_asked ->> 'idempotency_key'
  limit 1;

  if not found then
    return null;
  elsif v_made.metadata -> 'asked' <> p_asked then
    raise exception 'Cannot regenerate scene "%": the idempotency key belongs to another take of it', p_scene_id
      using errcode = 'RL409';
  end if;

  return jsonb_build_object('take', v_made.take, 'scenes', v_made.metadata -> 'taken', 'duplicate', true);
end;
$$;

comment on function private.take_again(text, jsonb) is
'{take, scenes, duplicate} of the take of this scene that this idempotency key made; null: none. Asked: {idempotency_key} and what the take was to differ in. Raises RL409 where that was something else. The caller holds the project''s lock.';

revoke execute on function private.take_again(text, jsonb) from public, anon, authenticated, service_role;
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
    -- As a new take is asked for, a fallback having made it or not
    'model', coalesce(video_chunks.metadata ->> 'fell_back_from', video_chunks.model),
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

--! included supabase/schemas/0670_function_set_provider.sql
-- What waited for a place or for the switch is due already, so the bell is rung. Letting go is trying at once: what the
-- provider has put off itself is due, too. A step that somebody has locked is left to its own time: whoever holds it may
-- be waiting for the provider's row.

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

  if v_is_released then
    update private.steps
    set due_at = private.clock(), updated_at = private.clock()
    where steps.step_id in (
      select put_off.step_id
      from private.steps as put_off
      where put_off.provider = p_name
        and put_off.status = 'queued'
        and put_off.due_at > (select private.clock())
        -- With its project, not by its provider.
        and put_off.due_at < 'infinity'
      for no key update skip locked
    );
  end if;

  perform private.record_event(null, 'provider.changed', null, null, jsonb_build_object('name', p_name) || p_changes);
  perform public.ring_bell();
  return private.provider_view(p_name);
end;
$$;

comment on function public.set_provider(text, jsonb) is
'Changes what p_changes names: is_paused, max_in_flight, max_in_flight_per_user (null: no limit), is_held (false: released, and what it put off is due). Answers as list_providers does. Raises RL400, RL404. Called by webhook-manage.';

revoke execute on function public.set_provider(text, jsonb) from public, anon, authenticated;
grant execute on function public.set_provider(text, jsonb) to service_role;
--! end included

--! included supabase/schemas/0680_function_endpoint_view.sql
create or replace function private.endpoint_view(p_endpoint private.endpoints)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select to_jsonb(p_endpoint) - array['headers', 'idempotency_key'] || jsonb_build_object(
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
    -- No further than that: days of deliveries may wait for a receiver that is away, and whoever looks does so every second.
    'open', (
      select count(*)
      from (
        select 1
        from public.webhook_deliveries
        where webhook_deliveries.lane = p_endpoint.endpoint_id
          and (webhook_deliveries.status = 'pending' or webhook_deliveries.status = 'delivering')
        limit 10000
      ) as counted
    )
  );
$$;

comment on function private.endpoint_view(private.endpoints) is
'An endpoint as an operator sees it: no secret, no header''s value, no query of its URL; of its open deliveries ten thousand are counted at most.';

revoke execute on function private.endpoint_view(private.endpoints) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0681_function_endpoint_again.sql
-- An answer that was lost had the secret in it: whoever asks again has seen none. What is not named, or null, may be anything.

create or replace function private.endpoint_again(p_changes jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_endpoint private.endpoints;
  v_asked private.endpoints;
begin
  select endpoints.*
  into v_endpoint
  from private.endpoints
  where endpoints.user_id = p_changes ->> 'user_id'
    and endpoints.idempotency_key = p_changes ->> 'idempotency_key';

  v_asked := jsonb_populate_record(v_endpoint, jsonb_strip_nulls(p_changes));
  v_asked.url := private.small_scheme(v_asked.url);
  if v_asked is distinct from v_endpoint then
    raise exception 'Cannot create endpoint: the idempotency key belongs to another one, or to one that was changed or deleted meanwhile'
      using errcode = 'RL409';
  end if;

  return private.endpoint_view(v_endpoint) || jsonb_build_object('duplicate', true, 'secret', (
    select endpoint_secrets.secret
    from private.endpoint_secrets
    where endpoint_secrets.endpoint_id = v_endpoint.endpoint_id
      and endpoint_secrets.expires_at is null
  ));
end;
$$;

comment on function private.endpoint_again(jsonb) is
'The endpoint that this user''s idempotency key made, with its secret of today. Raises RL409 where it is not what is asked for.';

revoke execute on function private.endpoint_again(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0682_function_put_endpoint.sql
-- What p_changes does not name stays as it is; null takes an optional field away. What is known of how it goes with an
-- endpoint is known of its URL: with another one, nothing is.

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
    insert into private.endpoints (user_id, url, idempotency_key)
    values (p_changes ->> 'user_id', private.small_scheme(p_changes ->> 'url'), p_changes ->> 'idempotency_key')
    on conflict (user_id, idempotency_key) do nothing
    returning endpoints.* into v_endpoint;
    if not found then
      return private.endpoint_again(p_changes);
    end if;
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
    'endpoint_id', 'user_id', 'is_enabled', 'disabled_at', 'disable_reason', 'failing_since', 'last_failed_at', 'created_at', 'updated_at',
    'idempotency_key'
  ]);
  v_endpoint.url := private.small_scheme(v_endpoint.url);
  update private.delivery_lanes
  set failures_in_a_row = 0, first_failed_at = null, held_until = null, updated_at = private.clock()
  from private.endpoints
  where endpoints.endpoint_id = v_endpoint.endpoint_id
    and endpoints.url <> v_endpoint.url
    and delivery_lanes.lane = v_endpoint.endpoint_id;

  update private.endpoints
  set
    failing_since = case when endpoints.url = v_endpoint.url then endpoints.failing_since end,
    last_failed_at = case when endpoints.url = v_endpoint.url then endpoints.last_failed_at end,
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
    'fields', (select jsonb_agg(fields.name) from jsonb_object_keys(p_changes - 'idempotency_key') as fields (name))
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
'Creates (id null; user_id and url required) or changes an endpoint: url, description, events, headers, max_in_flight, max_per_second, is_ordered, batch_size, batch_ms. A new one comes with its secret, once; where its idempotency_key was there already, that one with its secret, and duplicate. Raises RL400, RL404, RL409. Called by webhook-manage.';

revoke execute on function public.put_endpoint(text, jsonb) from public, anon, authenticated;
grant execute on function public.put_endpoint(text, jsonb) to service_role;
--! end included

--! included supabase/schemas/0684_function_delete_endpoint.sql
-- What was sent to it stays on record, until housekeeping takes it or its user's data are deleted: of batches there may be
-- tens of thousands, with as many events each as would have to be written anew. Tests go, because they name no film by which
-- its user is found.

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

  delete from public.webhook_deliveries
  where webhook_deliveries.delivery_id in (
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.endpoint_id = p_endpoint_id
      and webhook_deliveries.type = 'endpoint.test'
    -- In the order in which a page of results has them.
    order by webhook_deliveries.delivery_id
    for update
  );

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

--! included supabase/schemas/0720_function_housekeep.sql
-- Deletes what is older than keep_days.* and belongs to no unfinished project. A page of each kind at a
-- time, until all are through or housekeeping_seconds are over: the next run goes on where it stopped.
-- Behind each page it rests for twice as long as that took: films have the rest of its core, and the log.

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
  v_since timestamptz;
  v_page record;
  v_deleted jsonb := '{}';
begin
  if not pg_try_advisory_xact_lock(hashtextextended('housekeeping', 0)) then
    return v_deleted;
  end if;

  while cardinality(v_open) > 0 loop
    foreach v_what in array v_open loop
      v_since := clock_timestamp();
      select * into v_page from private.prune_page(v_what, v_limit);
      v_deleted := v_deleted
        || jsonb_build_object(v_what, coalesce((v_deleted ->> v_what)::integer, 0) + v_page.deleted);
      if v_page.is_last then
        v_open := array_remove(v_open, v_what);
      end if;
      if clock_timestamp() >= v_until then
        return v_deleted;
      end if;
      perform pg_sleep_for(least(2 * (clock_timestamp() - v_since), v_until - clock_timestamp()));
    end loop;
  end loop;
  return v_deleted;
end;
$$;

comment on function private.housekeep() is
'Retention, bounded in rows and time. Returns how many rows of each kind were deleted. Called by pg_cron.';

revoke execute on function private.housekeep() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0850_function_put_webhook_source.sql
-- What p_changes does not name stays as it is; null takes an optional field away. As with an endpoint, nothing is known yet of
-- how it goes with another URL.

create or replace function public.put_webhook_source(p_name text, p_changes jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_source private.webhook_sources;
  v_target text;
  v_rule text;
begin
  if not exists (select 1 from private.webhook_sources where webhook_sources.name = p_name) then
    insert into private.webhook_sources (name, scheme, secret_name, secret_in)
    values (p_name, p_changes ->> 'scheme', p_changes ->> 'secret_name', coalesce(p_changes ->> 'secret_in', 'env'))
    on conflict do nothing;
  end if;

  select webhook_sources.* into v_source from private.webhook_sources where webhook_sources.name = p_name for update;
  v_target := v_source.handler_target;
  v_source := jsonb_populate_record(v_source, p_changes - 'name' - 'created_at' - 'updated_at');
  if v_source.handler_kind = 'delivery' then
    v_source.handler_target := private.small_scheme(v_source.handler_target);
  end if;

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

  update private.delivery_lanes
  set failures_in_a_row = 0, first_failed_at = null, held_until = null, updated_at = private.clock()
  where delivery_lanes.lane = 'source:' || p_name
    and v_source.handler_target is distinct from v_target;

  perform private.record_event(null, 'source.changed', null, null, jsonb_build_object(
    'name', p_name, 'fields', (select jsonb_agg(fields.name) from jsonb_object_keys(p_changes) as fields (name))
  ));
  return private.source_view(v_source);
exception
  when check_violation then
    get stacked diagnostics v_rule = constraint_name;
    raise exception 'Cannot put source "%": %', p_name, private.source_rule(v_rule) using errcode = 'RL400';
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

-- It says what everybody knows, and had the video service asked for another name than the client wrote.
delete from private.model_aliases where alias = 'minimax-video' and model = 'minimax-video-01';

update private.settings
set description = 'Steps and attempts of finished films are kept this long; what they cost stays in the ledger; 0: for ever'
where name = 'keep_days.attempts';

-- Whoever has another schedule keeps it.
select cron.schedule('reelay-housekeeping', '*/5 * * * *', 'select private.housekeep()')
where exists (
  select 1
  from cron.job
  where job.jobname = 'reelay-housekeeping'
    and job.schedule = '*/10 * * * *'
);

-- Last of all that is locked: whoever changes prices at this moment may have events to tell. Deliveries are written again when it
-- is there: a large installation makes it beforehand, concurrently (docs/deploying.md).
create index if not exists webhook_deliveries_tests on public.webhook_deliveries (endpoint_id) where type = 'endpoint.test';
