create index if not exists error_logs_about on public.error_logs (coalesce(context ->> 'project_id', context ->> 'webhook_log_id'));
drop index if exists public.error_logs_by_type;
drop function if exists private.delivery_view(public.webhook_deliveries);
comment on table private.housekeeping is
'Where the next page of each kind of old rows begins, and of overdue deliveries: rows that may not go yet hide none behind them.';
drop index if exists private.ledger_attempt_id;
drop index if exists private.endpoints_disabled;
comment on column public.webhook_deliveries.status is
'batched: it travels in the delivery batch_id. filtered: the endpoint does not want this type, or the film has ended anew since. skipped: the endpoint was disabled or deleted. Both can be replayed.';
comment on column public.webhook_deliveries.tries_before is 'Of attempt_count, what the schedule does not count: tries before that time, and those whose runner was lost.';
comment on table public.error_logs is 'Every failed callback (webhook), step and delivery writes one row; so do a last frame that is no good (frame) and a day''s reached cap (spending).';
create index if not exists webhook_logs_oldest_buffered on public.webhook_logs (received_at) where status = 'pending';
drop function if exists private.request_digest(jsonb);

--! altered supabase/schemas/0155_table_ledger.sql sha256:2c327c71aa8f19f221105f51667734492094f76346350a162ab6b5d3218b11d5
--! altered supabase/schemas/0160_table_webhook_logs.sql sha256:8d7f83cb5865e0e9def7aa84085214ef7029f3f7cf558b975eeac1d2f28950c0
--! altered supabase/schemas/0169_table_endpoints.sql sha256:5eaafc9d8435dcc4a1c99d2bb1a042f9baeb36ac5667c4c359d944978f88ce65
--! altered supabase/schemas/0170_table_webhook_deliveries.sql sha256:8e407243de32c4a16253396ed557ccb2697ea5b585d8c38a3415e020b66dcf3d
--! altered supabase/schemas/0190_table_error_logs.sql sha256:40e181f567d38924fd64d424c3cd4bd476c95309caca7322521c2c70841f853c
--! altered supabase/schemas/0198_table_housekeeping.sql sha256:fd6cb338e1733719b6ed8db11a819cce85366e4199ab107595bbc3deeea5c739

--! included supabase/schemas/0199_function_is_bell_ringing.sql
-- Volatile: it is asked again once the bell is locked, and has to see what it has become.
--
-- A ring may be younger than the time that was asked for here. One that is younger by more than that was rung before the clock
-- was set back, and would be waited for until the clock is there again.

create or replace function private.is_bell_ringing()
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_is_ringing boolean;
begin
  select
    bell.unanswered_since is not null
    and bell.last_rung_at > v_now - repeat.after
    and bell.last_rung_at < v_now + repeat.after
  into v_is_ringing
  from private.bell
  cross join (
    select make_interval(secs => (settings.value #>> '{}')::double precision) as after
    from private.settings
    where settings.name = 'bell_repeat_seconds'
  ) as repeat;

  return coalesce(v_is_ringing, false);
end;
$$;

comment on function private.is_bell_ringing() is
'True while a ring is on its way that no runner has answered, and that is not to be repeated yet.';

revoke execute on function private.is_bell_ringing() from public, anon, authenticated, service_role;
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
'Writes one row into error_logs; types are webhook, step, delivery, frame and spending.';

revoke execute on function private.record_error(text, text, jsonb, text)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0205_function_day_began.sql
create or replace function private.day_began()
returns timestamptz
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return date_trunc('day', private.clock() at time zone 'utc') at time zone 'utc';
end;
$$;

comment on function private.day_began() is 'When this day began, in UTC: what is spent is counted from there.';

revoke execute on function private.day_began() from public, anon, authenticated, service_role;
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
'{end_image_url} for the last clip of a scene before a shared keyframe (end_image), else {}.';

revoke execute on function private.end_frame(public.video_chunks) from public, anon, authenticated, service_role;
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
  return exists (
    select 1
    from public.projects
    join public.scenes using (project_id)
    where projects.project_id = p_project_id
      and projects.film_options ->> 'captions' = 'burn'
      and coalesce(scenes.caption, scenes.voice_over, scenes.prompt, '') <> ''
  );
end;
$$;

comment on function private.burns_captions(text) is 'True when the film is to show its captions, and has any.';

revoke execute on function private.burns_captions(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0212_function_is_free_kind.sql
-- Storing saves what was paid for, giving up saves what would be: the spending cap holds none of it back, a test has it done
-- in earnest, and whether a call went out need not be known before it is made again. A new kind of step that costs nothing has
-- to be added here, and in begin_attempts.

create or replace function private.is_free_kind(p_kind text)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return p_kind in ('store_film', 'store_captions', 'check_frame', 'cancel_request');
end;
$$;

comment on function private.is_free_kind(text) is 'True for a kind of step that nobody asks money for, and that may safely be done twice.';

revoke execute on function private.is_free_kind(text) from public, anon, authenticated, service_role;
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
  return exists (
    select 1
    from public.projects
    where projects.project_id = p_project_id
      and projects.execution_mode = 'test'
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
    when not private.is_free_kind(p_kind) and private.is_test(p_project_id) then 'test'
    else p_providers ->> p_kind
  end;
end;
$$;

comment on function private.provider_of(text, text, jsonb) is
'Who does this kind of step for this project, of those that are configured; test, where it is a test.';

revoke execute on function private.provider_of(text, text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0219_function_request_digests.sql
-- jsonb has one text whatever the order of keys and the spacing, which makes it a canonical form. A number keeps its
-- digits: 5 and 5.0 are two, and so are two that a double could not tell apart. Left out is what differs between two
-- sendings of one job; null is as absent.

create or replace function private.request_digests(p_jobs jsonb[], p_requests jsonb[])
returns text[]
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return array(
    select encode(sha256(convert_to((
      -- Text in which null is nowhere to be seen has none to be stripped of.
      case when strpos(p_jobs[each.n] ->> 'request', 'null') = 0 then p_requests[each.n]
        else jsonb_strip_nulls(p_requests[each.n]) end
      - array['idempotency_key', 'request_timestamp', 'webhookUrl', 'executionMode']
    )::text, 'UTF8')), 'hex')
    from generate_series(1, cardinality(p_requests)) as each (n)
  );
end;
$$;

comment on function private.request_digests(jsonb[], jsonb[]) is
'SHA-256 in hex of each of these jobs as it was sent (p_requests; null: null), by which the same job is known again.';

revoke execute on function private.request_digests(jsonb[], jsonb[]) from public, anon, authenticated, service_role;
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
  return (private.request_digests(array[p_job], array[private.job_request(p_job)]))[1];
end;
$$;

comment on function private.job_digest(jsonb) is 'The digest of a parsed job''s request.';

revoke execute on function private.job_digest(jsonb) from public, anon, authenticated, service_role;
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
    -- A runner names the provider test for what nobody here can do, and that is for test films alone: users whose films only
    -- wait for somebody who can would else take the places of those who try something out.
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

--! included supabase/schemas/0229_function_candidate_steps.sql
-- Where few steps are due (due_steps says how many that is), all of them are candidates. Among many, the first of each user
-- and kind is found by hopping along the index, and only users who can be among the first p_limit are looked at further:
-- what is read grows with the users who wait, not with their steps.

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

--! included supabase/schemas/0229_function_committed_on.sql
create or replace function private.committed_on(p_project_id text)
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(sum(case ledger.kind when 'release' then -ledger.usd else ledger.usd end), 0)
    from private.ledger
    where ledger.project_id = p_project_id
  );
end;
$$;

comment on function private.committed_on(text) is
'US dollars that are spent on a film and reserved for it, as far as prices are known. By the ledger, which is kept for longer than attempts are.';

revoke execute on function private.committed_on(text) from public, anon, authenticated, service_role;
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
      -- The setting is looked up where something failed, and nowhere else.
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

--! included supabase/schemas/0229_function_spent_today.sql
create or replace function private.spent_today()
returns numeric
language plpgsql
volatile
security invoker
set search_path = ''
-- Claims keep one plan for all days, and it is not to be the one that reads them all: there is an index.
set enable_seqscan = off
as $$
declare
  -- Asked once: a volatile function in the condition is asked for each row that there is, and uses no index.
  v_since timestamptz := private.day_began();
begin
  return (
    select coalesce(sum(private.attempt_cost(attempts)), 0)
    from private.attempts
    where attempts.created_at >= v_since
      and coalesce(attempts.actual_cost_usd, attempts.estimated_cost_usd) is not null
  );
end;
$$;

comment on function private.spent_today() is 'US dollars that the attempts of this day (UTC) cost, as far as their prices are known.';

revoke execute on function private.spent_today() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0230_function_due_steps.sql
-- Which steps a runner may have next, in order: overdue ones, which hold their place at the provider already, then new
-- ones, as many as provider and user have room for and the day's spending cap reaches for, users taking turns.
--
-- Where new ones are due, half of the places are theirs: a provider that answers nothing makes steps overdue faster than
-- they can be asked about, and these would keep all new ones, at every provider, from being begun.
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

--! included supabase/schemas/0234_function_batchable.sql
-- An event that is due later than a new one would be is replayed at a pace: its turn has not come.

create or replace function private.batchable(p_endpoint private.endpoints, p_limit integer, p_now timestamptz)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
-- They are there in order, by index: what waits is not to be read whole for the first few.
set enable_sort = off
as $$
begin
  return array(
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.lane = p_endpoint.endpoint_id
      and webhook_deliveries.status = 'pending'
      and (webhook_deliveries.attempt_count > 0) is false
      and webhook_deliveries.due_at <= p_now + p_endpoint.batch_ms * interval '1 millisecond'
      and webhook_deliveries.type not in ('batch', 'endpoint.test')
    order by webhook_deliveries.position
    limit p_limit
  );
end;
$$;

comment on function private.batchable(private.endpoints, integer, timestamptz) is
'Ids of the first events that wait for a batch to this endpoint, in order.';

revoke execute on function private.batchable(private.endpoints, integer, timestamptz)
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
  return private.is_free_kind(p_step.kind) or private.is_test(p_step.project_id);
end;
$$;

comment on function private.is_free(private.steps) is 'True for a step that nobody asks money for: of its kind, or of a test.';

revoke execute on function private.is_free(private.steps) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0234_function_is_too_large.sql
-- What no delivery may exceed, counted in bytes as they are sent: a receiver's own limit is rarely higher.

create or replace function private.is_too_large(p_body text)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return octet_length(p_body) > 1048576;
end;
$$;

comment on function private.is_too_large(text) is 'True for a body of more than 1 MiB, which is never sent.';

revoke execute on function private.is_too_large(text) from public, anon, authenticated, service_role;
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
    private.iso_time(p_now),
    string_agg(format('{"id":"%s","event":%s}', event.webhook_id, event.body), ',' order by event.position)
  )
  from unnest(p_events) as event;
$$;

comment on function private.batch_body(public.webhook_deliveries[], timestamptz) is
'{type: batch, timestamp, data: [{id, event}]}';

revoke execute on function private.batch_body(public.webhook_deliveries[], timestamptz) from public, anon, authenticated, service_role;
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
  if p_endpoint_id = 'notification' or p_endpoint_id like 'ep\_%' then
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
'The lane of a delivery: its endpoint where it has a standing one, else scheme, host and port of its URL.';

revoke execute on function private.delivery_lane(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0235_function_lock_free_receivers.sql
create or replace function private.lock_free_receivers(p_delivery_ids text[])
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if cardinality(p_delivery_ids) = 0 then
    return '{}';
  end if;

  return array(
    with
    wanted as (
      select webhook_deliveries.delivery_id, webhook_deliveries.endpoint_id, webhook_deliveries.lane
      from public.webhook_deliveries
      where webhook_deliveries.delivery_id = any (p_delivery_ids)
    ),
    free_endpoints as materialized (
      select endpoints.endpoint_id
      from private.endpoints
      where endpoints.endpoint_id in (select wanted.endpoint_id from wanted)
      for no key update skip locked
    ),
    free_lanes as materialized (
      select delivery_lanes.lane
      from private.delivery_lanes
      where delivery_lanes.lane in (select wanted.lane from wanted)
      for no key update skip locked
    )
    select wanted.delivery_id
    from wanted
    where (
      wanted.endpoint_id in (select free_endpoints.endpoint_id from free_endpoints)
      or not exists (select 1 from private.endpoints where endpoints.endpoint_id = wanted.endpoint_id)
    ) and (
      wanted.lane in (select free_lanes.lane from free_lanes)
      or not exists (select 1 from private.delivery_lanes where delivery_lanes.lane = wanted.lane)
    )
  );
end;
$$;

comment on function private.lock_free_receivers(text[]) is
'As lock_receivers, without waiting: those of the deliveries whose endpoint and lane nobody else has.';

revoke execute on function private.lock_free_receivers(text[]) from public, anon, authenticated, service_role;
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
  if (
    select error_logs.created_at
    from public.error_logs
    where error_logs.type = 'spending'
    order by error_logs.error_log_id desc
    limit 1
  ) >= private.day_began() then
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

--! included supabase/schemas/0236_function_due_lanes.sql
-- What is due is mostly little, and names its lanes by itself. Where it is much (a receiver that was away for days), it is
-- gone from lane to lane, because one of them may have all that was due first; then thousands of lanes that only wait for
-- a retry are looked at, too.

create or replace function private.due_lanes(p_now timestamptz)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_few constant integer := 500;
  v_lanes text[] := array(
    select webhook_deliveries.lane
    from public.webhook_deliveries
    where webhook_deliveries.status = 'pending'
      and webhook_deliveries.due_at <= p_now
    order by webhook_deliveries.due_at
    limit v_few
  );
begin
  if cardinality(v_lanes) < v_few then
    return array(select distinct due.lane from unnest(v_lanes) as due (lane));
  end if;

  -- The index answers what is asked for as it has it: (attempt_count > 0) = false would be read as attempt_count <= 0,
  -- which it has not; and "exists" would read all that is due into a hash.
  return array(
    select open_lanes.lane
    from private.pending_lanes() as open_lanes
    where (
      select min(webhook_deliveries.due_at)
      from public.webhook_deliveries
      where webhook_deliveries.lane = open_lanes.lane
        and webhook_deliveries.status = 'pending'
        and (webhook_deliveries.attempt_count > 0) is false
    ) <= p_now or (
      select min(webhook_deliveries.due_at)
      from public.webhook_deliveries
      where webhook_deliveries.lane = open_lanes.lane
        and webhook_deliveries.status = 'pending'
        and (webhook_deliveries.attempt_count > 0) is true
    ) <= p_now
  );
end;
$$;

comment on function private.due_lanes(timestamptz) is
'Lanes that something is due in: of those that wait for a retry none.';

revoke execute on function private.due_lanes(timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0236_function_end_delivery_leases.sql
-- delivering → pending: its runner was lost, before it sent, while it did, or before it could say so. The next try is
-- under the same webhook-id, so that a receiver that had it already knows it again. It takes none of the schedule: what
-- shared a runner with something that ended it is not to blame. What has lost five of them may be what ends them, and
-- each further one counts as a try without an answer.

create or replace function private.end_delivery_leases(p_now timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_words constant text := 'The runner was lost: nobody knows whether it was sent';
  v_ended text[];
  v_worn text[];
  v_free text[];
begin
  v_ended := array(
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.status = 'delivering'
      and webhook_deliveries.due_at <= p_now
    for no key update skip locked
  );
  if cardinality(v_ended) = 0 then
    return;
  end if;

  v_worn := array(
    select webhook_delivery_attempts.delivery_id
    from public.webhook_delivery_attempts
    where webhook_delivery_attempts.delivery_id = any (v_ended)
      and webhook_delivery_attempts.error = v_words
    group by webhook_delivery_attempts.delivery_id
    having count(*) >= 5
  );

  v_free := private.lock_free_receivers(v_worn);
  perform public.record_delivery(
    webhook_deliveries.delivery_id, webhook_deliveries.claim_token, jsonb_build_object('error', v_words)
  )
  from public.webhook_deliveries
  where webhook_deliveries.delivery_id = any (v_free);

  with
  freed as (
    update public.webhook_deliveries
    set
      status = private.open_status(webhook_deliveries.endpoint_id),
      claim_token = null,
      tries_before = webhook_deliveries.tries_before + 1,
      updated_at = p_now
    where webhook_deliveries.delivery_id = any (v_ended)
      and webhook_deliveries.delivery_id <> all (v_worn)
    returning webhook_deliveries.delivery_id, webhook_deliveries.attempt_count
  )
  insert into public.webhook_delivery_attempts (delivery_id, number, error, attempted_at)
  select freed.delivery_id, freed.attempt_count, v_words, p_now
  from freed
  on conflict do nothing;
end;
$$;

comment on function private.end_delivery_leases(timestamptz) is
'delivering → pending | skipped where the lease ran out, due at once; the lost try stays on record. From the sixth on it has failed: → pending | dead | skipped.';

revoke execute on function private.end_delivery_leases(timestamptz) from public, anon, authenticated, service_role;
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
      and not private.is_free_kind(steps.kind)
  ) then
    perform private.note_spending_cap();
  end if;

  -- With nothing left, what costs money is done for a test alone. Were it looked for all the same, it would take the places
  -- of what goes on.
  if v_budget = 0 then
    select jsonb_object_agg(kinds.name, case
      when private.is_free_kind(kinds.name) then kinds.provider
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

--! included supabase/schemas/0237_function_ask_for_finish.sql
-- → queued: the music under a joined film, then the captions burnt into that

create or replace function private.ask_for_finish(p_project_id text, p_video_url text, p_captions jsonb)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_url text := p_video_url;
  v_input jsonb := private.mix_input(p_project_id, p_video_url);
begin
  if v_input is not null then
    v_url := case when v_input ->> 'music_url' is not null
      then private.ask_for_part(p_project_id, 'mix_music', v_input) ->> 'video_url' end;
  end if;

  if v_url is not null and private.burns_captions(p_project_id) then
    v_url := private.ask_for_part(
      p_project_id, 'burn_captions', jsonb_build_object('video_url', v_url, 'captions_url', p_captions ->> 'srt_url')
    ) ->> 'video_url';
  end if;
  return v_url;
end;
$$;

comment on function private.ask_for_finish(text, text, jsonb) is
'The joined film with its music and its captions in the picture, as far as its job wants them; null while one is not there yet, and then a step that makes it. p_captions: {srt_url}. The caller holds the project''s lock.';

revoke execute on function private.ask_for_finish(text, text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0237_function_ask_for_pieces.sql
-- → queued: voices and music, and each scene's clips with the sound that goes under them

create or replace function private.ask_for_pieces(p_project_id text)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_scene public.scenes;
begin
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

  return (
    select array_agg(film_pieces.url order by film_pieces.place)
    from private.film_pieces(p_project_id)
  );
end;
$$;

comment on function private.ask_for_pieces(text) is
'What a film with sound or captions is joined from, in order; null for each piece that is not there yet, and then a step that makes it. The caller holds the project''s lock.';

revoke execute on function private.ask_for_pieces(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0237_function_lane_head.sql
-- To an endpoint that takes batches goes a batch, a test, or what was tried by itself before: all else waits to be put into
-- one.

create or replace function private.lane_head(p_lane text, p_is_batched boolean)
returns table (delivery_id text, due_at timestamptz)
language plpgsql
volatile
rows 1
security invoker
set search_path = ''
-- What is asked for in an order is there by index: what waits is not to be read whole for the first few.
set enable_sort = off
as $$
begin
  if not p_is_batched then
    return query
    select webhook_deliveries.delivery_id, webhook_deliveries.due_at
    from public.webhook_deliveries
    where webhook_deliveries.lane = p_lane
      and webhook_deliveries.status = 'pending'
    order by webhook_deliveries.position
    limit 1;
    return;
  end if;

  return query
  with
  -- In the order of its index: by position they would be looked for among all that waits to be put into a batch.
  tried as materialized (
    select webhook_deliveries.delivery_id, webhook_deliveries.due_at, webhook_deliveries.position
    from public.webhook_deliveries
    where webhook_deliveries.lane = p_lane
      and webhook_deliveries.status = 'pending'
      and (webhook_deliveries.attempt_count > 0) is true
    order by webhook_deliveries.due_at, webhook_deliveries.position
  )
  select oldest.delivery_id, oldest.due_at
  from (
    (
      select webhook_deliveries.delivery_id, webhook_deliveries.due_at, webhook_deliveries.position
      from public.webhook_deliveries
      where webhook_deliveries.lane = p_lane
        and webhook_deliveries.status = 'pending'
        and webhook_deliveries.type in ('batch', 'endpoint.test')
      order by webhook_deliveries.position
      limit 1
    )
    union all
    select tried.delivery_id, tried.due_at, tried.position
    from tried
  ) as oldest
  order by oldest.position
  limit 1;
end;
$$;

comment on function private.lane_head(text, boolean) is
'The oldest open delivery of an ordered lane, which has to go before all others.';

revoke execute on function private.lane_head(text, boolean) from public, anon, authenticated, service_role;
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
  -- Of those that wait for a retry none is locked: there may be thousands, and whoever has to say how a delivery to one of
  -- them went would wait for this claim.
  v_open text[] := private.due_lanes(p_now);
begin
  if cardinality(v_open) = 0 then
    return '{}';
  end if;

  -- One claim at a time: a second one would wait for the first one's rows, instead of going without. None but those that
  -- are missing: what is there is waited for as well, while somebody who says how a delivery went has changed it.
  if pg_try_advisory_xact_lock(hashtextextended('delivery_lanes', 0)) then
    insert into private.delivery_lanes (lane)
    select missing.lane
    from unnest(v_open) as missing (lane)
    where not exists (
      select 1
      from private.delivery_lanes
      where delivery_lanes.lane = missing.lane
    )
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
'Locks the lanes that have something to send now and may, and names them.';

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
  v_pieces text[];
  v_captions_input jsonb;
  v_captions jsonb;
  v_stitch private.steps;
  v_url text;
begin
  v_pieces := case when v_has_more then private.ask_for_pieces(p_project_id) else private.film_clips(p_project_id) end;
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
  return private.ask_for_finish(p_project_id, v_url, v_captions);
end;
$$;

comment on function private.continue_film(text) is
'Queues what a film whose clips are there needs next; the whole film''s URL once nothing is missing, else null. The caller holds the project''s lock.';

revoke execute on function private.continue_film(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0238_function_lane_candidates.sql
-- What each lane could send next, by place. Retries get about a fourth of the places, by lot, so that neither they nor first
-- tries starve. Each arm reads in the order of an index: days of deliveries may wait for one receiver.

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
  -- First tries, in their order
  select rooms.lane, rooms.room, first.delivery_id, first.due_at, first.place::double precision
  from rooms
  cross join lateral (
    select fresh.delivery_id, fresh.due_at, row_number() over (order by fresh.due_at, fresh.position) as place
    from public.webhook_deliveries as fresh
    where fresh.lane = rooms.lane
      and fresh.status = 'pending'
      and (fresh.attempt_count > 0) is false
      and fresh.due_at <= p_now
    order by fresh.due_at, fresh.position
    limit rooms.room
  ) as first
  where not rooms.is_ordered
    and not rooms.is_batched
  union all
  -- Where events go in batches: the batches, and tests. The events themselves wait to be put into one.
  select rooms.lane, rooms.room, batch.delivery_id, batch.due_at, batch.place::double precision
  from rooms
  cross join lateral (
    select fresh.delivery_id, fresh.due_at, row_number() over (order by fresh.position) as place
    from public.webhook_deliveries as fresh
    where fresh.lane = rooms.lane
      and fresh.status = 'pending'
      and fresh.type in ('batch', 'endpoint.test')
      and fresh.attempt_count = 0
      and fresh.due_at <= p_now
    order by fresh.position
    limit rooms.room
  ) as batch
  where not rooms.is_ordered
    and rooms.is_batched
  union all
  -- Retries
  select rooms.lane, rooms.room, retry.delivery_id, retry.due_at, 4 * retry.place - 3.9 * random()
  from rooms
  cross join lateral (
    select tried.delivery_id, tried.due_at, row_number() over (order by tried.due_at, tried.position) as place
    from public.webhook_deliveries as tried
    where tried.lane = rooms.lane
      and tried.status = 'pending'
      and (tried.attempt_count > 0) is true
      and tried.due_at <= p_now
    order by tried.due_at, tried.position
    limit rooms.room
  ) as retry
  where not rooms.is_ordered
  union all
  -- Of an ordered lane the oldest open delivery or, until that is due, none
  select rooms.lane, rooms.room, head.delivery_id, head.due_at, 1
  from rooms
  cross join lateral private.lane_head(rooms.lane, rooms.is_batched) as head
  where rooms.is_ordered
    and head.due_at <= p_now;
end;
$$;

comment on function private.lane_candidates(text[], timestamptz) is
'For each lane that has room, the due deliveries that might go next. The caller holds the lanes'' locks.';

revoke execute on function private.lane_candidates(text[], timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0238_function_next_delivery_at.sql
-- What is due and was not claimed waits for a slot, which no clock frees, for the breaker, or for tokens. No token is foretold
-- for later than in an hour: at next to nothing a second, the next one comes when no timestamp can say.

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
          delivery_lanes.tokens_at + make_interval(secs => least(
            (1 - private.lane_tokens(delivery_lanes, endpoints.max_per_second, delivery_lanes.tokens_at)) / endpoints.max_per_second,
            3600
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

--! included supabase/schemas/0239_function_begin_attempts.sql
-- queued → running, each with an attempt that is created
--
-- The attempt exists, its input frozen, before the provider is called. Ten steps are one statement, as one is: parts of it
-- that were functions of their own would be statements of their own. What few of them need (a flag, a last image) is asked
-- of no other.

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
  -- The steps, each under a lease, with what of its film its input needs
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
  -- What each asks for, of whom, and whether its call is announced first
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
        -- is_free_kind, in place: a call for each step would be felt
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
  -- The attempts, each with what it is expected to cost
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
  -- The work for the runner, as step_work has it, but as rows: they are written out as JSON once, all together
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

--! included supabase/schemas/0239_function_is_patience_over.sql
-- What is asked about is given up by whoever hears the answer (ask_again). Twice that time is left for those who do not
-- live to hear one: a runner may be lost for reasons of its own, and what it asked about is paid for. It is the last one that
-- has to have asked so late: where nobody asked for days, because all of us were away, the answer may be there.

create or replace function private.is_patience_over(p_step private.steps, p_attempt private.attempts)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  -- A claim is the last to touch a step that waits under a token.
  return p_step.status = 'waiting'
    and p_step.claim_token is not null
    and p_step.updated_at >= p_attempt.created_at + 2 * make_interval(secs => (
      (private.step_setting('give_up_seconds', p_step.kind, p_attempt.input ->> 'model')).value #>> '{}'
    )::double precision);
end;
$$;

comment on function private.is_patience_over(private.steps, private.attempts) is
'True where who asked about an overdue step was lost, and the provider has long had all the time that it may have.';

revoke execute on function private.is_patience_over(private.steps, private.attempts) from public, anon, authenticated, service_role;
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

  -- Another step of its film was claimed before it, and has ended the film: both were read when the claim began.
  if v_attempt.status = 'cancelled' then
    return '[]';
  end if;

  if private.is_patience_over(p_step, v_attempt) then
    if private.lock_film_or_postpone(p_step) then
      perform private.ask_again(v_attempt.attempt_id, 'each runner that asked was lost');
    end if;
    return '[]';
  end if;

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

  if private.is_free_kind(p_step.kind) then
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
  v_next_at timestamptz;
begin
  if jsonb_array_length(v_work) = 0 then
    v_next_at := private.next_delivery_at();
  end if;

  return jsonb_build_object(
    'deliveries', v_work,
    'next_at', v_next_at,
    -- The runner's clock may be another one.
    'next_in', extract(epoch from nullif(v_next_at, 'infinity') - private.clock())
  );
end;
$$;

comment on function public.claim_deliveries(integer) is
'{deliveries, next_at, next_in}: leases up to p_limit due deliveries, each with a claim token; next_at, where there were none: when to look again; next_in: in how many seconds that is. Called by pipeline-step.';

revoke execute on function public.claim_deliveries(integer) from public, anon, authenticated;
grant execute on function public.claim_deliveries(integer) to service_role;
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
    attempts.status = 'failed' and attempts.request_id is null as was_refused,
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
    if v_found.was_refused then
      perform private.hold_over_budget((v_found.step).project_id);
    end if;
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

--! included supabase/schemas/0255_function_is_resubmitting.sql
create or replace function private.is_resubmitting()
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return exists (
    select 1
    from private.settings
    where settings.name = 'on_outcome_unknown'
      and settings.value #>> '{}' = 'resubmit'
  );
end;
$$;

comment on function private.is_resubmitting() is
'True where the operator set on_outcome_unknown to "resubmit": what may have been paid is asked for once more.';

revoke execute on function private.is_resubmitting() from public, anon, authenticated, service_role;
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
  v_limit private.settings;
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

  v_limit := private.step_setting('give_up_seconds', v_step.kind, v_attempt.input ->> 'model');
  v_patience := v_attempt.created_at + make_interval(secs => (v_limit.value #>> '{}')::double precision);

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

--! included supabase/schemas/0270_function_close_attempts.sql
-- attempts open → completed, with their steps
--
-- Of one project there is one attempt among them at most: no timeline has two steps that end at one time.

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

--! included supabase/schemas/0270_function_fail_attempt.sql
-- attempt created | submitted | in_progress | lost → failed · step → queued again, or failed
--
-- p_error: {message, retryable, retry_after, billed, ended}. A failure that can pass goes back to the queue, its
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
  -- It failed for us, perhaps not for the provider: past our patience a request still runs.
  v_may_run boolean := not coalesce((p_error ->> 'ended')::boolean, true);
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
  -- What may still run may be paid for: then no other model is asked besides.
  elsif v_may_run or not private.switch_model(v_step, v_message) then
    perform private.fail_step(v_step.step_id, v_message);
  end if;

  if v_may_run then
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
      perform private.hold_dearer(array[v_step.project_id]);
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
  if exists (
    select 1
    from private.settings
    where settings.name = 'on_storyboard_failure'
      and settings.value #>> '{}' = 'fail'
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

--! included supabase/schemas/0289_function_raise_estimate.sql
create or replace function private.raise_estimate(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_spent numeric := private.spent_on(p_project_id);
begin
  update public.projects
  set estimated_cost_usd = v_spent
  where projects.project_id = p_project_id
    and projects.estimated_cost_usd < v_spent;
end;
$$;

comment on function private.raise_estimate(text) is
'The estimate of a film that has ended is at least what it did cost: steps may have begun at other prices than it was estimated at. The caller holds the project''s lock.';

revoke execute on function private.raise_estimate(text) from public, anon, authenticated, service_role;
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
  perform private.raise_estimate(p_project_id);
end;
$$;

comment on function private.close_project(text) is
'Cancels all that is open below a project, and queues cancel_request for what providers are still at. Called by the trigger on projects.';

revoke execute on function private.close_project(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0291_function_finishing_left.sql
-- As continue_film goes about it: what was made from the same is there already.

create or replace function private.finishing_left(p_project_id text)
returns text[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_has_music boolean := (
    select projects.film_options -> 'music' is not null from public.projects where projects.project_id = p_project_id
  );
  v_is_burnt_in boolean := private.burns_captions(p_project_id);
  v_pieces text[];
  v_url text;
  v_left text[] := '{}';
begin
  if not v_has_music and not v_is_burnt_in then
    return v_left;
  end if;

  select array_agg(film_pieces.url order by film_pieces.place)
  into v_pieces
  from private.film_pieces(p_project_id);
  if cardinality(v_pieces) = 1 then
    v_url := v_pieces[1];
  elsif array_position(v_pieces, null) is null then
    v_url := (private.film_step(p_project_id, 'stitch', v_pieces)).output ->> 'video_url';
  end if;

  if v_has_music then
    v_url := private.film_part(p_project_id, 'mix_music', private.mix_input(p_project_id, v_url)) ->> 'video_url';
    if v_url is null then
      v_left := array['mix_music'];
    end if;
  end if;

  if v_is_burnt_in and private.film_part(p_project_id, 'burn_captions', jsonb_build_object(
    'video_url', v_url, 'captions_url', private.film_captions(p_project_id) ->> 'srt_url'
  )) is null then
    v_left := v_left || array['burn_captions'];
  end if;
  return v_left;
end;
$$;

comment on function private.finishing_left(text) is
'Which of mix_music and burn_captions a film still needs, as far as its pieces are there.';

revoke execute on function private.finishing_left(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0291_function_is_to_be_made.sql
create or replace function private.is_to_be_made(p_project_id text, p_kind text, p_input jsonb)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return private.film_part(p_project_id, p_kind, p_input) is null
    -- Another version may have it by now; what is queued is made all the same.
    or exists (
      select 1
      from private.steps
      where steps.project_id = p_project_id
        and steps.kind = p_kind
        and steps.input = p_input
        and steps.status not in ('running', 'waiting', 'completed', 'failed', 'cancelled')
    );
end;
$$;

comment on function private.is_to_be_made(text, text, jsonb) is
'True where a film lacks this part, or is queued for it. What somebody is at already is for the caller to know.';

revoke execute on function private.is_to_be_made(text, text, jsonb) from public, anon, authenticated, service_role;
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
    and (clips.is_within or (clips.is_across and clips.last_frame_url is null))
    -- One that is being looked at is there already.
    and not exists (
      select 1
      from private.steps
      where steps.project_id = p_project_id
        and steps.chunk_id = clips.chunk_id
        and steps.kind = 'check_frame'
        and steps.status not in ('completed', 'failed', 'cancelled')
    );
end;
$$;

comment on function private.needed_frames(text) is
'The chunks whose last frame is still to be taken, because what continues from it has no image yet.';

revoke execute on function private.needed_frames(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0292_function_hold_steps.sql
-- queued steps → due with the project's resumption (due_at)

create or replace function private.hold_steps(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update private.steps
  set due_at = 'infinity', updated_at = private.clock()
  where steps.project_id = p_project_id
    and steps.status = 'queued'
    and steps.kind <> 'cancel_request';
end;
$$;

comment on function private.hold_steps(text) is
'A project is paused: what is queued for it waits, but for requests that are given up. The caller holds the project''s lock.';

revoke execute on function private.hold_steps(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0292_function_release_steps.sql
-- queued steps that waited for the project's resumption → due

create or replace function private.release_steps(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update private.steps
  set due_at = private.clock(), updated_at = private.clock()
  where steps.project_id = p_project_id
    and steps.status = 'queued'
    and steps.due_at = 'infinity';
end;
$$;

comment on function private.release_steps(text) is
'A project goes on: what hold_steps held, and what was queued meanwhile, is due. The caller holds the project''s lock.';

revoke execute on function private.release_steps(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0292_function_remaining_sound.sql
create or replace function private.remaining_sound(p_project_id text)
returns table (kind text, input jsonb, chunk_id text)
language plpgsql
stable
rows 10
security invoker
set search_path = ''
as $$
declare
  v_finishing text[];
begin
  -- Most films have none of it.
  if not private.has_sound_or_captions(p_project_id) then
    return;
  end if;

  v_finishing := private.finishing_left(p_project_id);

  return query
  select 'generate_voice', private.voice_input(scenes), private.last_chunk(scenes.scene_id)
  from public.scenes
  where scenes.project_id = p_project_id
    and scenes.voice_over is not null
    and scenes.audio_url is null
    and private.is_to_be_made(p_project_id, 'generate_voice', private.voice_input(scenes))
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
      and private.is_to_be_made(p_project_id, 'generate_music', private.music_input(p_project_id))
    ),
    (
      'level_music',
      '{}',
      projects.film_options -> 'music' -> 'loudness' is not null
      and private.is_to_be_made(p_project_id, 'level_music', private.level_input(p_project_id))
    ),
    ('mix_music', '{}', 'mix_music' = any (v_finishing)),
    ('burn_captions', '{}', 'burn_captions' = any (v_finishing))
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
    and case coalesce((private.film_step(p_project_id, 'extract_thumbnail')).status, 'none')
      when 'queued' then true
      -- A film does without one that failed, until it is stitched anew.
      when 'none' then not exists (
        select 1
        from public.projects
        join private.steps using (project_id)
        where projects.project_id = p_project_id
          and 'stitching' in (projects.status, projects.paused_from)
          and steps.chunk_id = video_chunks.chunk_id
          and steps.kind = 'extract_thumbnail'
          and steps.status = 'failed'
      )
      else false
    end;

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

  perform private.hold_steps(p_project_id);

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
      private.committed_on(p_project_id) as usd,
      array_agg(steps.kind) filter (where private.attempt_cost(attempts) is null) as unpriced
    from private.steps
    join private.attempts using (step_id)
    where steps.project_id = p_project_id
      and not private.is_free_kind(steps.kind)
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

--! included supabase/schemas/0294_function_hold_dearer.sql
-- What a price, or who does a step, was when a film was estimated need not be what it is when the step begins: then the
-- film costs more than anybody was told. Here that is noticed, once more is spent and reserved than the whole was to cost.

create or replace function private.hold_dearer(p_project_ids text[])
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
  v_project_id text;
begin
  for v_project_id in
    select projects.project_id
    from public.projects
    where projects.project_id = any (p_project_ids)
      and projects.estimated_cost_usd < private.committed_on(projects.project_id)
  loop
    perform private.hold_over_budget(v_project_id);
  end loop;
end;
$$;

comment on function private.hold_dearer(text[]) is
'hold_over_budget, for those films for which more is spent and reserved than was estimated. The caller holds their locks.';

revoke execute on function private.hold_dearer(text[]) from public, anon, authenticated, service_role;
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

--! included supabase/schemas/0297_function_insert_job_requests.sql
-- What a job asks for that its project does not say: in a table that nobody reads, for clients' header values are in it.

create or replace function private.insert_job_requests(p_jobs jsonb[], p_ids text[], p_digests text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into private.job_requests (project_id, via, body_digest, events, webhook_headers, is_notified, providers)
  select
    p_ids[each.n],
    p_jobs[each.n] ->> 'via',
    p_digests[each.n],
    case when jsonb_typeof(p_jobs[each.n] -> 'events') = 'array'
      then array(select jsonb_array_elements_text(p_jobs[each.n] -> 'events')) end,
    coalesce(nullif(p_jobs[each.n] -> 'webhook_headers', 'null'), '{}'),
    coalesce((p_jobs[each.n] ->> 'notify')::boolean, false),
    nullif(p_jobs[each.n] -> 'providers', 'null')
  from generate_series(1, cardinality(p_ids)) as each (n)
  where p_ids[each.n] is not null;
end;
$$;

comment on function private.insert_job_requests(jsonb[], text[], text[]) is
'Inserts the requests of new projects; their jobs, their ids (null: the job has none) and the digests of their bodies stand in one order.';

revoke execute on function private.insert_job_requests(jsonb[], text[], text[]) from public, anon, authenticated, service_role;
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
  -- A row for each clip, with its scene. What counts up in a select's own list is kept in no table on the way, as rows of a
  -- function would be. Ids are made of the project's: in place of its last six digits stand the places of scene and clip
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

  -- The scenes, each at its first clip
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

  -- The clips
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

  -- The scenes that begin at once; still_of: the image that first has to be brought to the film's aspect ratio
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

  -- What each of them needs first
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
-- As insert_project, but for many at once, and with an estimate that is known beforehand. Requests and keys are those of
-- job_request and job_key, which would take longer to be called for each job than they take.

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
  v_digests := private.request_digests(p_jobs, v_requests);

  with
  -- The jobs that are taken, with their keys
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
    -- Two calls with the same keys wait for each other's rows in one order
    order by taken.user_id, taken.key, taken.n
  ),

  -- Their projects, but where the key has one already
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

  perform private.insert_job_requests(p_jobs, v_ids, v_digests);
  return v_ids;
end;
$$;

comment on function private.insert_projects(jsonb[], boolean[], numeric[]) is
'Inserts a project for each job that is taken, and what it asked for; their ids in the order of the jobs, null where the idempotency key was there already. The caller holds the locks of the version counts.';

revoke execute on function private.insert_projects(jsonb[], boolean[], numeric[])
from public, anon, authenticated, service_role;
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

  perform private.insert_job_requests(array[p_job], array[v_project.project_id], array[v_digest]);

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
  if p_attempt.status <> 'failed' or p_attempt.request_id is not null or p_result ->> 'request_id' is null
    or not private.adopt_request(p_attempt.attempt_id, p_result ->> 'request_id')
  then
    return;
  end if;

  if p_result ->> 'state' = 'in_progress' then
    v_attempt.request_id := p_result ->> 'request_id';
    perform private.abandon_request(v_attempt, p_step);
  end if;
  perform private.hold_over_budget(p_step.project_id);
end;
$$;

comment on function private.note_taken(private.steps, private.attempts, jsonb) is
'A provider that calls back about what it had refused took it after all: it counts as paid, and is given up where it still runs. The caller holds the project''s lock.';

revoke execute on function private.note_taken(private.steps, private.attempts, jsonb)
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
  if p_attempt.status not in ('created', 'submitted', 'in_progress', 'lost') then
    perform private.note_taken(p_step, p_attempt, p_result);
  end if;

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
  v_before timestamptz := private.clock() - make_interval(secs => private.setting('buffer_seconds')::double precision);
  v_log public.webhook_logs;
  v_count integer := 0;
begin
  for v_log in
    select webhook_logs.*
    from public.webhook_logs
    where webhook_logs.status = 'pending'
      and webhook_logs.received_at < v_before
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
  v_priced_ids text[];
begin
  for v_found in
    select locked.* from private.lock_completed(p_logs, p_seen) as locked
  loop
    v_output := (v_found.log).result -> 'output';
    v_done := v_done || v_found.log;
    v_steps := v_steps || v_found.step;
    v_attempt_ids := v_attempt_ids || (v_found.attempt).attempt_id;
    v_outputs := v_outputs || v_output;
    if (v_found.project).estimated_cost_usd is not null then
      v_priced_ids := v_priced_ids || (v_found.project).project_id;
    end if;
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
  perform private.hold_dearer(v_priced_ids);

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
        private.iso_time(private.clock()) as timestamp,
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
        private.iso_time(private.clock()) as timestamp,
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
  where wished.wants and wished.is_enabled
    or p_type <> 'video.generation.progress'
  order by wished.endpoint_id;

  if not found then
    return;
  end if;

  -- A batch that is full need not wait. In it are neither batches that wait for a slot nor what is replayed at a pace, later
  -- than a batch waits (batchable).
  update public.webhook_deliveries
  set due_at = v_now
  where webhook_deliveries.delivery_id in (
    select early.delivery_id
    from private.endpoints
    join public.webhook_deliveries as early on early.lane = endpoints.endpoint_id
    where endpoints.user_id = p_project.user_id
      and endpoints.batch_size > 1
      and early.status = 'pending'
      and (early.attempt_count > 0) is false
      and early.due_at > v_now
      and early.due_at <= v_now + endpoints.batch_ms * interval '1 millisecond'
      and endpoints.batch_size <= (
        -- No further than that: days of events may wait for a receiver that is away.
        select count(*)
        from (
          select 1
          from public.webhook_deliveries as waiting
          where waiting.lane = endpoints.endpoint_id
            and waiting.status = 'pending'
            and (waiting.attempt_count > 0) is false
            and waiting.type not in ('batch', 'endpoint.test')
            and waiting.due_at <= v_now + endpoints.batch_ms * interval '1 millisecond'
          limit endpoints.batch_size
        ) as enough
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
      )::bigint as estimated_seconds_remaining
  ) as body
  where p_type = 'video.generation.progress';
$$;

comment on function private.video_body(public.projects, text) is
'A delivery''s body for a job that came through the door videos: its end, or its progress; null for any other type.';

revoke execute on function private.video_body(public.projects, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0321_function_note_lane.sql
-- Breaker: from delivery_breaker_failures in a row on, the lane is held, twice as long each time, up to
-- delivery_breaker_cap_seconds. What was on its way when it opened says nothing new: twenty that fail together are no
-- fifteen failed probes.

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

  -- None is inserted: a claim made it, and where it is gone its endpoint is.
  update private.delivery_lanes
  set
    failures_in_a_row = delivery_lanes.failures_in_a_row + 1,
    first_failed_at = coalesce(delivery_lanes.first_failed_at, p_now),
    updated_at = p_now
  where delivery_lanes.lane = p_lane
    and (delivery_lanes.held_until is null or delivery_lanes.held_until <= p_now);

  if not found then
    return;
  end if;

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

--! included supabase/schemas/0326_function_expire_deliveries.sql
-- pending → dead: a receiver that is down for days has its schedule stretched by the breaker. Past delivery_hours
-- nobody waits for it any more.
--
-- Its backlog may be hundreds of thousands of rows, most of them not that old: each sweep looks at the next page of what
-- is overdue, and keeps its place in private.housekeeping.

create or replace function private.expire_deliveries()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_hours integer := private.setting('delivery_hours');
  v_too_old timestamptz := v_now - make_interval(hours => v_hours);
  v_after timestamptz := (
    select nullif(housekeeping.next_after, '') from private.housekeeping where housekeeping.what = 'overdue_deliveries'
  );
  v_next timestamptz;
  v_old text[];
begin
  select
    case when count(*) >= 500 then max(page.due_at) end,
    array_agg(page.delivery_id) filter (where page.queued_at < v_too_old)
  into v_next, v_old
  from (
    select webhook_deliveries.delivery_id, webhook_deliveries.due_at, webhook_deliveries.queued_at
    from public.webhook_deliveries
    where webhook_deliveries.status = 'pending'
      and webhook_deliveries.due_at > coalesce(v_after, '-infinity')
      and webhook_deliveries.due_at < v_now - interval '1 hour'
    order by webhook_deliveries.due_at
    -- With ties: what is due at one moment is on one page, so that the next one begins behind it.
    fetch first 500 rows with ties
  ) as page;

  if v_next is distinct from v_after then
    insert into private.housekeeping (what, next_after)
    values ('overdue_deliveries', coalesce(v_next::text, ''))
    on conflict (what) do update set next_after = excluded.next_after;
  end if;

  with
  -- What somebody holds is being sent, or redriven
  old as (
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.delivery_id = any (v_old)
      and webhook_deliveries.status = 'pending'
      and webhook_deliveries.queued_at < v_too_old
    for no key update skip locked
  ),
  ended as (
    update public.webhook_deliveries
    set
      status = 'dead',
      error = format('Given up after %s hours', v_hours)
        || coalesce('; at last: ' || webhook_deliveries.error, ' without a try'),
      updated_at = v_now
    from old
    where webhook_deliveries.delivery_id = old.delivery_id
    returning webhook_deliveries.*
  ),
  batched as (
    update public.webhook_deliveries
    set status = 'dead', error = ended.error, updated_at = v_now
    from ended
    where webhook_deliveries.batch_id = ended.delivery_id
      and webhook_deliveries.status = 'batched'
  )
  insert into public.error_logs (type, severity, message, context)
  select 'delivery', 'error', left(format('Cannot deliver %s: %s', ended.type, ended.error), 2000), jsonb_strip_nulls(jsonb_build_object(
    'project_id', ended.project_id, 'delivery_id', ended.delivery_id, 'try', ended.attempt_count
  ))
  from ended;
end;
$$;

comment on function private.expire_deliveries() is
'pending → dead for what its lane had no place for until delivery_hours were over, a page of what is overdue at a time. Called by the sweep.';

revoke execute on function private.expire_deliveries() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0326_function_skip_closed_lanes.sql
-- pending → skipped: it was queued while somebody disabled or deleted its endpoint.

create or replace function private.skip_closed_lanes()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  with waiting as (
    select webhook_deliveries.delivery_id
    from private.closed_lanes() as closed
    join public.webhook_deliveries using (lane)
    where webhook_deliveries.status = 'pending'
    -- While the sweep waits for one, it rings for nothing.
    for no key update of webhook_deliveries skip locked
  )
  update public.webhook_deliveries
  set status = 'skipped', error = 'The endpoint was disabled or deleted', updated_at = private.clock()
  from waiting
  where webhook_deliveries.delivery_id = waiting.delivery_id;
end;
$$;

comment on function private.skip_closed_lanes() is
'pending → skipped for deliveries to endpoints that are disabled or gone: nobody would ever send them. Called by the sweep.';

revoke execute on function private.skip_closed_lanes() from public, anon, authenticated, service_role;
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
  perform private.skip_closed_lanes();
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
  left join (
    select
      ledger.attempt_id,
      sum(case ledger.kind when 'reserve' then ledger.usd when 'release' then -ledger.usd end) as reserved,
      sum(ledger.usd) filter (where ledger.kind = 'settle') as spent
    from private.ledger
    group by ledger.attempt_id
  ) as entries using (attempt_id)
  where coalesce(entries.reserved, 0) <> case when attempts.ended_at is null then coalesce(attempts.estimated_cost_usd, 0) else 0 end
    or coalesce(entries.spent, 0) <> case when attempts.ended_at is null then 0 else coalesce(private.attempt_cost(attempts), 0) end
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

--! included supabase/schemas/0435_trigger_webhook_deliveries_limit_tries.sql
-- A job may ask for fewer tries of its deliveries than the schedule has; one that is redriven or replayed has as many
-- again. A try counts once its result is on record: one whose runner was lost may never have been sent. Metadata keep
-- a number as it was written: 2.0 is one that integer would not read.

create or replace function private.tg_webhook_deliveries__limit_tries()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if new.attempt_count - new.tries_before >= (
    select (projects.metadata #>> '{webhook_retry,max_attempts}')::numeric
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

  -- is_too_large, in place: a call for each delivery would be felt
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

  perform private.release_steps(p_project_id);

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

  if v_project.status = 'paused' and v_project.awaiting_approval is not null then
    raise exception 'Cannot resume project "%": it awaits an approval of its %', p_project_id, v_project.awaiting_approval
      using errcode = 'RL409';
  end if;

  update public.projects
  set status = projects.paused_from, paused_from = null
  where projects.project_id = p_project_id
    and projects.status = 'paused';

  perform private.release_steps(p_project_id);

  -- It may be stitched only now, or for the second time: a thumbnail that failed before is asked for again.
  if v_project.status = 'paused' then
    perform private.hold_over_budget(p_project_id);
  end if;

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

--! included supabase/schemas/0518_function_is_resendable.sql
create or replace function private.is_resendable(p_delivery public.webhook_deliveries)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return p_delivery.status in ('dead', 'delivered', 'filtered', 'skipped')
    and p_delivery.batch_id is null
    and not private.is_too_large(p_delivery.body)
    and private.open_status(p_delivery.endpoint_id) = 'pending';
end;
$$;

comment on function private.is_resendable(public.webhook_deliveries) is
'True where it has ended and can be sent again: not where its endpoint is disabled or gone, nor what travelled in a batch, which is sent again as that batch.';

revoke execute on function private.is_resendable(public.webhook_deliveries) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0518_view_resendable_deliveries.sql
-- A view, because a function would be called for each of the hundreds of thousands that a long outage leaves behind.

create or replace view private.resendable_deliveries
with (security_invoker = true)
as
select webhook_deliveries.*
from public.webhook_deliveries
where webhook_deliveries.status in ('dead', 'delivered', 'filtered', 'skipped')
  and webhook_deliveries.batch_id is null
  and octet_length(webhook_deliveries.body) <= 1048576
  and (
    webhook_deliveries.endpoint_id is null
    or webhook_deliveries.endpoint_id not like 'ep\_%'
    or webhook_deliveries.endpoint_id in (
      select endpoints.endpoint_id
      from private.endpoints
      where endpoints.is_enabled
    )
  );

comment on view private.resendable_deliveries is
'Deliveries of which is_resendable is true: to be counted and looked through; what was locked meanwhile is asked by itself.';

revoke all on table private.resendable_deliveries from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0519_function_lock_delivery.sql
create or replace function private.lock_delivery(p_delivery_id text, p_verb text)
returns public.webhook_deliveries
language plpgsql
volatile
security invoker
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
    raise exception 'Cannot % delivery "%": no such delivery', p_verb, p_delivery_id using errcode = 'RL404';
  end if;

  return v_delivery;
end;
$$;

comment on function private.lock_delivery(text, text) is
'Locks a delivery behind its endpoint and lane, and returns it as it is now. Raises RL404, naming the verb.';

revoke execute on function private.lock_delivery(text, text) from public, anon, authenticated, service_role;
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
  if private.is_too_large(p_delivery.body) then
    raise exception 'Cannot send delivery "%" again: its body is larger than 1 MiB', p_delivery.delivery_id
      using errcode = 'RL409';
  elsif private.open_status(p_delivery.endpoint_id) = 'skipped' then
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
  v_delivery public.webhook_deliveries := private.lock_delivery(p_delivery_id, 'redrive');
begin
  if v_delivery.status not in ('dead', 'pending') then
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
'dead | pending → pending, due at once. {delivery_id, was, status}. Raises RL404, RL409 (also where its endpoint is disabled or gone, or its body too large).';

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
  v_delivery public.webhook_deliveries := private.lock_delivery(p_delivery_id, 'replay');
begin
  if v_delivery.status not in ('dead', 'delivered', 'filtered', 'skipped') then
    raise exception 'Cannot replay delivery "%": it is %, and only one that has ended can be replayed',
      p_delivery_id, v_delivery.status using errcode = 'RL409';
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
  v_music jsonb := case when p_scene_ids is not null then private.music_input(p_project_id) end;
  v_levelled jsonb := case when p_scene_ids is not null then private.level_input(p_project_id) end;
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
        or (steps.scene_id is null or steps.scene_id = any (p_scene_ids))
        -- Voices are made from words alone, which another take does not change; music is as long as the film.
        and case steps.kind
          when 'generate_voice' then false
          when 'generate_music' then steps.input is distinct from v_music
          when 'level_music' then steps.input is distinct from v_levelled
          when 'reframe_image' then not exists (
            select 1
            from private.missing_stills(p_project_id) as stills
            where stills.image_url = steps.input ->> 'image_url'
              and stills.aspect_ratio = steps.input ->> 'aspect_ratio'
          )
          else true
        end
      )
    returning steps.*
  loop
    for v_attempt in
      update private.attempts
      set
        status = 'cancelled',
        ended_at = v_now,
        -- What was not announced was never sent, and will not be.
        actual_cost_usd = case when attempts.sent_at = 'infinity' then 0 else attempts.actual_cost_usd end
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
    -- What is small as it is stored may be large all the same: it is compressed.
    'data', case when pg_column_size(p_log.data) <= 65536 and octet_length(p_log.data::text) <= 65536 then p_log.data end,
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
-- A source that was removed is one for as long as its callbacks are kept.

create or replace function private.check_source(p_source text)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if private.is_provider(p_source) or p_source = 'custom'
    or exists (select 1 from private.webhook_sources where webhook_sources.name = p_source)
    or exists (select 1 from public.webhook_logs where webhook_logs.source = p_source)
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
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return p_log.result is null and private.is_provider(p_log.source);
end;
$$;

comment on function private.is_malformed(public.webhook_logs) is
'True for a callback whose body its door did not understand. A custom source''s is taken as it comes.';

revoke execute on function private.is_malformed(public.webhook_logs) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0600_function_is_of_source.sql
create or replace function private.is_of_source(p_log public.webhook_logs, p_source text)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_source is null then true
    when p_source = 'custom' then not private.is_provider(p_log.source)
    else p_log.source = p_source
  end;
end;
$$;

comment on function private.is_of_source(public.webhook_logs, text) is
'The filter by source: null is every one, custom every one that is not built in.';

revoke execute on function private.is_of_source(public.webhook_logs, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0601_function_custom_sources.sql
-- A hop along the index for each source, however much it has sent; one that was removed is one for as long as its callbacks
-- are kept.

create or replace function private.custom_sources()
returns text[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return array(
    with recursive sources (name) as (
      select min(webhook_logs.source)
      from public.webhook_logs
      union all
      select (
        select min(webhook_logs.source)
        from public.webhook_logs
        where webhook_logs.source > sources.name
      )
      from sources
      where sources.name is not null
    )
    select sources.name
    from sources
    where sources.name is not null
      and not private.is_provider(sources.name)
  );
end;
$$;

comment on function private.custom_sources() is 'Custom sources of which callbacks are on record: what the filter custom means.';

revoke execute on function private.custom_sources() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0605_function_list_callbacks.sql
-- As page_callbacks: planned with its filters, so that one that fits nothing is no walk through the whole log.

create or replace function public.list_callbacks(p_source text, p_status text, p_limit integer default 50)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_customs text[] := case when p_source = 'custom' then private.custom_sources() end;
begin
  perform private.check_source(p_source);

  return (
    select coalesce(jsonb_agg(private.callback_doc(newest) order by newest.webhook_log_id desc), '[]')
    from (
      select webhook_logs.*
      from public.webhook_logs
      where (p_source is null or p_source = 'custom' or webhook_logs.source = p_source)
        and (v_customs is null or webhook_logs.source = any (v_customs))
        and (p_status is null or webhook_logs.status = p_status)
      order by webhook_logs.webhook_log_id desc
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
'A provider''s limits, how much of them is in use, and whether it is held or paused; null for an unknown one.';

revoke execute on function private.provider_view(text) from public, anon, authenticated, service_role;
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
  -- Queued steps wait their turn where a provider is limited, held or paused, and for another day where this one's money
  -- is spent: that is no fault
  waiting as (
    select private.budget_left() is not distinct from 0 or exists (
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
      and webhook_deliveries.lane not in (select waiting_lanes.lane from private.waiting_lanes())
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
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if to_regclass('cron.job_run_details') is null then
    return null;
  end if;
  return (
    select max(runs.end_time)
    from (
      select job_run_details.end_time, job_run_details.status
      from cron.job_run_details
      join cron.job using (jobid)
      where job.jobname = 'reelay-sweep'
      order by job_run_details.runid desc
      limit 50
    ) as runs
    where runs.status = 'succeeded'
  );
end;
$$;

comment on function private.sweep_ran_at() is
'When pg_cron last finished a sweep, by the machine''s own clock; null when it did not lately, or is not there.';

revoke execute on function private.sweep_ran_at() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0642_function_read_health.sql
-- What is wrong where a check is not ok. Database: it is read-only, as Supabase makes it when the disk is full. Bell:
-- rings stay unanswered, so pg_net does not deliver. Sweep: none has finished within a minute, though Postgres runs for
-- longer. Overdue: nobody looked at something for five minutes, though not all is paused. Invariants: the last look at
-- them (note_invariants) found a broken one.

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
  v_invariants private.invariant_check := (select invariant_check from private.invariant_check);
  v_checks jsonb;
begin
  v_checks := jsonb_build_object(
    'database', jsonb_build_object('ok', current_setting('transaction_read_only') = 'off'),
    'bell', jsonb_build_object('ok', not public.is_bell_deaf()),
    'sweep', jsonb_build_object(
      'ok', coalesce(v_sweep_ran_at, pg_postmaster_start_time()) > clock_timestamp() - interval '1 minute',
      'last_run_at', v_sweep_ran_at
    ),
    'overdue', jsonb_build_object('ok', v_is_paused or (v_overdue ->> 'count')::bigint = 0) || v_overdue,
    'invariants', jsonb_build_object(
      'ok', coalesce(v_invariants.broken, 0) = 0,
      'broken', v_invariants.broken,
      'checked_at', v_invariants.checked_at
    )
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
'A client''s URL without what may be a secret in it.';

revoke execute on function private.without_query(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0649_function_delivery_doc.sql
create or replace function private.delivery_doc(p_delivery public.webhook_deliveries)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select to_jsonb(p_delivery) - 'claim_token' - 'body' || jsonb_build_object(
    'url', private.without_query(p_delivery.url),
    'lane', private.without_query(p_delivery.lane)
  );
$$;

comment on function private.delivery_doc(public.webhook_deliveries) is
'A delivery as lists show it: no body, no claim token, no query of the client''s URL.';

revoke execute on function private.delivery_doc(public.webhook_deliveries) from public, anon, authenticated, service_role;
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
      private.delivery_doc(webhook_deliveries) || jsonb_build_object(
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
'The deliveries of a project, as lists show them (delivery_doc), each with its tries.';

revoke execute on function private.delivery_story(text) from public, anon, authenticated, service_role;
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
    from private.resendable_deliveries as dead
    where dead.status = 'dead'
      and (p_from is null or dead.created_at >= p_from)
      and (p_to is null or dead.created_at <= p_to)
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
      from private.resendable_deliveries as dead
      where dead.status = 'dead'
        and (p_from is null or dead.created_at >= p_from)
        and (p_to is null or dead.created_at <= p_to)
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
  from private.resendable_deliveries as ended
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
    );
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
  v_matched bigint;
  v_ids text[];
  v_count integer := 0;
begin
  with
  ended as materialized (
    select replayable.delivery_id, replayable.created_at, replayable.position
    from private.replayable_deliveries(p_filter) as replayable
  )
  select
    (select count(*) from ended),
    array(
      select ended.delivery_id
      from ended
      order by ended.created_at, ended.position
      limit p_limit
    )
  into v_matched, v_ids;

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
    -- Attempts are not kept for as long as a film is shown: the ledger is.
    'usd', private.committed_on(p_project.project_id)
  );
$$;

comment on function private.project_card(public.projects) is
'A film as lists show it: where it stands, scene by scene, a picture of it, and what it cost so far or what is reserved for it.';

revoke execute on function private.project_card(public.projects) from public, anon, authenticated, service_role;
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
  v_customs text[] := case when v_source = 'custom' then private.custom_sources() end;
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
      and (v_source is null or v_source = 'custom' or webhook_logs.source = v_source)
      and (v_customs is null or webhook_logs.source = any (v_customs))
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
    'timestamp', private.iso_time(private.clock()),
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

--! included supabase/schemas/0687_function_list_deliveries.sql
-- p_filter: status, endpoint_id, project_id, type; each may be absent or null.

create or replace function public.list_deliveries(p_filter jsonb, p_limit integer default 50)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select public.page_deliveries(p_filter, null, p_limit) -> 'docs';
$$;

comment on function public.list_deliveries(jsonb, integer) is
'The newest deliveries that fit, as page_deliveries has them. Called by webhook-manage.';

revoke execute on function public.list_deliveries(jsonb, integer) from public, anon, authenticated;
grant execute on function public.list_deliveries(jsonb, integer) to service_role;
--! end included

--! included supabase/schemas/0687_function_list_errors.sql
create or replace function public.list_errors(p_type text, p_limit integer default 50)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select public.page_errors(jsonb_build_object('type', p_type), null, p_limit) -> 'docs';
$$;

comment on function public.list_errors(text, integer) is
'The newest rows of error_logs, as page_errors has them; null: of every type. Called by webhook-manage.';

revoke execute on function public.list_errors(text, integer) from public, anon, authenticated;
grant execute on function public.list_errors(text, integer) to service_role;
--! end included

--! included supabase/schemas/0687_function_read_delivery.sql
create or replace function public.read_delivery(p_delivery_id text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select public.browse_delivery(p_delivery_id);
$$;

comment on function public.read_delivery(text) is
'What browse_delivery answers. Called by webhook-manage, at /deliveries/{id}.';

revoke execute on function public.read_delivery(text) from public, anon, authenticated;
grant execute on function public.read_delivery(text) to service_role;
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
  -- As the index has it
  where coalesce(error_logs.context ->> 'project_id', error_logs.context ->> 'webhook_log_id')
    = any (p_project_ids || v_logs);
  get diagnostics errors = row_count;

  delete from public.webhook_logs where webhook_logs.webhook_log_id = any (v_logs);
  get diagnostics callbacks = row_count;
end;
$$;

comment on function private.delete_records(text[]) is
'Deletes what was recorded about these projects and hangs on none of their rows; counts that and what will go with them.';

revoke execute on function private.delete_records(text[]) from public, anon, authenticated, service_role;
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
      where coalesce(error_logs.context ->> 'project_id', error_logs.context ->> 'webhook_log_id') = any (v_ids || v_logs)
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
      private.iso_time(p_log.received_at) as timestamp,
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
        and fine.at < date_trunc('hour', (select private.clock())) - interval '1 hour'
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
      where old.at < (select private.clock()) - interval '8 days'
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
    where request_counts.at < (select private.clock()) - interval '2 minutes'
    returning 1
  ),

  hits as (
    delete from private.limit_hits
    where limit_hits.at < (select private.clock()) - interval '8 days'
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
