--! included supabase/schemas/0211_function_ask_for_frames.sql
-- → queued, as add_step, but for the last frames of many clips at once

create or replace function private.ask_for_frames(p_chunk_ids text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- A plan from when the tables were small is kept; there is an index for each of these joins.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_now timestamptz := private.clock();
begin
  with queued as (
    insert into private.steps (project_id, scene_id, chunk_id, user_id, kind, due_at, created_at, updated_at)
    select
      video_chunks.project_id, video_chunks.scene_id, video_chunks.chunk_id, projects.user_id, 'extract_last_frame',
      private.due_at(projects.status, 'extract_last_frame', v_now), v_now, v_now
    from public.video_chunks
    join public.projects using (project_id)
    where video_chunks.chunk_id = any (p_chunk_ids)
    on conflict do nothing
    returning steps.project_id, steps.scene_id, steps.chunk_id, steps.step_id
  )
  insert into public.pipeline_events (project_id, scene_id, chunk_id, type, data, at)
  select
    queued.project_id, queued.scene_id, queued.chunk_id, 'step.queued',
    jsonb_build_object('kind', 'extract_last_frame', 'step_id', queued.step_id), v_now
  from queued;
end;
$$;

comment on function private.ask_for_frames(text[]) is
'→ queued: extract_last_frame for each of these clips. Idempotent while such a step is open.';

revoke execute on function private.ask_for_frames(text[]) from public, anon, authenticated, service_role;
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
      first.due_at
    from firsts
    join private.providers
      on providers.name = p_providers ->> firsts.kind
      and not providers.is_paused
      and coalesce(providers.held_until <= p_now, true)
    -- What nobody here can do is begun for a test alone: whoever only waits for it would hide those who try out.
    cross join lateral (
      select case when providers.name <> 'test' then firsts.due_at else (
        select steps.due_at
        from private.steps
        join public.projects using (project_id)
        where steps.status = 'queued'
          and steps.user_id = firsts.user_id
          -- As in candidate_steps
          and steps.kind between firsts.kind and firsts.kind
          and steps.due_at <= p_now
          and projects.execution_mode = 'test'
        order by steps.kind, steps.due_at
        limit 1
      ) end as due_at
    ) as first
    where first.due_at <= p_now
    order by firsts.user_id, providers.name, firsts.kind = 'cancel_request', firsts.kind = 'generate_clip', first.due_at
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

--! included supabase/schemas/0230_function_due_steps.sql
-- Which steps a runner may have next, in order: overdue ones first (they hold their place at the
-- provider already), then new ones, as many as provider and user have room for and the day's spending
-- cap reaches for, users taking turns. Of the places half are new steps' where there are any: a provider that leaves all
-- unanswered makes steps overdue faster than they can be asked about, and none would ever be begun, not at another one either.
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
as $$
declare
  v_are_few boolean;
  v_is_paused boolean;
  v_is_limited boolean;
  v_is_capped boolean := private.setting('max_usd_per_day') > 0;
  v_is_something_queued boolean;
begin
  select
    coalesce(bool_or(providers.name = '*' and providers.is_paused), false),
    coalesce(bool_or(
      coalesce(providers.max_in_flight, providers.max_in_flight_per_user) is not null
      or (providers.failures_in_a_row > 0 and providers.failures_in_a_row >= (select private.setting('breaker_failures')))
    ), false)
  into v_is_paused, v_is_limited
  from private.providers;

  if v_is_paused then
    return;
  end if;
  if v_is_limited or v_is_capped then
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
  if not v_is_something_queued and v_are_few then
    return;
  end if;

  queued := case
    when v_is_capped then private.startable_steps(p_limit, p_providers, p_now, v_are_few)
    else array(
      select startable.step_id
      from private.queued_steps(p_limit, p_providers, p_now, v_are_few) as startable
      order by startable.turn, startable.due_at
    )
  end;
  overdue := overdue[:p_limit - least(cardinality(queued), p_limit / 2)];
  queued := queued[:p_limit - cardinality(overdue)];
end;
$$;

comment on function private.due_steps(integer, jsonb, timestamptz) is
'Up to p_limit steps that are due and allowed, fair between users: overdue ones, and queued ones. The caller locks them.';

revoke execute on function private.due_steps(integer, jsonb, timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0235_function_next_batch.sql
-- Full, or its first event has waited for batch_ms (that is when it is due). One request stays below the size
-- that every delivery is cut at; what does not fit goes with the next one. What is due later than a new event would be is
-- replayed at a pace, and is not there yet.

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
      and webhook_deliveries.due_at <= p_now + p_endpoint.batch_ms * interval '1 millisecond'
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

--! included supabase/schemas/0236_function_form_batches.sql
-- pending → batched: what has collected for an endpoint that takes batches becomes one delivery, whose body and id
-- are fixed from then on, through all its tries.
--
-- No more than the endpoint may have on their way: each of them reads all that waits for it, and ten thousand in one claim
-- would take longer than a claim may, so that none would ever be formed, and nothing be sent to anybody.

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
  v_batch public.webhook_deliveries;
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
    for n in 1 .. v_endpoint.max_in_flight - (
      select count(*)
      from public.webhook_deliveries
      where webhook_deliveries.lane = v_endpoint.endpoint_id
        and webhook_deliveries.status = 'pending'
        and (webhook_deliveries.attempt_count > 0) = false
        and webhook_deliveries.type = 'batch'
    ) loop
      v_events := private.next_batch(v_endpoint, p_now);
      exit when v_events is null;

      insert into public.webhook_deliveries (endpoint_id, type, url, body, due_at)
      values (v_endpoint.endpoint_id, 'batch', v_endpoint.url, private.batch_body(v_events, p_now), p_now)
      returning webhook_deliveries.* into v_batch;

      update public.webhook_deliveries
      set status = 'batched', batch_id = v_batch.delivery_id, updated_at = p_now
      from unnest(v_events) as event
      where webhook_deliveries.delivery_id = event.delivery_id;

      -- One event may be larger with what a batch puts around it than any delivery may be: that batch is dead at birth.
      perform private.end_batch(v_batch);
    end loop;
  end loop;
end;
$$;

comment on function private.form_batches(timestamptz) is
'pending → batched, for endpoints with a batch that is full or has waited for long enough. Called by each claim.';

revoke execute on function private.form_batches(timestamptz) from public, anon, authenticated, service_role;
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
  v_budget numeric := private.budget_left();
  v_providers jsonb := p_providers;
begin
  if v_budget = 0 and exists (
    select 1
    from private.steps
    where steps.status = 'queued'
      and steps.due_at <= p_now
      and steps.kind not in ('store_film', 'store_captions', 'check_frame', 'cancel_request')
  ) then
    perform private.note_spending_cap();
  end if;

  -- With nothing left, what costs money is done for a test alone. Were it looked for all the same, it would take the places
  -- of what goes on.
  if v_budget = 0 then
    select jsonb_object_agg(kinds.name, case
      when kinds.name in ('store_film', 'store_captions', 'check_frame', 'cancel_request') then kinds.provider
      else 'test'
    end)
    into v_providers
    from jsonb_each_text(p_providers) as kinds (name, provider);
  end if;

  return array(
    select queued.step_id
    from private.affordable_steps(p_limit, v_providers, p_now, v_budget, p_are_few) as queued
    order by queued.turn, queued.due_at
  );
end;
$$;

comment on function private.startable_steps(integer, jsonb, timestamptz, boolean) is
'Queued steps that may begin now under max_usd_per_day, within the limits of their providers and the day''s budget, in order.';

revoke execute on function private.startable_steps(integer, jsonb, timestamptz, boolean)
from public, anon, authenticated, service_role;
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
  select array_agg(open_lanes.lane)
  into v_open
  from open_lanes
  -- Of those that wait for a retry none is locked: there may be thousands, and whoever has to say how a delivery to one
  -- of them went would wait for this claim. Asked for as the index has it.
  where exists (
    select 1
    from public.webhook_deliveries
    where webhook_deliveries.lane = open_lanes.lane
      and webhook_deliveries.status = 'pending'
      and (webhook_deliveries.attempt_count > 0) = false
      and webhook_deliveries.due_at <= p_now
  ) or exists (
    select 1
    from public.webhook_deliveries
    where webhook_deliveries.lane = open_lanes.lane
      and webhook_deliveries.status = 'pending'
      and (webhook_deliveries.attempt_count > 0) = true
      and webhook_deliveries.due_at <= p_now
  );
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
'Locks the lanes that have something to send now and may, and names them. A step along the index for each lane with open deliveries.';

revoke execute on function private.lock_lanes(timestamptz) from public, anon, authenticated, service_role;
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
        where (
          delivery_lanes.held_until > instant.now
          -- With a token left it waits for a slot; the claim before this may have been a moment early for it.
          or endpoints.max_per_second is not null
          and private.lane_tokens(delivery_lanes, endpoints.max_per_second, instant.now - interval '1 second') < 1
        )
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

--! included supabase/schemas/0240_function_fail_exhausted_step.sql
create or replace function private.fail_exhausted_step(p_step private.steps, p_attempt private.attempts)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if private.lock_film_or_postpone(p_step) then
    perform private.fail_step(p_step.step_id, p_attempt.error_message);
  end if;
end;
$$;

comment on function private.fail_exhausted_step(private.steps, private.attempts) is
'running → failed, for a step whose runners died as often as it may be tried.';

revoke execute on function private.fail_exhausted_step(private.steps, private.attempts)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_lock_film_or_postpone.sql
-- For a claim that has to close a film's steps, below the lock of one of them. It holds steps of other films by then, and
-- another claim may hold some of this one: waited for, each would wait for the other. Where the film is busy, the step's
-- lease goes on for a moment, so that the steps of a project that somebody holds for minutes do not come first in every
-- claim and hide the others.

create or replace function private.lock_film_or_postpone(p_step private.steps)
returns boolean
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

  if found and (
    select count(*)
    from private.steps
    where steps.project_id = p_step.project_id
      and steps.status in ('queued', 'running', 'waiting')
  ) = (
    select count(*)
    from (
      select steps.step_id
      from private.steps
      where steps.project_id = p_step.project_id
        and steps.status in ('queued', 'running', 'waiting')
      for no key update skip locked
    ) as locked
  ) then
    return true;
  end if;

  update private.steps
  set due_at = private.clock() + interval '2 seconds'
  where steps.step_id = p_step.step_id;
  return false;
end;
$$;

comment on function private.lock_film_or_postpone(private.steps) is
'True with the project and its open steps locked, waiting for nobody; else the step is looked at again two seconds later.';

revoke execute on function private.lock_film_or_postpone(private.steps) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0245_function_requeue_unsent.sql
-- running → queued, or failed
--
-- Its runner ended before it announced the call.

create or replace function private.requeue_unsent(p_step private.steps, p_attempt private.attempts)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if private.lock_film_or_postpone(p_step) then
    perform private.fail_unsent(p_step, p_attempt.attempt_id, 'The lease ran out before anything was sent');
  end if;
end;
$$;

comment on function private.requeue_unsent(private.steps, private.attempts) is
'running → queued: the runner ended before its call; after max_attempts → failed.';

revoke execute on function private.requeue_unsent(private.steps, private.attempts)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0260_function_update_progress.sql
-- Clips are nine tenths of a film; what follows them is the rest.

create or replace function private.update_progress(p_project_ids text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- A plan from when the tables were small is kept; there is an index for each of these joins.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
  update public.projects
  set progress = parts.progress
  from unnest(p_project_ids) as given (project_id)
  cross join lateral (
    select floor(
      0.9 * avg(case when video_chunks.status = 'COMPLETED' then 100 else video_chunks.progress end)
    )::integer as progress
    from public.video_chunks
    where video_chunks.project_id = given.project_id
      and video_chunks.selected
  ) as parts
  where projects.project_id = given.project_id
    -- Said twice: planned for small tables, a whole index is read for the first alone, however large they grow.
    and projects.project_id = any (p_project_ids)
    and projects.progress < parts.progress
    and projects.status not in ('completed', 'failed', 'cancelled');
end;
$$;

comment on function private.update_progress(text[]) is
'How far the clips of each project are, as its progress, which never goes back. The caller holds their locks.';

revoke execute on function private.update_progress(text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0270_function_close_attempts.sql
-- attempts open → completed, with their steps
--
-- A project has one of them at most: the timeline of each is written in its order.

create or replace function private.close_attempts(p_attempt_ids text[], p_outputs jsonb[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- A plan from when the tables were small is kept; there is an index for each of these joins.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_now timestamptz := private.clock();
begin
  with
  ended as (
    update private.attempts
    set
      status = 'completed',
      output = given.output,
      actual_cost_usd = case
        when jsonb_typeof(given.output -> 'cost_usd') = 'number' then greatest((given.output ->> 'cost_usd')::numeric, 0)
        else attempts.actual_cost_usd
      end,
      error_message = null,
      ended_at = v_now
    from unnest(p_attempt_ids, p_outputs) as given (attempt_id, output)
    where attempts.attempt_id = given.attempt_id
      -- Said twice, as in update_progress.
      and attempts.attempt_id = any (p_attempt_ids)
    returning attempts.step_id, given.output
  ),

  closed as (
    update private.steps
    set status = 'completed', output = ended.output, claim_token = null, updated_at = v_now
    from ended
    where steps.step_id = ended.step_id
    returning steps.project_id, steps.scene_id, steps.chunk_id, steps.kind, steps.step_id
  )

  insert into public.pipeline_events (project_id, scene_id, chunk_id, type, data, at)
  select
    closed.project_id, closed.scene_id, closed.chunk_id, 'step.completed',
    jsonb_build_object('kind', closed.kind, 'step_id', closed.step_id), v_now
  from closed;
end;
$$;

comment on function private.close_attempts(text[], jsonb[]) is
'→ completed, attempts with these outputs and their steps; what they made is still to be used. The caller holds the locks of project, step and attempt.';

revoke execute on function private.close_attempts(text[], jsonb[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0280_function_complete_chunks.sql
-- chunks → COMPLETED; then the last frame of each, or the end of its scene

create or replace function private.complete_chunks(p_chunk_ids text[], p_inputs jsonb[], p_outputs jsonb[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- A plan from when the tables were small is kept; there is an index for each of these joins.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_now timestamptz := private.clock();
  v_project_ids text[];
  v_inner_ids text[];
  v_last_ids text[];
  v_last_outputs jsonb[];
begin
  with
  done as (
    update public.video_chunks
    set
      status = 'COMPLETED',
      kling_video_url = given.output ->> 'video_url',
      kling_completed_at = v_now,
      input_hash = private.clip_hash(given.input),
      progress = 100,
      error_message = null
    from unnest(p_chunk_ids, p_inputs, p_outputs) as given (chunk_id, input, output)
    where video_chunks.chunk_id = given.chunk_id
      -- Said twice, as in update_progress.
      and video_chunks.chunk_id = any (p_chunk_ids)
      and video_chunks.status not in ('COMPLETED', 'FAILED', 'CANCELLED')
    returning
      video_chunks.chunk_id, video_chunks.project_id, video_chunks.scene_id, video_chunks.position, video_chunks.take,
      video_chunks.duration, video_chunks.model, given.output
  ),

  kept as (
    insert into public.media (project_id, scene_id, type, url, width, height, duration, metadata)
    select
      done.project_id, done.scene_id, 'generated-video', done.output ->> 'video_url',
      (done.output ->> 'width')::numeric, (done.output ->> 'height')::numeric,
      coalesce((done.output ->> 'duration')::numeric, done.duration),
      jsonb_build_object('chunk_id', done.chunk_id, 'model', done.model)
    from done
  )

  select
    array_agg(done.project_id),
    array_agg(done.chunk_id) filter (where following.chunk_id is not null),
    array_agg(done.chunk_id) filter (where following.chunk_id is null),
    array_agg(done.output) filter (where following.chunk_id is null)
  into v_project_ids, v_inner_ids, v_last_ids, v_last_outputs
  from done
  left join public.video_chunks as following
    on following.scene_id = done.scene_id
    and following.take = done.take
    and following.position = done.position + 1;

  perform private.update_progress(v_project_ids);

  if v_inner_ids is not null then
    -- A scene looks like its beginning.
    update public.scenes
    set thumbnail_url = given.output ->> 'thumbnail_url'
    from unnest(p_chunk_ids, p_outputs) as given (chunk_id, output)
    join public.video_chunks using (chunk_id)
    where video_chunks.chunk_id = any (v_inner_ids)
      and video_chunks.position = 1
      and scenes.scene_id = video_chunks.scene_id
      and given.output ->> 'thumbnail_url' is not null;
    perform private.ask_for_frames(v_inner_ids);
  end if;

  if v_last_ids is not null then
    perform private.finish_scene_clips(v_last_ids, v_last_outputs);
  end if;
end;
$$;

comment on function private.complete_chunks(text[], jsonb[], jsonb[]) is
'PENDING | SUBMITTED | IN_PROGRESS → COMPLETED, once, with what each was made from and what was made. The caller holds their projects'' locks.';

revoke execute on function private.complete_chunks(text[], jsonb[], jsonb[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0280_function_finish_scene_clips.sql
-- scenes pending | generating → extracting_frame, or → completed where nobody needs the last frame

create or replace function private.finish_scene_clips(p_chunk_ids text[], p_outputs jsonb[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- A plan from when the tables were small is kept; there is an index for each of these joins.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_framed_ids text[];
  v_scene_ids text[];
  v_scene_id text;
begin
  with
  clips as materialized (
    select
      video_chunks.chunk_id, video_chunks.scene_id, video_chunks.take, video_chunks.kling_video_url, given.output,
      case when video_chunks.position = 1 then given.output end as opening,
      -- A reused scene brings its last frame along.
      scenes.last_frame_url is null and following.scene_id is not null as is_frame_needed
    from unnest(p_chunk_ids, p_outputs) as given (chunk_id, output)
    join public.video_chunks using (chunk_id)
    join public.scenes using (scene_id)
    left join public.scenes as following
      on following.project_id = scenes.project_id
      and following.position = scenes.position + 1
      and following.continuity = 'last_frame'
    -- Said twice, as in update_progress.
    where video_chunks.chunk_id = any (p_chunk_ids)
  ),

  updated as (
    update public.scenes
    set
      status = case when clips.is_frame_needed then 'extracting_frame' else scenes.status end,
      video_url = clips.kling_video_url,
      thumbnail_url = coalesce(clips.opening ->> 'thumbnail_url', scenes.thumbnail_url),
      duration = coalesce(
        (clips.opening ->> 'duration')::numeric,
        -- No news of the clip: what was measured before holds.
        case when clips.output = '{}' then scenes.duration end,
        (
          select sum(video_chunks.duration)
          from public.video_chunks
          where video_chunks.scene_id = clips.scene_id
            and video_chunks.take = clips.take
        )
      ),
      fps = coalesce((clips.output ->> 'fps')::numeric, scenes.fps),
      width = coalesce((clips.output ->> 'width')::numeric, scenes.width),
      height = coalesce((clips.output ->> 'height')::numeric, scenes.height),
      quality_score = coalesce((clips.output ->> 'quality_score')::numeric, scenes.quality_score)
    from clips
    where scenes.scene_id = clips.scene_id
      and scenes.scene_id = any (array(select clips.scene_id from clips))
      and scenes.status in ('pending', 'generating')
  )

  select
    array_agg(clips.chunk_id) filter (where clips.is_frame_needed),
    array_agg(clips.scene_id) filter (where not clips.is_frame_needed)
  into v_framed_ids, v_scene_ids
  from clips;

  if v_framed_ids is not null then
    perform private.ask_for_frames(v_framed_ids);
  end if;
  foreach v_scene_id in array coalesce(v_scene_ids, '{}') loop
    perform private.complete_scene(v_scene_id, null);
  end loop;
end;
$$;

comment on function private.finish_scene_clips(text[], jsonb[]) is
'The last chunk of each of these scenes is there: take its figures over, then ask for its last frame or complete the scene. The caller holds their projects'' locks.';

revoke execute on function private.finish_scene_clips(text[], jsonb[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0297_function_estimate_clips.sql
-- What estimate_film comes to for a film of which nothing is made yet and that has neither sound nor
-- captions: by its clips alone, before they have rows.

create or replace function private.estimate_clips(p_job jsonb)
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- Planned for a thousand times as many rows as there are, a hash table is megabytes of zeroes.
set enable_hashjoin = off
set enable_mergejoin = off
set enable_hashagg = off
as $$
declare
  v_providers jsonb := coalesce(
    nullif(p_job -> 'providers', 'null'),
    '{"reframe_image": "fal", "generate_clip": "fal", "extract_last_frame": "fal", "extract_thumbnail": "fal",
      "stitch": "fal"}'
  );
  v_stills bigint := private.count_stills(p_job);
begin
  if p_job ->> 'execution_mode' = 'test' then
    return 0;
  end if;

  return (
    with
    clips as (
      select
        row_number() over film as position,
        part.chunk ->> 'model' as model,
        (part.chunk ->> 'duration')::numeric as seconds,
        lead(part.position > 1 or shot.scene ->> 'continuity' = 'last_frame') over film as hands_over
      from jsonb_array_elements(p_job -> 'scenes') with ordinality as shot (scene, position)
      cross join lateral jsonb_array_elements(shot.scene -> 'chunks') with ordinality as part (chunk, position)
      window film as (order by shot.position, part.position)
    ),

    pieces (kind, model, seconds, n) as (
      select piece.kind, piece.model, clips.seconds, count(*)
      from clips
      cross join lateral (values
        ('generate_clip', clips.model, true),
        ('extract_last_frame', null, clips.hands_over),
        ('extract_thumbnail', null, clips.position = 1)
      ) as piece (kind, model, is_wanted)
      where piece.is_wanted
      group by piece.kind, piece.model, clips.seconds
      union all
      select 'stitch', null, case when count(*) = count(clips.seconds) then sum(clips.seconds) end, 1
      from clips
      having count(*) > 1
      union all
      select 'reframe_image', null, null, v_stills
      where v_stills > 0
    ),

    -- The dearest of the models that may do it; without a price of each nobody knows
    costs (usd) as (
      select pieces.n * dearest.usd
      from pieces
      cross join lateral (
        select case when count(*) = count(priced.usd) then max(priced.usd) end as usd
        from (
          select pieces.model as name
          union all
          select model_fallbacks.fallback
          from private.model_fallbacks
          where model_fallbacks.model = pieces.model
        ) as models
        cross join lateral (
          select case when v_providers ->> pieces.kind in ('test', 'storage') then 0 else (
            -- One look into the index for each: joined, all prices would be sorted.
            select coalesce(prices.usd_per_call, 0)
              + case when prices.usd_per_second > 0 then prices.usd_per_second * pieces.seconds else 0 end
              + case when prices.usd_per_character > 0 then null else 0 end
            from private.prices
            where prices.kind = pieces.kind
              and prices.model = private.priced_model(
                v_providers ->> pieces.kind, pieces.kind, jsonb_build_object('model', models.name)
              )
          ) end as usd
          offset 0
        ) as priced
      ) as dearest
    )
    select case when count(*) = count(costs.usd) then sum(costs.usd) end
    from costs
  );
end;
$$;

comment on function private.estimate_clips(jsonb) is
'US dollars of the new film of a plain job; null where something has no price. A test costs nothing.';

revoke execute on function private.estimate_clips(jsonb) from public, anon, authenticated, service_role;
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

  -- A batch that is full need not wait. What is replayed at a pace, later than a batch waits, is not in it (next_batch).
  update public.webhook_deliveries
  set due_at = v_now
  where webhook_deliveries.delivery_id in (
    select early.delivery_id
    from private.endpoints
    join public.webhook_deliveries as early on early.lane = endpoints.endpoint_id
    where endpoints.user_id = p_project.user_id
      and endpoints.batch_size > 1
      and early.status = 'pending'
      and early.attempt_count = 0
      and early.due_at > v_now
      and early.due_at <= v_now + endpoints.batch_ms * interval '1 millisecond'
      and endpoints.batch_size <= (
        select count(*)
        from public.webhook_deliveries as waiting
        where waiting.lane = endpoints.endpoint_id
          and waiting.status = 'pending'
          and waiting.attempt_count = 0
          and waiting.due_at <= v_now + endpoints.batch_ms * interval '1 millisecond'
      )
    -- What somebody else holds is being sent or made due.
    for no key update of early skip locked
  );
end;
$$;

comment on function private.queue_event(public.projects, text, text) is
'Tells the standing endpoints of the project''s user: → pending, or kept as filtered or skipped.';

revoke execute on function private.queue_event(public.projects, text, text) from public, anon, authenticated, service_role;
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
  with
  orphaned as (
    select webhook_deliveries.delivery_id
    from private.endpoints
    join public.webhook_deliveries on webhook_deliveries.lane = endpoints.endpoint_id
    where not endpoints.is_enabled
      and webhook_deliveries.status = 'pending'
    -- While the sweep waits for one, it rings for nothing.
    for no key update of webhook_deliveries skip locked
  )
  update public.webhook_deliveries
  set status = 'skipped', error = 'The endpoint was disabled', updated_at = private.clock()
  from orphaned
  where webhook_deliveries.delivery_id = orphaned.delivery_id;

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
