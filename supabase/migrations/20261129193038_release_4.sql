-- In the order in which every verb locks: a verb that runs just now is waited for here, and not halfway.
do $$
begin
  lock table
    public.projects, public.scenes, public.video_chunks, private.steps, private.attempts, private.ledger,
    private.job_requests, public.pipeline_events
  in access exclusive mode;
end;
$$;

-- Functions whose arguments changed, and those that nothing calls any more. All are the database's own: what doors and
-- runners of the releases before call is still there.
drop function private.is_plain_job(jsonb);
drop function private.estimate_clips(jsonb, text[], numeric[], boolean[], bigint);
drop function private.estimate_jobs(jsonb, boolean[]);
drop function private.insert_projects(jsonb, boolean[], numeric[]);
drop function private.insert_films(jsonb, text[]);
drop function private.task_tokens(text[]);

-- What these deleted is deleted by a trigger of projects from now on (tg_projects__delete_rest).
alter table private.steps drop constraint step_of_a_project;
alter table private.ledger drop constraint entry_of_a_project;
alter table private.job_requests drop constraint request_of_a_project;
alter table public.pipeline_events drop constraint event_of_a_project;

drop index public.projects_by_status;

--! altered supabase/schemas/0100_table_projects.sql sha256:3e7af2bd788279ed3e795575d283f01d069da8e65e9c81e306477adaa4d9e930
--! altered supabase/schemas/0140_table_steps.sql sha256:dab85f854453f3554b3137475fa3a3ef4a84447e5e4a915564992d8be67bdcf2
--! altered supabase/schemas/0155_table_ledger.sql sha256:dc8ae10116cd7e70658304eaec5455091aa06d5996756d08ada607d0c8175e71
--! altered supabase/schemas/0180_table_pipeline_events.sql sha256:e0dd7884d62aa34f4600b9e3d8250c3155db001085eedc58bad66843b53e5834
--! altered supabase/schemas/0195_table_job_requests.sql sha256:bf377465ae981529226e6aa6d02445a0d4e228e09cf87a63bcb933c2ac48b83e

--! included supabase/schemas/0040_function_new_ids.sql
-- The time is told once, and the source of random bits is asked for a thousand bytes as quickly as for ten.

create or replace function private.new_ids(p_prefix text, p_count integer)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_born text := p_prefix || '_' || lpad(to_hex((date_part('epoch', clock_timestamp()) * 1000)::bigint), 12, '0');
  v_random bytea := '';
begin
  while length(v_random) < 10 * p_count loop
    v_random := v_random || extensions.gen_random_bytes(least(10 * p_count - length(v_random), 1000));
  end loop;

  return array(
    select v_born || encode(substr(v_random, 10 * each.n - 9, 10), 'hex')
    from generate_series(1, p_count) as each (n)
  );
end;
$$;

comment on function private.new_ids(text, integer) is 'As many new ids as are asked for, each as new_id makes it.';

revoke execute on function private.new_ids(text, integer) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0199_function_is_ringing.sql
create or replace function private.is_ringing(p_bell private.bell, p_repeat_seconds double precision, p_now timestamptz)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return p_bell.unanswered_since is not null
    and p_bell.last_rung_at > p_now - make_interval(secs => p_repeat_seconds);
end;
$$;

comment on function private.is_ringing(private.bell, double precision, timestamptz) is
'True while a ring is on its way that no runner has answered, and that is not to be repeated yet.';

revoke execute on function private.is_ringing(private.bell, double precision, timestamptz) from public, anon, authenticated, service_role;
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
  v_transaction text := pg_current_xact_id()::text;
  v_found record;
  v_bell private.bell;
begin
  if coalesce(current_setting('reelay.rung_in', true), '') = v_transaction then
    return false;
  end if;
  v_transaction := set_config('reelay.rung_in', v_transaction, true);

  -- Looked at before it is locked: under load most rings are under way already, and a lock is a write.
  select bell, (settings.value #>> '{}')::double precision as repeat_seconds
  into v_found
  from private.bell
  join private.settings on settings.name = 'bell_repeat_seconds';
  if private.is_ringing(v_found.bell, v_found.repeat_seconds, v_now) then
    return false;
  end if;

  -- Whoever holds the row is ringing or answering just now: no need to wait for it.
  select bell.* into v_bell from private.bell for no key update skip locked;
  if not found or private.is_ringing(v_bell, v_found.repeat_seconds, v_now) then
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
  -- Put together here: the table is read as a whole, and they would be for each of its rows.
  v_name text := p_what || '.' || p_kind;
  v_name_of_model text := v_name || '.' || p_model;
  v_setting private.settings;
begin
  select settings.*
  into v_setting
  from private.settings
  where settings.name = v_name
    or settings.name = v_name_of_model
  order by length(settings.name) desc
  limit 1;

  if not found then
    raise exception 'Cannot read setting "%": no such setting', v_name using errcode = 'RL500';
  end if;
  return v_setting;
end;
$$;

comment on function private.step_setting(text, text, text) is
'The setting of a kind of step, the model''s own where it has one; its name says which. Raises RL500 where there is none.';

revoke execute on function private.step_setting(text, text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0209_function_input_of.sql
-- By jsonb_object where all is text: jsonb_build_object looks up the type of each argument.

create or replace function private.input_of(
  p_step private.steps,
  p_aspect_ratio text,
  p_chunk public.video_chunks,
  p_has_end boolean default true
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  case p_step.kind
    when 'generate_clip' then
      return jsonb_object(array[
        'project_id', p_step.project_id,
        'scene_id', p_step.scene_id,
        'chunk_id', p_step.chunk_id,
        'model', p_chunk.model,
        'prompt', p_chunk.prompt,
        'aspect_ratio', p_aspect_ratio,
        'image_url', p_chunk.image_url,
        'driver_video_url', p_chunk.driver_video_url,
        'audio_url', p_chunk.audio_url
      ])
        || jsonb_build_object('duration', p_chunk.duration)
        || case when p_has_end then private.end_frame(p_chunk) else '{}' end;
    when 'extract_last_frame', 'extract_thumbnail' then
      return jsonb_object(array[
        'project_id', p_step.project_id,
        'scene_id', p_step.scene_id,
        'chunk_id', p_step.chunk_id,
        'video_url', p_chunk.kling_video_url
      ]);
    when 'stitch' then
      return jsonb_object(array['project_id', p_step.project_id, 'aspect_ratio', p_aspect_ratio])
        || private.cut_input(p_step.project_id);
    else
      return case
        when p_step.chunk_id is null then jsonb_object(array['project_id', p_step.project_id])
        else jsonb_object(array[
          'project_id', p_step.project_id, 'scene_id', p_step.scene_id, 'chunk_id', p_step.chunk_id
        ])
      end || p_step.input;
  end case;
end;
$$;

comment on function private.input_of(private.steps, text, public.video_chunks, boolean) is
'The input of a step, in our words, of a film of this aspect ratio; the chunk that it is about, if any. p_has_end: false where it is known that no shared keyframe follows its scene. The provider''s file translates it.';

revoke execute on function private.input_of(private.steps, text, public.video_chunks, boolean)
from public, anon, authenticated, service_role;
--! end included

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

--! included supabase/schemas/0219_function_count_stills.sql
create or replace function private.count_stills(p_job jsonb)
returns bigint
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return (
    select count(distinct (coalesce(shot.scene ->> 'image_url', p_job ->> 'image_url'), shot.scene ->> 'reframe_to'))
    from jsonb_array_elements(p_job -> 'scenes') with ordinality as shot (scene, position)
    where shot.scene ->> 'reframe_to' is not null
      and (shot.position = 1 or shot.scene ->> 'continuity' <> 'last_frame')
      and coalesce(shot.scene ->> 'image_url', p_job ->> 'image_url') is not null
  );
end;
$$;

comment on function private.count_stills(jsonb) is
'How many images a new film makes before its clips: several scenes may start from one.';

revoke execute on function private.count_stills(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0220_function_job_shapes.sql
-- Plain: nothing is to be approved, written, revised or heard, and no clip waits for another scene's still. A
-- shape is what estimate_clips reads of a job, and nothing else of it; JSON's own quotes keep its words apart.

create or replace function private.job_shapes(p_jobs jsonb[], p_scenes jsonb[])
returns text[]
language plpgsql
immutable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
  return array(
    select case
      when num_nonnulls(item.job ->> 'stop_at', item.job ->> 'max_cost_usd') = 0
        and item.job ->> 'is_revision' is distinct from 'true'
        and item.job ->> 'storyboard' is distinct from 'model'
        and not coalesce(item.job -> 'film_options' ?| array['music', 'captions'], false)
      then (
        select case
          when not bool_and(
            clip.chunk is not null
            and clip.scene ->> 'audio_url' is null
            and clip.scene ->> 'voice_over' is null
            and (clip.scene ->> 'reframe_to' is null or clip.continuity is distinct from 'shared_keyframe')
          ) then null
          when item.job ->> 'execution_mode' = 'test' then 'test'
          else concat(
            item.job ->> 'providers',
            string_agg(
              coalesce(clip.chunk ->> 'duration', '') || coalesce((clip.chunk -> 'model')::text, 'null')
              || case when clip.part > 1 or clip.continuity = 'last_frame' then '+' else '-' end,
              ''
            ),
            case when bool_or(clip.scene ->> 'reframe_to' is not null) then private.count_stills(item.job) end
          )
        end
        from (
          select
            each.scene,
            each.part,
            each.chunks -> (each.part - 1) as chunk,
            each.scene ->> 'continuity' as continuity
          from (
            select
              shot.scene,
              shot.scene -> 'chunks' as chunks,
              -- A row for a scene that has no clip, too
              generate_series(1, greatest(jsonb_array_length(shot.scene -> 'chunks'), 1)) as part
            from (
              select p_scenes[item.n] -> (counted.position - 1) as scene
              from (select generate_series(1, jsonb_array_length(p_scenes[item.n])) as position) as counted
            ) as shot
          ) as each
          -- Taken out once, and not wherever it is named above
          offset 0
        ) as clip
      )
    end
    from (select each.n, p_jobs[each.n] as job from generate_series(1, cardinality(p_jobs)) as each (n)) as item
  );
end;
$$;

comment on function private.job_shapes(jsonb[], jsonb[]) is
'The shape of the film of each plain job, with its scenes beside it: films of one shape have one estimate. Null: the job is not plain, so what its film needs first is not known from it alone.';

revoke execute on function private.job_shapes(jsonb[], jsonb[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0228_function_priced_cost.sql
create or replace function private.priced_cost(p_price private.prices, p_kind text, p_input jsonb)
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_usd numeric := coalesce(p_price.usd_per_call, 0);
begin
  if p_price.usd_per_second > 0 then
    v_usd := v_usd + p_price.usd_per_second * private.paid_seconds(p_kind, p_input);
  end if;
  if p_price.usd_per_character > 0 then
    v_usd := v_usd + p_price.usd_per_character * char_length(p_input ->> 'text');
  end if;
  return v_usd;
end;
$$;

comment on function private.priced_cost(private.prices, text, jsonb) is
'US dollars of this input at this price; null where its length or its text is unknown.';

revoke execute on function private.priced_cost(private.prices, text, jsonb) from public, anon, authenticated, service_role;
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
      select private.priced_cost(prices, p_kind, p_input)
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
      -- The first half spares the second one's question.
      case when providers.failures_in_a_row > 0 and providers.failures_in_a_row >= (select private.setting('breaker_failures')) then 1 - (
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
  queued := queued[:p_limit - cardinality(overdue)];
end;
$$;

comment on function private.due_steps(integer, jsonb, timestamptz) is
'Up to p_limit steps that are due and allowed, fair between users: overdue ones, and queued ones. The caller locks them.';

revoke execute on function private.due_steps(integer, jsonb, timestamptz) from public, anon, authenticated, service_role;
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

  return array(
    select queued.step_id
    from private.affordable_steps(p_limit, p_providers, p_now, v_budget, p_are_few) as queued
    order by queued.turn, queued.due_at
  );
end;
$$;

comment on function private.startable_steps(integer, jsonb, timestamptz, boolean) is
'Queued steps that may begin now under max_usd_per_day, within the limits of their providers and the day''s budget, in order.';

revoke execute on function private.startable_steps(integer, jsonb, timestamptz, boolean)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0239_function_begin_attempts.sql
-- queued → running, each with an attempt that is created
--
-- The attempt exists, its input frozen, before the provider is called. All at once: ten steps are one statement, and
-- what few of them need (a flag, a last image) is asked of no other.

create or replace function private.begin_attempts(p_step_ids text[], p_providers jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  -- Of this claim, whichever of its steps it is shown for
  v_claim_token uuid := gen_random_uuid();
  v_ids text[] := private.new_ids('att', coalesce(cardinality(p_step_ids), 0));
  v_work jsonb;
begin
  with
  leased as (
    update private.steps
    set
      status = 'running',
      provider = case
        when film.execution_mode = 'test' then private.provider_of(steps.project_id, steps.kind, p_providers)
        else p_providers ->> steps.kind
      end,
      attempt_count = steps.attempt_count + 1,
      claim_token = v_claim_token,
      due_at = v_now + make_interval(secs => coalesce(
        (lease.value #>> '{}')::double precision,
        private.setting('lease_seconds.' || steps.kind)::double precision
      )),
      updated_at = v_now
    from private.steps as due
    -- Offset 0: found by its key, for each step, and never by reading all films.
    cross join lateral (
      select projects.aspect_ratio, projects.execution_mode, projects.metadata ? 'traceparent' as is_traced
      from public.projects
      where projects.project_id = due.project_id
      offset 0
    ) as film
    left join private.settings as lease on lease.name = 'lease_seconds.' || due.kind
    where due.step_id = any (p_step_ids)
      and steps.step_id = due.step_id
    returning
      steps as step, steps.step_id, steps.kind, steps.scene_id, steps.chunk_id, steps.project_id, steps.provider,
      steps.attempt_count, film.aspect_ratio, film.is_traced
  ),
  asked as materialized (
    select
      leased.step_id,
      leased.kind,
      leased.project_id,
      leased.provider,
      leased.attempt_count,
      leased.is_traced,
      v_ids[array_position(p_step_ids, leased.step_id)] as attempt_id,
      case
        when leased.kind not in ('store_film', 'store_captions', 'check_frame', 'cancel_request')
          and p_providers -> 'announced' ? leased.provider then 'infinity'::timestamptz
      end as sent_at,
      private.input_of(leased.step, leased.aspect_ratio, video_chunks, leased.kind = 'generate_clip' and coalesce((
        select following.continuity = 'shared_keyframe'
        from public.scenes
        join public.scenes as following
          on following.project_id = scenes.project_id
          and following.position = scenes.position + 1
        where scenes.scene_id = leased.scene_id
      ), false)) || case
        when leased.kind in ('stitch', 'mix_music', 'burn_captions') then private.film_flag(leased.step, p_providers)
        else '{}'
      end as input
    from leased
    left join public.video_chunks on video_chunks.chunk_id = leased.chunk_id
  ),
  begun as (
    insert into private.attempts (
      attempt_id, step_id, number, provider, input, input_hash, estimated_cost_usd, created_at, sent_at
    )
    select
      asked.attempt_id,
      asked.step_id,
      asked.attempt_count,
      asked.provider,
      asked.input,
      encode(sha256(convert_to(asked.input::text, 'UTF8')), 'hex'),
      case
        when asked.provider in ('test', 'storage') then 0
        when prices.model is not null then private.priced_cost(prices, asked.kind, asked.input)
      end,
      v_now,
      asked.sent_at
    from asked
    left join private.prices
      on prices.kind = asked.kind
      and prices.model = private.priced_model(asked.provider, asked.kind, asked.input)
  )
  -- As private.step_work has it, but as rows: each is written out once, with all others.
  select coalesce(jsonb_agg(work order by array_position(p_step_ids, work.step_id)), '[]')
  into v_work
  from (
    select
      'step' as kind,
      asked.step_id,
      asked.kind as step,
      'start' as mode,
      v_claim_token as claim_token,
      asked.project_id,
      attempt
    from asked
    -- As private.sign does, the key read once
    cross join (select settings.value #>> '{}' as value from private.settings where settings.name = 'token_key') as key
    cross join lateral (
      select
        asked.attempt_id,
        asked.attempt_id || '.' || encode(extensions.hmac('attempt:' || asked.attempt_id, key.value, 'sha256'), 'hex') as attempt_token,
        asked.attempt_count as number,
        case when asked.is_traced then private.traceparent_of(asked.project_id, asked.attempt_id) end as traceparent,
        asked.provider,
        asked.input,
        null as request_id,
        null as status_url,
        null as response_url,
        null as cancel_url,
        v_now as created_at,
        0 as age_seconds,
        asked.sent_at is not null as announce
    ) as attempt
  ) as work;

  return v_work;
end;
$$;

comment on function private.begin_attempts(text[], jsonb) is
'Begins an attempt of each of these steps, which the caller has locked; the work for the runner, in their order.';

revoke execute on function private.begin_attempts(text[], jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_claim_steps.sql
create or replace function private.claim_steps(p_limit integer, p_providers jsonb, p_now timestamptz)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
-- For all that it calls: their limits, and how many steps are claimed, would have them planned each time.
set plan_cache_mode = force_generic_plan
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
    -- Held by somebody who rings just now: that ring has its own answer coming.
    update private.bell
    set unanswered_since = null
    where bell.only_row = (
      select unanswered.only_row
      from private.bell as unanswered
      where unanswered.unanswered_since is not null
      for no key update skip locked
    );
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
    perform private.finish_scene_clips(array[v_last.chunk_id], array['{}'::jsonb]);
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

--! included supabase/schemas/0249_function_adopt_request.sql
-- A look-up offers what it finds, and a callback with a token may be giving the same request to its own attempt
-- at this moment: whoever comes second is told, not broken off.

create or replace function private.adopt_request(p_attempt_id text, p_request_id text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update private.attempts
  set request_id = p_request_id
  where attempts.attempt_id = p_attempt_id
    and attempts.request_id is null;
  return true;
exception
  when unique_violation then
    return false;
end;
$$;

comment on function private.adopt_request(text, text) is
'Gives a request to an attempt that has none; false where another attempt has it. The caller holds the attempt''s lock.';

revoke execute on function private.adopt_request(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0249_function_keep_receipt.sql
-- A receipt is kept whoever claims the step by now: the request runs.

create or replace function private.keep_receipt(p_attempt_id text, p_submission jsonb)
returns private.attempts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_kept record;
begin
  update private.attempts
  set
    request_id = p_submission ->> 'request_id',
    status_url = p_submission ->> 'status_url',
    response_url = p_submission ->> 'response_url',
    cancel_url = p_submission ->> 'cancel_url',
    submitted_at = coalesce(attempts.submitted_at, private.clock())
  where attempts.attempt_id = p_attempt_id
  returning attempts as attempt into v_kept;
  return v_kept.attempt;
end;
$$;

comment on function private.keep_receipt(text, jsonb) is
'Notes {request_id, status_url, response_url, cancel_url} of an attempt whose callback is not awaited; the attempt as it is then.';

revoke execute on function private.keep_receipt(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0250_function_await_callback.sql
-- step running → waiting · attempt created | lost → submitted
-- chunk PENDING → SUBMITTED · scene pending → generating · project queued → generating

create or replace function private.await_callback(
  p_step private.steps,
  p_stage text,
  p_attempt_id text,
  p_submission jsonb,
  p_deadline timestamptz
)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
begin
  if p_step.kind = 'generate_clip' then
    if p_stage in ('queued', 'storyboarding') then
      perform private.advance_project(p_step.project_id, array['queued', 'storyboarding'], 'generating');
    end if;

    with submitted as (
      update public.video_chunks
      set status = 'SUBMITTED', request_id = p_submission ->> 'request_id'
      where video_chunks.chunk_id = p_step.chunk_id
        and video_chunks.status not in ('SUBMITTED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED')
    )
    update public.scenes
    set status = 'generating'
    where scenes.scene_id = p_step.scene_id
      and scenes.status = 'pending';
  end if;

  with accepted as (
    update private.attempts
    set
      status = 'submitted',
      request_id = p_submission ->> 'request_id',
      status_url = p_submission ->> 'status_url',
      response_url = p_submission ->> 'response_url',
      cancel_url = p_submission ->> 'cancel_url',
      submitted_at = coalesce(attempts.submitted_at, v_now),
      deadline_at = p_deadline,
      error_message = null
    where attempts.attempt_id = p_attempt_id
  )
  update private.steps
  set status = 'waiting', claim_token = null, due_at = p_deadline, updated_at = v_now
  where steps.step_id = p_step.step_id
    and steps.status not in ('queued', 'completed', 'failed', 'cancelled');
  return 'applied';
end;
$$;

comment on function private.await_callback(private.steps, text, text, jsonb, timestamptz) is
'The provider has the attempt''s request: {request_id, status_url, response_url, cancel_url}. Chunk, scene and project say that work has begun; p_stage is how far the project is.';

revoke execute on function private.await_callback(private.steps, text, text, jsonb, timestamptz)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0250_function_lock_request.sql
-- A callback that finds no attempt is buffered; a submission that is recorded looks for buffered
-- callbacks. Without this lock both could miss each other, each not yet committed for the other.
--
-- By the id alone: whoever records one need not look first who gave it.

create or replace function private.lock_request(p_request_id text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- As an expression, which is no statement of its own.
  return case
    when p_request_id is not null then pg_advisory_xact_lock(hashtextextended('request:' || p_request_id, 0)) is not null
    else false
  end;
end;
$$;

comment on function private.lock_request(text) is
'Makes the buffering of a callback and the recording of its request id wait for each other. False without an id.';

revoke execute on function private.lock_request(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0250_function_record_submission.sql
-- step running → waiting · attempt created | lost → submitted · chunk PENDING → SUBMITTED
--
-- The provider accepted. A stale claim (the callback was faster, or the project was cancelled while
-- the call was under way) changes no status, but the request id is kept, and a request that nobody
-- wants any more is given up at the provider. A request that another attempt has (a look-up offered it)
-- is not ours.

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
  v_request_id text := p_submission ->> 'request_id';
  -- Before the project: a callback may hold it when it comes to the project. Under it no callback of this request
  -- is buffered unseen.
  v_is_locked boolean := private.lock_request(v_request_id);
  v_found record;
  v_outcome text;
begin
  select
    coalesce(projects.paused_from, projects.status) as stage,
    steps as step,
    steps.claim_token is not distinct from p_claim_token and attempts.status in ('created', 'lost') as is_awaited,
    attempts.status = 'lost' as was_lost,
    attempts.deadline_at,
    attempts.provider,
    attempts.input ->> 'model' as model,
    coalesce(attempts.request_id, v_request_id) = v_request_id and not exists (
      select 1
      from private.attempts as others
      where others.provider = attempts.provider
        and others.request_id = v_request_id
        and others.attempt_id <> p_attempt_id
    ) as is_ours,
    (select failing.failures_in_a_row from private.providers as failing where failing.name = attempts.provider) > 0 as is_failing,
    exists (
      select 1
      from public.webhook_logs
      where webhook_logs.source = attempts.provider
        and webhook_logs.request_id = v_request_id
        and webhook_logs.status = 'pending'
    ) as is_called_back
  into v_found
  from private.attempts
  join private.steps using (step_id)
  join public.projects using (project_id)
  where attempts.attempt_id = p_attempt_id
    and steps.step_id = p_step_id
  for no key update of projects, steps, attempts;

  if not found or v_found.is_ours is not true then
    return 'stale';
  elsif (v_found.was_lost or not v_found.is_awaited) and not private.adopt_request(p_attempt_id, v_request_id) then
    return 'stale';
  elsif not v_found.is_awaited then
    perform private.abandon_request(private.keep_receipt(p_attempt_id, p_submission), v_found.step);
    return 'stale';
  end if;

  -- An early callback may have asked for a look at once (ask_now). A request that was lost and found may have
  -- called back already.
  v_outcome := private.await_callback(v_found.step, v_found.stage, p_attempt_id, p_submission, least(
    v_found.deadline_at,
    case
      when v_found.was_lost then private.clock() + make_interval(secs => private.setting('ask_seconds')::double precision)
      else private.overdue_at((v_found.step).kind, v_found.model)
    end
  ));
  if v_found.is_failing then
    perform private.release_provider(v_found.provider);
  end if;
  if v_found.is_called_back then
    perform private.apply_buffered(v_found.provider, v_request_id);
  end if;
  return v_outcome;
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
    return 'stale';
  end if;

  case p_answer ->> 'state'
    when 'completed' then
      if v_step.status = 'running' and v_found.is_failing then
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

  perform private.update_progress(array[v_step.project_id]);
end;
$$;

comment on function private.report_progress(text, numeric) is
'submitted → in_progress. p_progress is a percentage, null where the provider gives none.';

revoke execute on function private.report_progress(text, numeric) from public, anon, authenticated, service_role;
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
  if v_cost > p_attempt.estimated_cost_usd then
    perform private.hold_over_budget(p_step.project_id);
  end if;
end;
$$;

comment on function private.complete_attempt(public.projects, private.steps, private.attempts, jsonb) is
'→ completed, for attempt and step; what was made moves chunk, scene or project on. A film that turns out dearer is estimated anew. The caller holds the project''s lock.';

revoke execute on function private.complete_attempt(public.projects, private.steps, private.attempts, jsonb)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0275_function_use_output.sql
-- What a step has made moves chunk, scene or project on; clips are used by complete_chunks.

create or replace function private.use_output(
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
  v_is_film boolean := coalesce((p_attempt.input ->> 'is_film')::boolean, false);
begin
  case p_step.kind
    when 'storyboard' then
      perform private.complete_storyboard(p_step.project_id, p_output);
    when 'reframe_image' then
      perform private.complete_still(p_step, p_output);
    when 'extract_last_frame' then
      perform private.check_frame(p_project, p_step, p_output);
    when 'check_frame' then
      perform private.complete_frame_check(p_step, p_output);
    when 'stitch', 'extract_thumbnail' then
      if v_is_film then
        perform private.complete_project(p_step.project_id, private.with_thumbnail(p_step.project_id, p_output));
      else
        perform private.store_film_when_ready(p_step.project_id);
      end if;
    when 'generate_voice', 'generate_music', 'level_music', 'mux_audio', 'mix_music', 'store_captions', 'burn_captions' then
      perform private.complete_part(p_step, p_output, v_is_film);
    when 'store_film' then
      perform private.complete_project(p_step.project_id, p_output);
    else
      null;
  end case;
end;
$$;

comment on function private.use_output(public.projects, private.steps, private.attempts, jsonb) is
'Moves a film on by what one of its steps, but generate_clip, has made. The caller holds the project''s lock.';

revoke execute on function private.use_output(public.projects, private.steps, private.attempts, jsonb) from public, anon, authenticated, service_role;
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

--! included supabase/schemas/0298_function_estimate_jobs.sql
-- Most jobs of a moment ask for films of one shape.

create or replace function private.estimate_jobs(p_jobs jsonb[], p_shapes text[])
returns numeric[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_known text[] := '{}';
  v_prices numeric[] := '{}';
  v_usd numeric[] := '{}';
  v_place integer;
begin
  for n in 1..cardinality(p_shapes) loop
    v_place := case when p_shapes[n] is not null then coalesce(array_position(v_known, p_shapes[n]), 0) end;
    if v_place = 0 then
      v_known := v_known || p_shapes[n];
      v_prices := v_prices || private.estimate_clips(p_jobs[n]);
      v_place := cardinality(v_known);
    end if;
    v_usd[n] := v_prices[v_place];
  end loop;

  return v_usd;
end;
$$;

comment on function private.estimate_jobs(jsonb[], text[]) is
'What estimate_film will say of the film of each plain job, in the order of the jobs: once for each shape (job_shapes).';

revoke execute on function private.estimate_jobs(jsonb[], text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0298_function_insert_films.sql
-- As insert_scenes and continue_project, but for many films at once, of which nothing is there yet: the first scene and
-- each that does not go on from the one before begin, with a clip, or with the still that the clip
-- starts from where it has to be made first.

create or replace function private.insert_films(p_jobs jsonb[], p_scenes jsonb[], p_ids text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now timestamptz := private.clock();
begin
  with
  -- What counts up in a select's own list is kept in no table on the way, as rows of a function would be. An id is
  -- the project's own, its last six digits but for the places of scene and clip: one is made up for all of a film.
  clips as materialized (
    select
      shot.n,
      shot.position,
      shot.part,
      shot.scene,
      shot.chunks -> (shot.part - 1) as chunk,
      substr(p_ids[shot.n], 6, 26) || lpad(to_hex(shot.position), 3, '0') as stem,
      shot.position = 1 or shot.scene ->> 'continuity' <> 'last_frame' as is_begun
    from (
      select
        each.*,
        each.scene -> 'chunks' as chunks,
        generate_series(1, jsonb_array_length(each.scene -> 'chunks')) as part
      from (
        select film.n, film.position, p_scenes[film.n] -> (film.position - 1) as scene
        from (
          select job.n, generate_series(1, jsonb_array_length(p_scenes[job.n])) as position
          from generate_series(1, cardinality(p_ids)) as job (n)
          where p_ids[job.n] is not null
        ) as film
      ) as each
    ) as shot
  ),

  filmed as (
    insert into public.scenes (
      scene_id, project_id, position, prompt, image_url, continuity, metadata, reframe_to, caption, transition,
      reanchored, created_at, updated_at
    )
    select
      'scene_' || clips.stem || '000',
      p_ids[clips.n],
      clips.position,
      clips.scene ->> 'prompt',
      clips.scene ->> 'image_url',
      clips.scene ->> 'continuity',
      coalesce(clips.scene -> 'metadata', '{}'),
      clips.scene ->> 'reframe_to',
      clips.scene ->> 'caption',
      coalesce(clips.scene ->> 'transition', 'cut'),
      coalesce((clips.scene ->> 'reanchored')::boolean, false),
      v_now,
      v_now
    from clips
    where clips.part = 1
  ),

  cut as (
    insert into public.video_chunks (
      chunk_id, scene_id, project_id, position, model, prompt, image_url, duration, driver_video_url, audio_url,
      created_at, updated_at
    )
    select
      'chunk_' || clips.stem || lpad(to_hex(clips.part), 3, '0'),
      'scene_' || clips.stem || '000',
      p_ids[clips.n],
      clips.part,
      clips.chunk ->> 'model',
      clips.chunk ->> 'prompt',
      case when clips.part = 1 and clips.is_begun and clips.scene ->> 'reframe_to' is null
        then coalesce(clips.scene ->> 'image_url', p_jobs[clips.n] ->> 'image_url') end,
      (clips.chunk ->> 'duration')::numeric,
      clips.chunk ->> 'driver_video_url',
      clips.chunk ->> 'audio_url',
      v_now,
      v_now
    from clips
  ),

  begun as materialized (
    select
      clips.n,
      clips.position,
      clips.stem,
      clips.scene ->> 'reframe_to' as ratio,
      case when clips.scene ->> 'reframe_to' is not null
        then coalesce(clips.scene ->> 'image_url', p_jobs[clips.n] ->> 'image_url') end as still_of
    from clips
    where clips.is_begun
      and clips.part = 1
  ),

  queued as (
    insert into private.steps (
      step_id, project_id, scene_id, chunk_id, user_id, kind, due_at, input, created_at, updated_at
    )
    select
      'step_' || wanted.stem || '001',
      p_ids[wanted.n],
      'scene_' || wanted.stem || '000',
      'chunk_' || wanted.stem || '001',
      p_jobs[wanted.n] ->> 'user_id',
      wanted.kind,
      wanted.at,
      wanted.input,
      wanted.at,
      wanted.at
    from (
      select begun.n, begun.position, begun.stem, 'generate_clip' as kind, '{}'::jsonb as input,
        -- The first scene's comes first.
        v_now + begun.position * interval '1 microsecond' as at
      from begun
      where begun.still_of is null
      union all
      -- Several scenes may start from one image: it is paid for once
      (
        select distinct on (begun.n, begun.still_of, begun.ratio)
          begun.n, begun.position, begun.stem, 'reframe_image',
          jsonb_build_object('image_url', begun.still_of, 'aspect_ratio', begun.ratio),
          v_now + begun.position * interval '1 microsecond'
        from begun
        where begun.still_of is not null
        order by begun.n, begun.still_of, begun.ratio, begun.position
      )
    ) as wanted
    order by wanted.n, wanted.position
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

comment on function private.insert_films(jsonb[], jsonb[], text[]) is
'Inserts scenes and clips of the projects of these plain jobs, in their order, and queues what each film needs first; null: the job has none.';

revoke execute on function private.insert_films(jsonb[], jsonb[], text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0298_function_insert_projects.sql
-- As insert_project, but for many at once, and with an estimate that is known beforehand. Requests, digests and
-- keys are those of job_request, request_digest and job_key, which would take longer to be called than they take.

create or replace function private.insert_projects(p_jobs jsonb[], p_taken boolean[], p_usd numeric[])
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now timestamptz := private.clock();
  v_count integer := cardinality(p_jobs);
  v_ids text[] := private.new_ids('proj', v_count);
  v_requests jsonb[];
  v_digests text[];
  v_inserted text[];
begin
  v_requests := array(
    select case when p_taken[each.n] then case jsonb_typeof(p_jobs[each.n] -> 'request')
      when 'string' then (p_jobs[each.n] ->> 'request')::jsonb
      else p_jobs[each.n] -> 'request'
    end end
    from generate_series(1, v_count) as each (n)
  );
  v_digests := array(
    select encode(sha256(convert_to((
      -- Text in which null is nowhere to be seen has none to be stripped of.
      case when strpos(p_jobs[each.n] ->> 'request', 'null') = 0 then v_requests[each.n]
        else jsonb_strip_nulls(v_requests[each.n]) end
      - array['idempotency_key', 'request_timestamp', 'webhookUrl', 'executionMode']
    )::text, 'UTF8')), 'hex')
    from generate_series(1, v_count) as each (n)
  );

  with
  given as materialized (
    select taken.n, taken.user_id, taken.key
    from (
      select
        each.n,
        p_jobs[each.n] ->> 'user_id' as user_id,
        coalesce(
          p_jobs[each.n] ->> 'idempotency_key',
          case when p_jobs[each.n] ->> 'execution_mode' = 'test' then 'test:' else '' end || 'body:' || v_digests[each.n]
        ) as key
      from generate_series(1, v_count) as each (n)
      where p_taken[each.n]
    ) as taken
    -- Two calls with the same keys wait for each other's rows in one order.
    order by taken.user_id, taken.key, taken.n
  ),

  inserted as (
    insert into public.projects (
      project_id, video_id, chat_id, user_id, user_email, user_name, source, prompt, image_url, model, aspect_ratio,
      version, total_scenes, callback_url, idempotency_key, execution_mode, metadata, created_at, updated_at,
      storyboard, estimated_cost_usd, film_options
    )
    select
      v_ids[given.n],
      p_jobs[given.n] ->> 'video_id',
      p_jobs[given.n] ->> 'chat_id',
      given.user_id,
      p_jobs[given.n] ->> 'user_email',
      p_jobs[given.n] ->> 'user_name',
      p_jobs[given.n] ->> 'source',
      p_jobs[given.n] ->> 'prompt',
      p_jobs[given.n] ->> 'image_url',
      p_jobs[given.n] ->> 'model',
      p_jobs[given.n] ->> 'aspect_ratio',
      coalesce((
        select projects.version
        from public.projects
        where projects.user_id = given.user_id
          and projects.video_id = p_jobs[given.n] ->> 'video_id'
        order by projects.version desc
        limit 1
      ), 0) + 1,
      jsonb_array_length(p_jobs[given.n] -> 'scenes'),
      p_jobs[given.n] ->> 'callback_url',
      given.key,
      p_jobs[given.n] ->> 'execution_mode',
      (
        select coalesce(jsonb_object_agg(kept.key, coalesce(v_requests[given.n] -> kept.key, kept.value)), '{}')
        from jsonb_each(p_jobs[given.n] -> 'metadata') as kept
        where kept.value <> 'null'
      ),
      v_now,
      v_now,
      case when p_jobs[given.n] ->> 'storyboard' = 'splitter'
        then jsonb_build_object('by', 'splitter', 'scenes', jsonb_array_length(p_jobs[given.n] -> 'scenes')) end,
      p_usd[given.n],
      coalesce(jsonb_strip_nulls(nullif(p_jobs[given.n] -> 'film_options', 'null')), '{}')
    from given
    on conflict (user_id, idempotency_key) do nothing
    returning projects.project_id
  )

  select array_agg(inserted.project_id) into v_inserted from inserted;

  if cardinality(v_inserted) is distinct from v_count then
    v_ids := array(
      select case when v_ids[each.n] = any (v_inserted) then v_ids[each.n] end
      from generate_series(1, v_count) as each (n)
    );
  end if;

  insert into private.job_requests (project_id, via, body_digest, events, webhook_headers, is_notified, providers)
  select
    v_ids[each.n],
    p_jobs[each.n] ->> 'via',
    v_digests[each.n],
    case when jsonb_typeof(p_jobs[each.n] -> 'events') = 'array'
      then array(select jsonb_array_elements_text(p_jobs[each.n] -> 'events')) end,
    coalesce(nullif(p_jobs[each.n] -> 'webhook_headers', 'null'), '{}'),
    coalesce((p_jobs[each.n] ->> 'notify')::boolean, false),
    nullif(p_jobs[each.n] -> 'providers', 'null')
  from generate_series(1, v_count) as each (n)
  where v_ids[each.n] is not null;

  return v_ids;
end;
$$;

comment on function private.insert_projects(jsonb[], boolean[], numeric[]) is
'Inserts a project for each job that is taken, and what it asked for; their ids in the order of the jobs, null where the idempotency key was there already. The caller holds the locks of the version counts.';

revoke execute on function private.insert_projects(jsonb[], boolean[], numeric[])
from public, anon, authenticated, service_role;
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
set plan_cache_mode = force_generic_plan
as $$
declare
  -- A plpgsql array is taken apart once: its elements are read in place from then on.
  v_jobs jsonb[] := array(select jsonb_array_elements(p_jobs));
  v_scenes jsonb[] := array(select v_jobs[each.n] -> 'scenes' from generate_series(1, cardinality(v_jobs)) as each (n));
  v_shapes text[] := private.job_shapes(v_jobs, v_scenes);
  v_locks bigint[];
  v_taken boolean[];
  v_usd numeric[];
  v_ids text[];
  v_key text := (select settings.value #>> '{}' from private.settings where settings.name = 'token_key');
begin
  -- version_lock of each
  v_locks := array(
    select hashtextextended('version:' || (v_jobs[each.n] ->> 'user_id') || ':' || (v_jobs[each.n] ->> 'video_id'), 0)
    from generate_series(1, cardinality(v_jobs)) as each (n)
  );
  -- In a statement of its own, so that the next ones see what those committed who held these locks. They
  -- are tried, not waited for: two calls with the same videos in another order would wait for each other.
  v_taken := array(
    select v_shapes[each.n] is not null
      and array_position(v_locks, v_locks[each.n]) = each.n
      and pg_try_advisory_xact_lock(v_locks[each.n])
    from generate_series(1, cardinality(v_jobs)) as each (n)
  );

  v_usd := private.estimate_jobs(v_jobs, v_shapes);
  v_ids := private.insert_projects(v_jobs, v_taken, v_usd);
  perform private.insert_films(v_jobs, v_scenes, v_ids);

  -- What job_answer would say of each that is there now, with sign's token for it.
  return (
    select coalesce(jsonb_agg(
      case when v_ids[each.n] is not null then jsonb_build_object(
        'outcome', 'created',
        'project_id', v_ids[each.n],
        'status', 'queued',
        'storyboard', coalesce(v_jobs[each.n] ->> 'storyboard', 'none'),
        'estimated_cost_usd', v_usd[each.n],
        'task_token', encode(extensions.hmac('task:' || v_ids[each.n], v_key, 'sha256'), 'hex')
      ) end
      order by each.n
    ), '[]')
    from generate_series(1, cardinality(v_jobs)) as each (n)
  );
end;
$$;

comment on function public.create_projects(jsonb) is
'→ queued, each idempotent by its key. What create_project answers to each, in the order of the jobs; null for a job that it has to be asked about. Called by webhook.';

revoke execute on function public.create_projects(jsonb) from public, anon, authenticated;
grant execute on function public.create_projects(jsonb) to service_role;
--! end included

--! included supabase/schemas/0300_function_callback_answer.sql
create or replace function private.callback_answer(p_log public.webhook_logs, p_outcome text, p_flags jsonb)
returns jsonb
language plpgsql
-- Not stable: it is asked in the statement that ends the film, and has to see it.
volatile
security invoker
set search_path = ''
as $$
declare
  v_final_video_url text;
begin
  -- A repeated delivery caused nothing; where the film is, it may be told all the same.
  if p_log.source = 'stitch' then
    select projects.final_video_url
    into v_final_video_url
    from public.projects
    where projects.project_id = coalesce(p_flags ->> 'project_id', p_log.project_id);
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

--! included supabase/schemas/0300_function_callback_row.sql
-- A callback as its row would be before anything is done about it.

create or replace function private.callback_row(p_callback jsonb)
returns public.webhook_logs
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_log public.webhook_logs;
begin
  v_log.webhook_log_id := private.new_id('whlog');
  v_log.raw_body := decode(p_callback ->> 'raw_body', 'base64');
  v_log.webhook_id := coalesce(p_callback ->> 'delivery_id', 'sha256:' || encode(sha256(v_log.raw_body), 'hex'));
  v_log.source := p_callback ->> 'source';
  v_log.type := p_callback ->> 'type';
  v_log.request_id := p_callback -> 'result' ->> 'request_id';
  v_log.attempt_id := private.attempt_id_of_token(p_callback ->> 'token');
  v_log.is_token_wrong := p_callback ->> 'token' is not null and v_log.attempt_id is null;
  v_log.headers := coalesce(p_callback -> 'headers', '{}');
  v_log.data := nullif(p_callback -> 'data', 'null');
  v_log.result := nullif(p_callback -> 'result', 'null');
  v_log.error := p_callback ->> 'malformed';
  v_log.status := case when v_log.error is null then 'pending' else 'error' end;
  v_log.retry_count := 0;
  v_log.duplicate_count := 0;
  v_log.received_at := private.clock();
  v_log.processed_at := case when v_log.error is not null then v_log.received_at end;
  return v_log;
end;
$$;

comment on function private.callback_row(jsonb) is
'What receive_callback was given, as a row of webhook_logs that is not inserted: pending, or error where it is malformed.';

revoke execute on function private.callback_row(jsonb) from public, anon, authenticated, service_role;
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
  v_given public.webhook_logs := private.callback_row(p_callback);
  v_log public.webhook_logs;
begin
  if v_given.error is null then
    insert into private.seen_deliveries (source, webhook_id, webhook_log_id, seen_at)
    values (v_given.source, v_given.webhook_id, v_given.webhook_log_id, v_given.received_at)
    on conflict do nothing;

    if not found then
      update public.webhook_logs
      set duplicate_count = webhook_logs.duplicate_count + 1
      from private.seen_deliveries
      where seen_deliveries.source = v_given.source
        and seen_deliveries.webhook_id = v_given.webhook_id
        and webhook_logs.webhook_log_id = seen_deliveries.webhook_log_id
      returning webhook_logs.* into v_log;

      -- What was seen is remembered for longer than its record is kept.
      if not found then
        select seen_deliveries.webhook_log_id
        into v_log.webhook_log_id
        from private.seen_deliveries
        where seen_deliveries.source = v_given.source
          and seen_deliveries.webhook_id = v_given.webhook_id;
      end if;

      v_log.outcome := 'duplicate';
      return v_log;
    end if;
  end if;

  if v_given.error is not null or not private.is_provider(v_given.source) then
    perform private.put_callback(v_given, false);
  end if;
  if v_given.error is not null then
    perform private.record_error('webhook', v_given.error, jsonb_build_object(
      'source', v_given.source, 'webhook_log_id', v_given.webhook_log_id
    ));
  end if;
  return v_given;
end;
$$;

comment on function private.log_callback(jsonb) is
'Takes a callback down. Returns its row, inserted where it is malformed or a custom source''s; with outcome duplicate the row of the delivery that was seen before.';

revoke execute on function private.log_callback(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0300_function_settle_callback.sql
-- Writes down what has become of a callback, and lets its genuine twin in where it was unknown.

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
begin
  perform private.put_callback(private.settled_row(p_log, p_flags, p_took), p_is_there);

  -- A callback with a token that is not ours must not make the genuine one look like its repetition.
  if p_flags ->> 'outcome' = 'unknown' then
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

--! included supabase/schemas/0300_function_settled_row.sql
-- pending → success (applied, duplicate, stale) | error (unknown) | stays pending (buffered)

create or replace function private.settled_row(p_log public.webhook_logs, p_flags jsonb, p_took interval)
returns public.webhook_logs
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_log public.webhook_logs := p_log;
  v_outcome text := p_flags ->> 'outcome';
begin
  v_log.status := case v_outcome when 'buffered' then 'pending' when 'unknown' then 'error' else 'success' end;
  v_log.outcome := v_outcome;
  v_log.error := p_flags ->> 'reason';
  v_log.project_id := p_flags ->> 'project_id';
  v_log.duration_ms := round(extract(epoch from p_took) * 1000, 3);
  v_log.processed_at := case when v_outcome <> 'buffered' then private.clock() end;
  return v_log;
end;
$$;

comment on function private.settled_row(public.webhook_logs, jsonb, interval) is
'A callback''s row with what has become of it, {outcome, reason, project_id}, not yet written.';

revoke execute on function private.settled_row(public.webhook_logs, jsonb, interval) from public, anon, authenticated, service_role;
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
  v_flags := private.callback_flags(array[v_found.step], v_last_event);
  return v_flags[1] || jsonb_build_object('outcome', v_outcome);
end;
$$;

comment on function private.apply_callback(public.webhook_logs) is
'Matches a recorded callback with its attempt (or an outside worker''s chunk) and applies it.';

revoke execute on function private.apply_callback(public.webhook_logs)
from public, anon, authenticated, service_role;
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
      perform private.lock_request(p_request_id);
    end if;
  end loop;
  return null;
end;
$$;

comment on function private.attempt_of_request(text, text) is
'The attempt that has this request at this provider; null when there is none and none is being recorded.';

revoke execute on function private.attempt_of_request(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0310_function_callback_flags.sql
-- What callbacks caused, read off the timelines: under the projects' locks everything after p_last_event
-- is theirs. Each is of another project.

create or replace function private.callback_flags(p_steps private.steps[], p_last_event bigint)
returns jsonb[]
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- A plan from when the tables were small is kept; there is an index for this join.
set enable_seqscan = off
as $$
begin
  return array(
    select jsonb_build_object(
      'project_id', step.project_id,
      'chunk_updated', coalesce(caused.chunk_updated, false),
      'scene_updated', coalesce(caused.scene_updated, false),
      'last_frame_triggered', coalesce(caused.queued_frame, false),
      'next_scene_triggered', coalesce(caused.queued_clip, false),
      'project_updated', step.kind in ('stitch', 'mix_music', 'burn_captions') and coalesce(caused.closed_step, false),
      'user_notified', coalesce(caused.queued_delivery, false)
    )
    from unnest(p_steps) with ordinality as step
    cross join lateral (
      select
        bool_or(events.type like 'chunk.%' and events.chunk_id = step.chunk_id) as chunk_updated,
        bool_or(events.type like 'scene.%' and events.scene_id = step.scene_id) as scene_updated,
        bool_or(events.type = 'step.queued' and events.data ->> 'kind' = 'extract_last_frame') as queued_frame,
        bool_or(
          events.type = 'step.queued' and events.data ->> 'kind' = 'generate_clip' and events.scene_id <> step.scene_id
        ) as queued_clip,
        bool_or(events.type like 'step.%') as closed_step,
        bool_or(events.type = 'delivery.queued') as queued_delivery
      from public.pipeline_events as events
      where events.project_id = step.project_id
        and events.event_id > p_last_event
    ) as caused
    order by step.ordinality
  );
end;
$$;

comment on function private.callback_flags(private.steps[], bigint) is
'Which chunk, scene or project the callback of each of these steps updated and what it triggered, for the doors'' answers.';

revoke execute on function private.callback_flags(private.steps[], bigint) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0312_function_lock_completed.sql
-- Waits for nobody: whoever has one of these films may wait for another of them. Each attempt is judged as it is
-- once it is locked. Of a film's callbacks one is taken, since each may change what the next one meets.

create or replace function private.lock_completed(p_logs public.webhook_logs[], p_seen text[])
returns table (log public.webhook_logs, project public.projects, step private.steps, attempt private.attempts)
language plpgsql
volatile
rows 20
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- A plan from when the tables were small is kept; there is an index for each of these joins, in their order.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set join_collapse_limit = 1
as $$
begin
  return query
  select p_logs[firsts.place], projects, steps, attempts
  from (
    select distinct on (steps.project_id) logs.ordinality as place, logs.attempt_id
    from unnest(p_logs) with ordinality as logs
    join private.attempts using (attempt_id)
    join private.steps using (step_id)
    where logs.webhook_log_id = any (p_seen)
    order by steps.project_id, logs.ordinality
  ) as firsts
  join private.attempts using (attempt_id)
  join private.steps using (step_id)
  join public.projects using (project_id)
  where projects.status in ('generating', 'stitching')
    and attempts.status in ('submitted', 'in_progress')
    and attempts.request_id is not null
    and attempts.actual_cost_usd is null
    and private.is_about(p_logs[firsts.place], attempts, steps)
    and private.is_output_of(steps.kind, p_logs[firsts.place].result -> 'output')
  for no key update of projects, steps, attempts skip locked;
end;
$$;

comment on function private.lock_completed(public.webhook_logs[], text[]) is
'Locks project, step and attempt of the callbacks whose ids are in p_seen, where nobody holds them, the film is running and the attempt is open.';

revoke execute on function private.lock_completed(public.webhook_logs[], text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0312_function_see_deliveries.sql
-- Only of callbacks that say which attempt is completed, and nothing of what it cost: the others are
-- received one by one. In one order, so that two calls with the same deliveries wait for each other's in turn.

create or replace function private.see_deliveries(p_logs public.webhook_logs[])
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
  v_seen text[];
begin
  with seen as (
    insert into private.seen_deliveries (source, webhook_id, webhook_log_id, seen_at)
    select logs.source, logs.webhook_id, logs.webhook_log_id, logs.received_at
    from unnest(p_logs) as logs
    where private.is_provider(logs.source)
      and logs.attempt_id is not null
      and logs.request_id is not null
      and logs.error is null
      and logs.result ->> 'state' = 'completed'
      and not logs.result -> 'output' ? 'cost_usd'
    order by logs.source, logs.webhook_id
    on conflict do nothing
    returning seen_deliveries.webhook_log_id
  )
  select coalesce(array_agg(seen.webhook_log_id), '{}')
  into v_seen
  from seen;

  return v_seen;
end;
$$;

comment on function private.see_deliveries(public.webhook_logs[]) is
'Ids of the callbacks among these that complete an attempt and whose delivery is seen for the first time, now noted.';

revoke execute on function private.see_deliveries(public.webhook_logs[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0313_function_complete_together.sql
-- What apply_callback does, for callbacks that complete attempts of running films, in a statement a table.

create or replace function private.complete_together(p_logs public.webhook_logs[], p_seen text[])
returns table (log public.webhook_logs, flags jsonb)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_found record;
  v_output jsonb;
  v_last_event bigint;
  v_flags jsonb[];
  v_done public.webhook_logs[];
  v_steps private.steps[];
  v_attempt_ids text[];
  v_outputs jsonb[];
  v_chunk_ids text[];
  v_inputs jsonb[];
  v_clips jsonb[];
  v_others public.projects[];
  v_other_steps private.steps[];
  v_other_attempts private.attempts[];
  v_other_outputs jsonb[];
begin
  for v_found in
    select locked.* from private.lock_completed(p_logs, p_seen) as locked
  loop
    v_output := (v_found.log).result -> 'output';
    v_done := v_done || v_found.log;
    v_steps := v_steps || v_found.step;
    v_attempt_ids := v_attempt_ids || (v_found.attempt).attempt_id;
    v_outputs := v_outputs || v_output;
    if (v_found.step).kind = 'generate_clip' then
      v_chunk_ids := v_chunk_ids || (v_found.step).chunk_id;
      v_inputs := v_inputs || (v_found.attempt).input;
      v_clips := v_clips || v_output;
    else
      v_others := v_others || v_found.project;
      v_other_steps := v_other_steps || v_found.step;
      v_other_attempts := v_other_attempts || v_found.attempt;
      v_other_outputs := v_other_outputs || v_output;
    end if;
  end loop;

  -- Under their locks nobody else writes these films' timelines: what is beyond this is ours.
  v_last_event := coalesce(pg_sequence_last_value('public.pipeline_events_event_id_seq'), 0);
  perform private.close_attempts(v_attempt_ids, v_outputs);
  perform private.complete_chunks(v_chunk_ids, v_inputs, v_clips);
  for i in 1 .. coalesce(cardinality(v_others), 0) loop
    perform private.use_output(v_others[i], v_other_steps[i], v_other_attempts[i], v_other_outputs[i]);
  end loop;

  v_flags := private.callback_flags(v_steps, v_last_event);

  return query
  select v_done[each.i], v_flags[each.i] || '{"outcome": "applied"}'
  from generate_subscripts(v_done, 1) as each (i);
end;
$$;

comment on function private.complete_together(public.webhook_logs[], text[]) is
'Applies those of these callbacks that may be applied together and whose ids are in p_seen; with what each of them caused. Locks projects, steps and attempts.';

revoke execute on function private.complete_together(public.webhook_logs[], text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0314_function_count_duplicates.sql
-- As log_callback, but for many at once, and waiting for nobody: a row that somebody holds is left out.

create or replace function private.count_duplicates(p_logs public.webhook_logs[])
returns jsonb
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
  v_answers jsonb;
begin
  with
  again as materialized (
    select logs.webhook_log_id, seen_deliveries.webhook_log_id as first_id
    from unnest(p_logs) as logs
    join private.seen_deliveries using (source, webhook_id)
    where logs.webhook_log_id <> seen_deliveries.webhook_log_id
      and logs.error is null
  ),

  firsts as materialized (
    select webhook_logs.webhook_log_id
    from public.webhook_logs
    where webhook_logs.webhook_log_id = any (array(select again.first_id from again))
    for no key update skip locked
  ),

  counted as (
    update public.webhook_logs
    set duplicate_count = webhook_logs.duplicate_count + (
      select count(*) from again where again.first_id = firsts.webhook_log_id
    )
    from firsts
    where webhook_logs.webhook_log_id = firsts.webhook_log_id
    returning webhook_logs as log
  )

  select coalesce(jsonb_object_agg(again.webhook_log_id, private.callback_answer(counted.log, 'duplicate', '{}')), '{}')
  into v_answers
  from again
  join counted on (counted.log).webhook_log_id = again.first_id;

  return v_answers;
end;
$$;

comment on function private.count_duplicates(public.webhook_logs[]) is
'Counts up the callbacks whose deliveries were seen before; what is to be answered to each, by the id that it has here.';

revoke execute on function private.count_duplicates(public.webhook_logs[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0315_function_receive_callbacks.sql
-- As receive_callback, as many callbacks as came together: a statement for each table, however many they are.
--
-- What cannot be done for several at a time, would have to wait for somebody, or is neither a plain success
-- nor a duplicate is left to receive_callback, as if it had not been seen here. If one of them cannot be applied, none is.

create or replace function public.receive_callbacks(p_callbacks jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
-- Whoever waits here keeps all that came with it waiting: each is tried alone instead.
set lock_timeout = '250ms'
as $$
declare
  v_started_at timestamptz := clock_timestamp();
  v_logs public.webhook_logs[];
  v_seen text[];
  v_answers jsonb;
begin
  v_logs := array(
    select private.callback_row(item.callback)
    from jsonb_array_elements(p_callbacks) with ordinality as item (callback, n)
    order by item.n
  );
  v_seen := private.see_deliveries(v_logs);

  with
  done as materialized (
    select private.settled_row(done.log, done.flags, clock_timestamp() - v_started_at) as log, done.flags
    from private.complete_together(v_logs, v_seen) as done
  ),

  kept as (
    insert into public.webhook_logs
    select (done.log).*
    from done
  )

  select coalesce(
    jsonb_object_agg((done.log).webhook_log_id, private.callback_answer(done.log, 'applied', done.flags)), '{}'
  )
  into v_answers
  from done;

  delete from private.seen_deliveries
  using unnest(v_logs) as logs
  where logs.webhook_log_id = any (v_seen)
    and not v_answers ? logs.webhook_log_id
    and seen_deliveries.source = logs.source
    and seen_deliveries.webhook_id = logs.webhook_id;

  if cardinality(v_seen) < cardinality(v_logs) then
    v_answers := v_answers || private.count_duplicates(v_logs);
  end if;

  return (
    select coalesce(jsonb_agg(v_answers -> logs.webhook_log_id order by logs.ordinality), '[]')
    from unnest(v_logs) with ordinality as logs
  );
end;
$$;

comment on function public.receive_callbacks(jsonb) is
'What receive_callback answers to each of these callbacks, in their order; null for one that it has to be asked about. Called by the doors.';

revoke execute on function public.receive_callbacks(jsonb) from public, anon, authenticated;
grant execute on function public.receive_callbacks(jsonb) to service_role;
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
  where webhook_deliveries.delivery_id in (
    select early.delivery_id
    from private.endpoints
    join public.webhook_deliveries as early on early.lane = endpoints.endpoint_id
    where endpoints.user_id = p_project.user_id
      and endpoints.batch_size > 1
      and early.status = 'pending'
      and early.attempt_count = 0
      and early.due_at > v_now
      and endpoints.batch_size <= (
        select count(*)
        from public.webhook_deliveries as waiting
        where waiting.lane = endpoints.endpoint_id
          and waiting.status = 'pending'
          and waiting.attempt_count = 0
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
  having min(projects.version) <> 1 or max(projects.version) <> count(*)
  union all
  -- No foreign keys say this: each would be looked up with every row of a film (tg_projects__delete_rest).
  select 'what is kept of a film goes with it', kept.id
  from (
    select steps.project_id, steps.step_id as id from private.steps
    union all
    select ledger.project_id, ledger.entry_id::text from private.ledger
    union all
    select job_requests.project_id, job_requests.project_id from private.job_requests
    union all
    select pipeline_events.project_id, pipeline_events.event_id::text
    from public.pipeline_events
    where pipeline_events.project_id is not null
  ) as kept
  where not exists (select 1 from public.projects where projects.project_id = kept.project_id);
$$;

comment on function private.broken_films() is 'Broken invariants of projects, scenes and chunks.';

revoke execute on function private.broken_films() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0398_function_has_realtime.sql
create or replace function private.has_realtime()
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return to_regprocedure('realtime.send(jsonb,text,text,boolean)') is not null;
end;
$$;

comment on function private.has_realtime() is 'True where Supabase Realtime is there to broadcast by.';

revoke execute on function private.has_realtime() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0399_function_broadcast.sql
-- Supabase Realtime carries it to whoever listens on the private channel project:<id>. A broadcast is
-- a convenience: where Realtime fails, the film goes on and nobody is told here. Callers ask has_realtime
-- first, before they make a payload.

create or replace function private.broadcast(p_project_id text, p_event text, p_payload jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  execute 'select realtime.send($1, $2, $3, true)' using p_payload, p_event, 'project:' || p_project_id;
exception
  when others then
    raise warning 'Cannot broadcast % of project "%": %', p_event, p_project_id, sqlerrm;
end;
$$;

comment on function private.broadcast(text, text, jsonb) is
'Sends an event to the private Realtime channel project:<id>, of a database that has Realtime; never fails.';

revoke execute on function private.broadcast(text, text, jsonb) from public, anon, authenticated, service_role;
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
declare
  v_now timestamptz := private.clock();
begin
  insert into public.pipeline_events (project_id, type, at)
  select inserted.project_id, 'project.' || inserted.status, v_now
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

--! included supabase/schemas/0412_trigger_projects_delete_rest.sql
-- What no foreign key deletes: each would be looked up with every row of a film. Whoever writes such a row holds
-- the lock of its project, or of a row below it that goes with it, which is waited for: scenes, clips and
-- deliveries by their own foreign keys, before this, then steps. Only then is what they wrote looked for.

create or replace function private.tg_projects__delete_rest()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_ids text[] := array(select deleted.project_id from deleted);
begin
  delete from private.steps where steps.project_id = any (v_ids);
  delete from private.ledger where ledger.project_id = any (v_ids);
  delete from private.job_requests where job_requests.project_id = any (v_ids);
  delete from public.pipeline_events where pipeline_events.project_id = any (v_ids);
  return null;
end;
$$;

comment on function private.tg_projects__delete_rest() is
'Projects are deleted → their steps with the attempts, what they cost, what was asked for, and their timelines.';

revoke execute on function private.tg_projects__delete_rest() from public, anon, authenticated, service_role;

create or replace trigger _500_delete_rest after delete on public.projects
referencing old table as deleted
for each statement execute function private.tg_projects__delete_rest();
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

  if (old.status <> new.status or old.progress <> new.progress)
    and private.has_realtime()
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

  if private.has_realtime() then
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
  perform private.lock_request(new.request_id);
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

  perform private.update_progress(array[p_project_id]);
  perform private.prepare_film(p_project_id);
end;
$$;

comment on function private.reopen_project(text) is
'→ generating | stitching, and queues what is missing. Raises RL409 where a storyboard is missing and its step is pruned. The caller holds the project''s lock.';

revoke execute on function private.reopen_project(text) from public, anon, authenticated, service_role;
--! end included

drop function if exists private.complete_chunk(public.projects, text, jsonb, jsonb);
drop function if exists private.finish_scene_clip(public.video_chunks, jsonb);
drop function if exists private.update_progress(text);
drop function if exists private.callback_flags(private.steps, bigint);
drop function if exists private.answer_bell();
drop function if exists private.callback_deadline(private.steps, private.attempts);
drop function if exists private.keep_receipt(text, jsonb, timestamptz);
drop function if exists private.await_callback(public.projects, private.steps, private.attempts);
drop function if exists private.lock_request(text, text);
drop function if exists private.is_ringing(private.bell, timestamptz);
drop function if exists private.input_of(private.steps, text, public.video_chunks);
