-- In the order in which every verb locks: a verb that runs just now is waited for here, and not halfway.
do $$
begin
  lock table public.projects, public.video_chunks in access exclusive mode;
end;
$$;

-- Gone, or with other arguments.
drop function private.fail_exhausted_step(private.steps, private.attempts);
drop function private.requeue_unsent(private.steps, private.attempts);
drop function private.step_work(private.steps, private.attempts, text, timestamptz, text, text);
drop function private.lock_step(text);
drop function private.queue_delivery(public.projects, text);
drop function private.lock_messages_of(text, text[]);
drop function private.delete_endpoints_of(text);
drop function private.replayable_deliveries(jsonb);
drop function public.create_projects(jsonb);
drop function private.estimate_jobs(jsonb[], text[]);
drop function private.insert_projects(jsonb[], boolean[], numeric[]);
drop function private.insert_job_requests(jsonb[], text[], text[]);

-- Clips have no entry before they are asked for.
drop index public.video_chunks_by_status;
create index video_chunks_by_status on public.video_chunks (status, created_at) where status <> 'PENDING';

--! altered supabase/schemas/0120_table_video_chunks.sql sha256:c19aececac9290215b7a991154470f13fa17bb900e8c00c0c5d428b5b0afa971

--! included supabase/schemas/0040_function_small_scheme.sql
-- HTTPS:// is https:// to whoever calls it; texts of URLs are compared all the same.

create or replace function private.small_scheme(p_url text)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_url ~* '^https?://' then lower(substring(p_url from '^[^:]+')) || substring(p_url from ':.*$')
    else p_url
  end;
end;
$$;

comment on function private.small_scheme(text) is 'A URL with its http or https in small letters.';

revoke execute on function private.small_scheme(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0041_function_first_id_at.sql
-- As new_id makes them, which knows no offset of private.clock(). An hour earlier, for what takes its id and its time at two
-- moments: whoever looks from here on looks at the time as well.

create or replace function private.first_id_at(p_prefix text, p_at timestamptz)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_born timestamptz := p_at - (private.clock() - clock_timestamp()) - interval '1 hour';
begin
  return p_prefix || '_' || lpad(to_hex(greatest((date_part('epoch', v_born) * 1000)::bigint, 0)), 12, '0');
end;
$$;

comment on function private.first_id_at(text, timestamptz) is
'No row that was born at this time or later has an id in front of this one.';

revoke execute on function private.first_id_at(text, timestamptz) from public, anon, authenticated, service_role;
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
'True when rings have gone unanswered for some seconds: pg_net does not deliver. Doors and runners then ring over HTTP themselves. Called by the doors.';

revoke execute on function public.is_bell_deaf() from public, anon, authenticated;
grant execute on function public.is_bell_deaf() to service_role;
--! end included

--! included supabase/schemas/0207_function_raw_music_url.sql
create or replace function private.raw_music_url(p_project_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(
      projects.film_options -> 'music' ->> 'url',
      private.film_part(p_project_id, 'generate_music', private.music_input(p_project_id)) ->> 'audio_url'
    )
    from public.projects
    where projects.project_id = p_project_id
  );
end;
$$;

comment on function private.raw_music_url(text) is
'The music as the job gave it, or as it was made; null for a film without, or while it is not there.';

revoke execute on function private.raw_music_url(text) from public, anon, authenticated, service_role;
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
    cross join private.raw_music_url(p_project_id) as raw (url)
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
      when projects.film_options -> 'music' -> 'loudness' is null then private.raw_music_url(p_project_id)
      else private.film_part(p_project_id, 'level_music', private.level_input(p_project_id)) ->> 'audio_url'
    end
    from public.projects
    where projects.project_id = p_project_id
  );
end;
$$;

comment on function private.music_url(text) is 'The music as it goes under the film; null while it is not there yet.';

revoke execute on function private.music_url(text) from public, anon, authenticated, service_role;
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
            and (clip.ratio is null or clip.continuity is distinct from 'shared_keyframe')
          ) then null
          when item.job ->> 'execution_mode' = 'test' then 'test'
          else concat(
            item.job ->> 'providers',
            string_agg(
              coalesce(clip.chunk ->> 'duration', '') || coalesce((clip.chunk -> 'model')::text, 'null')
              || case when clip.part > 1 or clip.continuity = 'last_frame' then '+' else '-' end
              || case when clip.still_of is null then '' else '*' end,
              ''
            ),
            -- One image is one still; of several, some may be the same
            case when count(clip.still_of) > 1 then private.count_stills(item.job) end
          )
        end
        from (
          select
            each.scene,
            each.part,
            each.chunks -> (each.part - 1) as chunk,
            each.scene ->> 'continuity' as continuity,
            each.ratio,
            case when each.ratio is not null and each.part = 1
              then coalesce(each.scene ->> 'image_url', item.job ->> 'image_url') end as still_of
          from (
            select
              shot.scene,
              shot.scene -> 'chunks' as chunks,
              shot.scene ->> 'reframe_to' as ratio,
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

--! included supabase/schemas/0228_function_chosen_providers.sql
create or replace function private.chosen_providers(p_providers jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return coalesce(
    nullif(p_providers, 'null'),
    '{"storyboard": "openai", "reframe_image": "fal", "generate_clip": "fal", "extract_last_frame": "fal",
      "extract_thumbnail": "fal", "stitch": "fal", "generate_voice": "fal", "generate_music": "fal",
      "level_music": "fal", "mux_audio": "fal", "mix_music": "fal", "burn_captions": "stitch"}'
  );
end;
$$;

comment on function private.chosen_providers(jsonb) is
'Who does each kind of step that may cost money: as a job brought it along, else fal all that it can.';

revoke execute on function private.chosen_providers(jsonb) from public, anon, authenticated, service_role;
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
  elsif p_kind in ('stitch', 'burn_captions') then
    return coalesce((p_input ->> 'seconds')::numeric, private.film_seconds(p_input ->> 'project_id'));
  end if;

  return v_seconds;
end;
$$;

comment on function private.paid_seconds(text, jsonb) is
'Seconds of video that a step works on, as they were ordered; null where nobody can tell beforehand.';

revoke execute on function private.paid_seconds(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0235_function_ended_leases.sql
-- No index has leases alone by when they end. What is due is mostly little, and they are in it; where it is much, what is on
-- its way is read instead: no more than all runners together have slots for.

create or replace function private.ended_leases(p_now timestamptz)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_few constant integer := 300;
  v_due integer;
  v_ended text[];
begin
  select count(*), coalesce(array_agg(due.delivery_id) filter (where due.status = 'delivering'), '{}')
  into v_due, v_ended
  from (
    select webhook_deliveries.delivery_id, webhook_deliveries.status
    from public.webhook_deliveries
    where webhook_deliveries.status in ('pending', 'delivering')
      and webhook_deliveries.due_at <= p_now
    order by webhook_deliveries.due_at
    limit v_few
  ) as due;

  if v_due = v_few then
    return array(
      select webhook_deliveries.delivery_id
      from public.webhook_deliveries
      where webhook_deliveries.status = 'delivering'
        and webhook_deliveries.due_at <= p_now
    );
  end if;
  return v_ended;
end;
$$;

comment on function private.ended_leases(timestamptz) is
'Deliveries that are on their way by a lease that has ended. The caller locks them.';

revoke execute on function private.ended_leases(timestamptz) from public, anon, authenticated, service_role;
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
  v_ended text[] := private.ended_leases(p_now);
  v_worn text[];
  v_free text[];
begin
  if cardinality(v_ended) = 0 then
    return;
  end if;

  v_ended := array(
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.delivery_id = any (v_ended)
      and webhook_deliveries.status = 'delivering'
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
  return jsonb_build_object(
    'is_film',
    p_step.provider = 'stitch'
      and p_providers ->> 'store_films' is distinct from 'always'
      and private.is_last_cut(p_step)
  );
end;
$$;

comment on function private.film_flag(private.steps, jsonb) is
'{is_film} of a step that joins or finishes a film (stitch, mix_music, burn_captions): whether its provider makes the very file that is the film.';

revoke execute on function private.film_flag(private.steps, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0237_function_lane_room.sql
-- A lane whose last try failed gets five at most. One that has failed so often in a row that its breaker opened lets
-- one delivery through at a time, until one gets an answer.

create or replace function private.lane_room(p_lanes text[], p_now timestamptz)
returns table (lane text, turn integer, is_ordered boolean, is_batched boolean, room integer)
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
    array_position(p_lanes, delivery_lanes.lane),
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
      and webhook_deliveries.lane = any (p_lanes)
    group by webhook_deliveries.lane
  ) as under_way using (lane)
  where delivery_lanes.lane = any (p_lanes);
end;
$$;

comment on function private.lane_room(text[], timestamptz) is
'How many deliveries each of these lanes may have more on their way now. The caller holds their locks.';

revoke execute on function private.lane_room(text[], timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0238_function_delivery_work.sql
-- Secrets and header values leave the database here alone, on their way to the runner. Where an endpoint, or what a source is
-- passed on to, has moved meanwhile, a delivery goes to where it is today.

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
          'url', coalesce(
            endpoints.url,
            (
              select webhook_sources.handler_target
              from private.webhook_sources
              where claimed.endpoint_id like 'source:%'
                and webhook_sources.name = substr(claimed.endpoint_id, 8)
                and webhook_sources.handler_kind = 'delivery'
            ),
            claimed.url
          ),
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

--! included supabase/schemas/0238_function_step_work.sql
create or replace function private.step_work(p_step private.steps, p_attempt private.attempts, p_now timestamptz)
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
    'mode', case when p_attempt.request_id is null then 'lookup' else 'ask' end,
    'claim_token', p_step.claim_token,
    'project_id', p_step.project_id,
    'attempt', jsonb_build_object(
      'attempt_id', p_attempt.attempt_id,
      'attempt_token', p_attempt.attempt_id || '.' || private.sign('attempt', p_attempt.attempt_id),
      'number', p_attempt.number,
      'traceparent', private.traceparent_of(p_step.project_id, p_attempt.attempt_id),
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

comment on function private.step_work(private.steps, private.attempts, timestamptz) is
'A leased step whose provider is to be asked, or looked up, and its attempt, as the runner gets them: with the token that the callback URL has.';

revoke execute on function private.step_work(private.steps, private.attempts, timestamptz)
from public, anon, authenticated, service_role;
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
    )::double precision)
    and p_step.updated_at >= p_attempt.deadline_at;
end;
$$;

comment on function private.is_patience_over(private.steps, private.attempts) is
'True where who asked about an overdue step was lost, and the provider has long had all the time that it may have.';

revoke execute on function private.is_patience_over(private.steps, private.attempts) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_claim_step.sql
-- waiting stays waiting, under a lease · running with a lease that ran out → waiting, or queued where
-- nothing was sent; after max_attempts → failed
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
    if private.lock_film_or_postpone(p_step) then
      perform private.fail_unsent(p_step, v_attempt.attempt_id, 'The lease ran out before anything was sent');
    end if;
    return '[]';
  end if;

  if p_step.status = 'running' then
    v_attempt := private.end_lease(p_step, v_attempt);
    -- Its runners died as often as it may be tried.
    if v_attempt.status = 'failed' and p_step.attempt_count - p_step.refusal_count >= private.setting('max_attempts') then
      if private.lock_film_or_postpone(p_step) then
        perform private.fail_step(p_step.step_id, v_attempt.error_message);
      end if;
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

  return jsonb_build_array(private.step_work(v_step, v_attempt, v_now));
end;
$$;

comment on function private.claim_step(private.steps, jsonb) is
'Leases one overdue step that the caller has locked; the work for the runner, none when there is nothing to do about it now.';

revoke execute on function private.claim_step(private.steps, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_claim_work.sql
-- Leases what is due to a runner: steps that can be done with what this installation has configured,
-- and deliveries. p_providers names the provider of each kind of step, {"stitch": "fal", ...}, whose calls are
-- announced ("announced"), and whether films that a stitch service has stored already are to be stored here too
-- ("store_films"). A runner that claims deliveries by themselves says so ("deliveries": "apart"), and is told when some
-- are due.

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
      'model', p_attempt.input ->> 'model',
      'about', jsonb_build_object(
        'scene_id', p_attempt.input -> 'scene_id',
        'project_id', p_attempt.input -> 'project_id'
      )
    )
  );
end;
$$;

comment on function private.abandon_request(private.attempts, private.steps) is
'Queues cancel_request, once, for an attempt that ended while its request may still be running.';

revoke execute on function private.abandon_request(private.attempts, private.steps)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0250_function_lock_step.sql
create or replace function private.lock_step(p_step_id text, p_verb text default 'lock')
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
    raise exception 'Cannot % step "%": no such step', p_verb, p_step_id using errcode = 'RL404';
  end if;

  return v_step;
end;
$$;

comment on function private.lock_step(text, text) is
'Locks project, then step, and returns the step as it is now. Raises RL404, naming the verb.';

revoke execute on function private.lock_step(text, text) from public, anon, authenticated, service_role;
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
    if v_found.is_called_back then
      perform private.apply_buffered(v_found.provider, v_request_id);
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

--! included supabase/schemas/0259_function_wait_out_silence.sql
-- waiting stays waiting, for outage_seconds, while nobody is there who could be asked
--
-- What the provider took is there when it is back, or it is still at it: neither its time nor a look-up's runs out
-- meanwhile. Once it is heard again, it has lookup_seconds at least.

create or replace function private.wait_out_silence(p_step private.steps, p_attempt private.attempts)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
begin
  -- What a film does without, it does not wait for.
  if p_step.status <> 'waiting'
    or p_step.kind in ('storyboard', 'extract_thumbnail')
    or p_attempt.status not in ('submitted', 'in_progress', 'lost')
    or p_attempt.created_at + make_interval(secs => private.setting('outage_seconds')::double precision) <= v_now then
    return false;
  end if;

  perform private.note_overdue(p_step, p_attempt);

  update private.attempts
  set deadline_at = v_now + make_interval(secs => private.setting('lookup_seconds')::double precision)
  where attempts.attempt_id = p_attempt.attempt_id;

  update private.steps
  set
    claim_token = null,
    due_at = v_now + make_interval(secs => private.setting('ask_seconds')::double precision),
    updated_at = v_now
  where steps.step_id = p_step.step_id;
  return true;
end;
$$;

comment on function private.wait_out_silence(private.steps, private.attempts) is
'Asks a provider that is away again in ask_seconds, for outage_seconds from the attempt''s beginning; false past that, and for what a film does without. The caller holds the project''s lock.';

revoke execute on function private.wait_out_silence(private.steps, private.attempts)
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

  -- From when its request was known, which an outage may have kept from us, and no sooner than its deadline, which one puts off.
  if v_now >= greatest(
    coalesce(v_attempt.submitted_at, v_attempt.created_at)
      + make_interval(secs => (v_limit.value #>> '{}')::double precision),
    v_attempt.deadline_at
  ) then
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

--! included supabase/schemas/0266_function_kept_clip.sql
-- Asked of each clip that begins, and there is none but where a call was misjudged: by the key, before all else.

create or replace function private.kept_clip(p_chunk_id text)
returns table (project_id text, input_hash text, input jsonb)
language plpgsql
stable
security invoker
rows 1
set search_path = ''
as $$
begin
  return query
  select film_parts.project_id, film_parts.input_hash, wanted.input
  from public.video_chunks as chunk
  join public.projects using (project_id)
  join private.film_parts
    on film_parts.project_id in (
      projects.project_id,
      -- It is used once: a test would leave nothing to the film itself.
      case when projects.execution_mode is distinct from 'test' then projects.revision_of end
    )
    and film_parts.kind = 'generate_clip'
  cross join lateral (
    select private.input_of(
      jsonb_populate_record(null::private.steps, '{"kind": "generate_clip"}'), projects.aspect_ratio, chunk
    ) || models.made_by as input
    -- The model that its fallback stands in for may have made it all the same.
    from (
      values ('{}'::jsonb), (jsonb_strip_nulls(jsonb_build_object('model', chunk.metadata ->> 'fell_back_from')))
    ) as models (made_by)
  ) as wanted
  where chunk.chunk_id = p_chunk_id
    and film_parts.input_hash = private.clip_hash(wanted.input)
  limit 1;
end;
$$;

comment on function private.kept_clip(text) is
'The clip that was made from what this one is to be made from, and came too late (keep_late_result): of its film, or of the one that it revises.';

revoke execute on function private.kept_clip(text) from public, anon, authenticated, service_role;
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
    when 'cancel_request' then
      -- It was ready before, and whoever makes the same again need not pay for it again.
      perform private.keep_late_result(p_project, steps, attempts.attempt_id, p_output -> 'made')
      from private.attempts
      join private.steps using (step_id)
      where attempts.attempt_id = p_attempt.input ->> 'attempt_id';
    else
      null;
  end case;
end;
$$;

comment on function private.use_output(public.projects, private.steps, private.attempts, jsonb) is
'Moves a film on by what one of its steps, but generate_clip, has made. The caller holds the project''s lock.';

revoke execute on function private.use_output(public.projects, private.steps, private.attempts, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0281_function_use_kept_clip.sql
-- chunk PENDING → COMPLETED, with a clip that was paid for and came too late (keep_late_result): once, for the film
-- itself or for one that revises it. While somebody is asked for the clip it stays where it is.

create or replace function private.use_kept_clip(p_chunk_id text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_asking record;
  v_kept record;
  v_output jsonb;
begin
  select kept.project_id, kept.input_hash, kept.input, chunk.project_id as film_id, chunk.scene_id
  into v_kept
  from private.kept_clip(p_chunk_id) as kept
  join public.video_chunks as chunk on chunk.chunk_id = p_chunk_id
  where chunk.status not in ('SUBMITTED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED');

  if not found then
    return false;
  end if;

  select steps.step_id, steps.status
  into v_asking
  from private.steps
  where steps.project_id = v_kept.film_id
    and steps.kind = 'generate_clip'
    and steps.chunk_id = p_chunk_id
    and steps.status in ('queued', 'running', 'waiting')
  for no key update;

  if v_asking.status <> 'queued' then
    return false;
  end if;

  delete from private.film_parts
  where (film_parts.project_id, film_parts.kind, film_parts.input_hash) in (
    select kept.project_id, kept.kind, kept.input_hash
    from private.film_parts as kept
    where kept.project_id = v_kept.project_id
      and kept.kind = 'generate_clip'
      and kept.input_hash = v_kept.input_hash
    -- Another version may be taking it: that one's turn is not waited for under this film's lock.
    for update skip locked
  )
  returning film_parts.output into v_output;

  if not found then
    return false;
  end if;

  update private.steps
  set status = 'cancelled', updated_at = private.clock()
  where steps.step_id = v_asking.step_id;

  perform private.record_event(v_kept.film_id, 'chunk.reused', v_kept.scene_id, p_chunk_id, jsonb_build_object(
    'from', v_kept.project_id
  ));
  update public.video_chunks
  set model = v_kept.input ->> 'model', metadata = video_chunks.metadata - 'fell_back_from'
  where video_chunks.chunk_id = p_chunk_id
    and video_chunks.model <> v_kept.input ->> 'model';
  perform private.complete_chunks(array[p_chunk_id], array[v_kept.input], array[v_output]);
  return true;
end;
$$;

comment on function private.use_kept_clip(text) is
'Completes a clip with one that was made from the same and came too late; false where there is none, or somebody is at it. The caller holds the project''s lock.';

revoke execute on function private.use_kept_clip(text) from public, anon, authenticated, service_role;
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
    awaiting_approval = null,
    progress = 100,
    final_video_url = p_output ->> 'video_url',
    thumbnail_url = p_output ->> 'thumbnail_url',
    duration = coalesce(
      (p_output ->> 'duration')::numeric,
      (
        select case when count(*) = count(scenes.duration) then sum(scenes.duration) end
        from public.scenes
        where scenes.project_id = p_project_id
      )
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
'stitching → completed, once; p_output is that of store_film or of a stitch service, or the film of another version. The caller holds the project''s lock.';

revoke execute on function private.complete_project(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0291_function_is_thumbnail_left.sql
-- A film does without one that failed, until it is stitched anew.

create or replace function private.is_thumbnail_left(p_project_id text, p_chunk_id text)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return case coalesce((private.film_step(p_project_id, 'extract_thumbnail')).status, 'none')
    when 'queued' then true
    when 'none' then not exists (
      select 1
      from public.projects
      join private.steps using (project_id)
      where projects.project_id = p_project_id
        and 'stitching' in (projects.status, projects.paused_from)
        and steps.chunk_id = p_chunk_id
        and steps.kind = 'extract_thumbnail'
        and steps.status = 'failed'
    )
    else false
  end;
end;
$$;

comment on function private.is_thumbnail_left(text, text) is
'True where nobody has taken the first frame of the film yet, nor is at it; p_chunk_id is its first clip.';

revoke execute on function private.is_thumbnail_left(text, text) from public, anon, authenticated, service_role;
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
    and private.is_thumbnail_left(p_project_id, video_chunks.chunk_id);

  return query
  select sound.kind, sound.input, sound.chunk_id, (sound.input ->> 'seconds')::numeric
  from private.remaining_sound(p_project_id) as sound;
end;
$$;

comment on function private.remaining_work(text) is
'What a film still needs from outside, whether it is queued or not, with as much of the input as its price depends on, and the seconds of its clip.';

revoke execute on function private.remaining_work(text) from public, anon, authenticated, service_role;
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
    select private.chosen_providers(
      (select job_requests.providers from private.job_requests where job_requests.project_id = p_project_id)
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
      p_project_id, 'generate_clip', private.chosen_providers(job_requests.providers)
    )) as usd
    from private.job_requests
    cross join jsonb_array_elements(v_scenes) as item (scene)
    cross join jsonb_array_elements(item.scene -> 'chunks') as part (clip)
    where job_requests.project_id = p_project_id
    union all
    select voices.input ->> 'model', private.estimate_cost('generate_voice', voices.input, private.provider_of(
      p_project_id, 'generate_voice', private.chosen_providers(job_requests.providers)
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
  v_providers jsonb := private.chosen_providers(p_job -> 'providers');
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

--! included supabase/schemas/0297_function_insert_job_requests.sql
-- What a job asks for that its project does not say: in a table that nobody reads, for clients' header values are in it.

create or replace function private.insert_job_requests(
  p_jobs jsonb[],
  p_ids text[],
  p_digests text[],
  p_providers jsonb default null
)
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
    coalesce(nullif(p_jobs[each.n] -> 'providers', 'null'), p_providers)
  from generate_series(1, cardinality(p_ids)) as each (n)
  where p_ids[each.n] is not null;
end;
$$;

comment on function private.insert_job_requests(jsonb[], text[], text[], jsonb) is
'Inserts the requests of new projects; their jobs, their ids (null: the job has none) and the digests of their bodies stand in one order; providers: of the jobs that do not name their own.';

revoke execute on function private.insert_job_requests(jsonb[], text[], text[], jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0298_function_estimate_jobs.sql
-- Most jobs of a moment ask for films of one shape.

create or replace function private.estimate_jobs(p_jobs jsonb[], p_shapes text[], p_providers jsonb)
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
      v_prices := v_prices || private.estimate_clips(jsonb_build_object('providers', p_providers) || p_jobs[n]);
      v_place := cardinality(v_known);
    end if;
    v_usd[n] := v_prices[v_place];
  end loop;

  return v_usd;
end;
$$;

comment on function private.estimate_jobs(jsonb[], text[], jsonb) is
'What estimate_film will say of the film of each plain job, in the order of the jobs: once for each shape (job_shapes); providers: of the jobs that do not name their own.';

revoke execute on function private.estimate_jobs(jsonb[], text[], jsonb) from public, anon, authenticated, service_role;
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

  -- The clips; one that says nothing else has its scene's prompt
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
      coalesce(clips.chunk ->> 'prompt', clips.scene ->> 'prompt'),
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

create or replace function private.insert_projects(
  p_jobs jsonb[],
  p_taken boolean[],
  p_usd numeric[],
  p_providers jsonb
)
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

  perform private.insert_job_requests(p_jobs, v_ids, v_digests, p_providers);
  return v_ids;
end;
$$;

comment on function private.insert_projects(jsonb[], boolean[], numeric[], jsonb) is
'Inserts a project for each job that is taken, and what it asked for; their ids in the order of the jobs, null where the idempotency key was there already. The caller holds the locks of the version counts.';

revoke execute on function private.insert_projects(jsonb[], boolean[], numeric[], jsonb)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0298_function_reuse_late_clips.sql
-- chunks PENDING → COMPLETED, before a budget is held against the revision: what is there costs nothing.
--
-- Of scenes that begin with an image of their own, or with words alone: which frame another one begins with is not known
-- yet. Where somebody has to approve first, nothing is begun.

create or replace function private.reuse_late_clips(p_project public.projects)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_chunk_id text;
begin
  if p_project.stop_at is not null or not exists (
    select 1
    from private.film_parts
    where film_parts.project_id = p_project.revision_of
      and film_parts.kind = 'generate_clip'
  ) then
    return;
  end if;

  for v_chunk_id in
    update public.video_chunks
    set image_url = coalesce(scenes.reframed_image_url, scenes.image_url, p_project.image_url)
    from public.scenes
    where scenes.project_id = p_project.project_id
      and (scenes.position = 1 or scenes.continuity <> 'last_frame')
      -- Which image a clip begins with is known once that has its shape; until then it counts as a still to be made.
      and (scenes.reframe_to is null or scenes.reframed_image_url is not null)
      and video_chunks.scene_id = scenes.scene_id
      and video_chunks.position = 1
      and video_chunks.status = 'PENDING'
    returning video_chunks.chunk_id
  loop
    perform private.use_kept_clip(v_chunk_id);
  end loop;
end;
$$;

comment on function private.reuse_late_clips(public.projects) is
'Uses the clips that came too late for the film that this one revises (use_kept_clip), where that needs nobody''s approval.';

revoke execute on function private.reuse_late_clips(public.projects) from public, anon, authenticated, service_role;
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
'→ queued; idempotent by key. Outcome created, duplicate, conflict (same key, other body) or over_budget (nothing was created). Called by webhook and videos.';

revoke execute on function public.create_project(jsonb, text[]) from public, anon, authenticated;
grant execute on function public.create_project(jsonb, text[]) to service_role;
--! end included

--! included supabase/schemas/0299_function_create_projects.sql
-- → queued, or what follows from it at once, as many jobs as came together
--
-- A statement for each table, however many they are. What cannot be done for several at a time, or
-- would have to wait for somebody, is left to create_project: a slow job keeps no other one waiting.

create or replace function public.create_projects(p_jobs jsonb, p_providers jsonb default null)
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

  v_usd := private.estimate_jobs(v_jobs, v_shapes, p_providers);
  v_ids := private.insert_projects(v_jobs, v_taken, v_usd, p_providers);
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

comment on function public.create_projects(jsonb, jsonb) is
'→ queued, each idempotent by its key. What create_project answers to each, in the order of the jobs; null for a job that it has to be asked about. Providers: of the jobs that do not name their own. Called by webhook.';

revoke execute on function public.create_projects(jsonb, jsonb) from public, anon, authenticated;
grant execute on function public.create_projects(jsonb, jsonb) to service_role;
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
      perform private.reuse_late_clips(v_project);
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

  if p_attempt.status = 'cancelled' or p_attempt.status = 'failed' and p_result ->> 'state' = 'in_progress' then
    v_attempt.request_id := p_result ->> 'request_id';
    perform private.abandon_request(v_attempt, p_step);
  end if;
  perform private.hold_over_budget(p_step.project_id);
end;
$$;

comment on function private.note_taken(private.steps, private.attempts, jsonb) is
'A provider that calls back about what it had refused, what nobody knew of, or what was cancelled before its answer came, took it: it counts as paid, and what had been refused or cancelled is given up. The caller holds the project''s lock.';

revoke execute on function private.note_taken(private.steps, private.attempts, jsonb)
from public, anon, authenticated, service_role;
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
      -- Whoever was in the way says nothing of it, and its sender, who was answered, does not send it again.
      when deadlock_detected or serialization_failure or lock_not_available then
        raise;
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

--! included supabase/schemas/0317_function_event_body.sql
-- The body is fixed when it is queued, to the byte: it is what is signed in every try. The event's
-- own time is the timestamp; that of a try travels in its headers.

create or replace function private.event_body(p_type text, p_at timestamptz, p_data json)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select row_to_json(message)::text
    from (select p_type as type, private.iso_time(p_at) as timestamp, p_data as data) as message
  );
end;
$$;

comment on function private.event_body(text, timestamptz, json) is '{type, timestamp, data} as Standard Webhooks recommends it.';

revoke execute on function private.event_body(text, timestamptz, json) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0318_function_film_body.sql
create or replace function private.film_body(p_project public.projects, p_type text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return private.event_body(p_type, private.clock(), (
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
  ));
end;
$$;

comment on function private.film_body(public.projects, text) is
'{type, timestamp, data} about a project (event_body).';

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
  return private.event_body(p_type, private.clock(), (
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
  ));
end;
$$;

comment on function private.stage_body(public.projects, text, public.scenes) is
'{type, timestamp, data} about a stage of a film (event_body); data.scene is null where the stage is not a scene''s.';

revoke execute on function private.stage_body(public.projects, text, public.scenes) from public, anon, authenticated, service_role;
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

  perform private.withdraw_ends(p_project.project_id);

  if p_project.callback_url is not null and v_type = any (coalesce(v_request.events, array[v_type])) then
    perform private.queue_delivery(p_project, v_type, private.delivery_body(p_project, v_type));
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

--! included supabase/schemas/0320_function_queue_delivery.sql
create or replace function private.queue_delivery(p_project public.projects, p_type text, p_body text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.webhook_deliveries (project_id, type, url, body)
  values (p_project.project_id, p_type, p_project.callback_url, p_body);

  perform private.record_event(
    p_project.project_id, 'delivery.queued', null, null, jsonb_build_object('type', p_type)
  );
end;
$$;

comment on function private.queue_delivery(public.projects, text, text) is '→ pending: one delivery to the job''s callback_url.';

revoke execute on function private.queue_delivery(public.projects, text, text)
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
    perform private.queue_delivery(v_project, p_type, v_body);
  end if;
  perform private.queue_event(v_project, p_type, v_body);
end;
$$;

comment on function private.queue_stage(text, text, public.scenes) is
'→ pending: a stage of a film has begun or ended. p_scene is null where it is no scene''s.';

revoke execute on function private.queue_stage(text, text, public.scenes) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0325_function_record_deliveries.sql
-- delivering → delivered | pending | dead | skipped, a page at a time

create or replace function public.record_deliveries(p_results jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_plain jsonb := private.plain_results(p_results);
  v_others text[] := array(
    select results.delivery_id
    from jsonb_to_recordset(p_results) as results (delivery_id text)
    except
    select plain.delivery_id
    from jsonb_to_recordset(v_plain) as plain (delivery_id text)
  );
  v_result record;
  v_stale integer;
begin
  if cardinality(v_others) > 0 then
    -- Before any delivery: whoever has an endpoint may want those that go to it.
    perform private.lock_receivers(v_others);
    -- What is plain is written first: it goes by id all the same, as it does in every other page.
    perform 1
    from jsonb_to_recordset(p_results) as results (delivery_id text, claim_token uuid)
    join public.webhook_deliveries using (delivery_id)
    where webhook_deliveries.claim_token = results.claim_token
    order by webhook_deliveries.delivery_id
    for no key update of webhook_deliveries;
  end if;

  v_stale := jsonb_array_length(v_plain) - cardinality(private.record_delivered(v_plain));

  for v_result in
    select results.delivery_id, results.claim_token, results.result
    from (
      select
        given.value ->> 'delivery_id' as delivery_id,
        (given.value ->> 'claim_token')::uuid as claim_token,
        given.value as result
      from jsonb_array_elements(p_results) as given
    ) as results
    where results.delivery_id = any (v_others)
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

--! included supabase/schemas/0329_function_projects_by_status.sql
create or replace function private.projects_by_status()
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(counted.status, counted.n), '{}')
  from (select projects.status, count(*) as n from public.projects group by projects.status) as counted;
$$;

comment on function private.projects_by_status() is '{"completed": 12, "failed": 1}: all films there are.';

revoke execute on function private.projects_by_status() from public, anon, authenticated, service_role;
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
    'by_status', private.projects_by_status(),
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

--! included supabase/schemas/0345_function_broken_statuses.sql
create or replace function private.broken_statuses()
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
    );
$$;

comment on function private.broken_statuses() is
'Broken invariants between the statuses of projects, scenes, chunks, steps and attempts.';

revoke execute on function private.broken_statuses() from public, anon, authenticated, service_role;
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
  select broken.invariant, broken.id from private.broken_statuses() as broken
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

--! included supabase/schemas/0415_trigger_projects_tell.sql
-- A project has come further → a delivery, to those who asked for progress, and whoever listens hears where
-- it stands. One trigger without a condition of its own: Postgres reads a condition anew for each update.

create or replace function private.tg_projects__tell()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
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
        perform private.queue_delivery(
          new, 'video.generation.progress', private.delivery_body(new, 'video.generation.progress')
        );
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

--! included supabase/schemas/0426_trigger_prices_hold.sql
-- A price that is raised makes films dearer than they were told. Those with a budget are held before anything more is
-- begun for them: what is begun is reserved at the price of that moment. For the others it is noticed as they go on
-- (hold_dearer). Locked in the order in which delete_user_data goes through a user's films, the other one that takes several
-- and waits for them.

create or replace function private.tg_prices__hold()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_project_id text;
begin
  for v_project_id in
    select projects.project_id
    from public.projects
    where projects.status in ('queued', 'storyboarding', 'generating', 'stitching')
      and projects.max_cost_usd is not null
    order by projects.user_id, projects.video_id, projects.project_id
    for no key update
  loop
    perform private.hold_over_budget(v_project_id);
  end loop;
  return null;
end;
$$;

comment on function private.tg_prices__hold() is 'Prices change → films that do not fit into their max_cost_usd any more are paused.';

revoke execute on function private.tg_prices__hold() from public, anon, authenticated, service_role;

create or replace trigger _500_hold after insert or update or delete on private.prices
for each statement execute function private.tg_prices__hold();
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
'paused, awaiting approval → paused_from. {project_id, was, status, requests_given_up, approved}. Raises RL404, and RL409 where nothing, or something else than p_stage, awaits it. Called by webhook and webhook-manage.';

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
'→ cancelled; idempotent. {project_id, was, status, requests_given_up}. Raises RL404, and RL409 when the film has ended otherwise. Called by webhook-manage.';

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

  perform private.hold_steps(p_project_id);

  if v_project.status <> 'paused' then
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
'Makes a completed film the preferred version of its video; idempotent. {project_id, was, status, requests_given_up, preferred}. Raises RL404, RL409. Called by webhook and webhook-manage.';

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
'paused → paused_from; idempotent. {project_id, was, status, requests_given_up}. Raises RL404, and RL409 when the film has ended or awaits an approval. Called by webhook-manage.';

revoke execute on function public.resume_project(text, text) from public, anon, authenticated;
grant execute on function public.resume_project(text, text) to service_role;
--! end included

--! included supabase/schemas/0510_function_retry_project.sql
-- project failed | cancelled → generating | stitching
--
-- From where it failed: what was finished is kept, and so is what was paid for and came too late; the rest is asked for
-- again. An attempt whose outcome is still unknown is paid a second time here, because a person decided so.

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
'failed | cancelled → generating | stitching, keeping what was finished. {project_id, was, status, requests_given_up}. Raises RL404, RL409. Called by webhook-manage.';

revoke execute on function public.retry_project(text, text) from public, anon, authenticated;
grant execute on function public.retry_project(text, text) to service_role;
--! end included

--! included supabase/schemas/0520_function_redrive_delivery.sql
-- delivery dead | pending → pending, due at once
--
-- The client's server is mended: send it again, under the same webhook-id, through the whole schedule where need be.

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
'dead | pending → pending, due at once. {delivery_id, was, status}. Raises RL404, RL409 (also where its endpoint is disabled or gone, or its body too large). Called by webhook-manage.';

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
'Any that has ended → pending, under the same webhook-id; of a batch, it leaves it. {delivery_id, was, status}. Raises RL404, RL409. Called by webhook-manage.';

revoke execute on function public.replay_delivery(text) from public, anon, authenticated;
grant execute on function public.replay_delivery(text) to service_role;
--! end included

--! included supabase/schemas/0530_function_regenerate_scene.sql
-- project any but paused → generating · the scene, and those chained to it, get a new take
--
-- Old takes stay, unselected. p_changes may give this scene another prompt, image_url, audio_url or model, the aspect
-- ratio that its image has to have (reframe_to), or chunks as a job has them; the caller has checked that the model
-- offers them. What failed beside it is asked for again.

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
'A new take of a scene and of those chained to it. {project_id, was, status, requests_given_up, take, scenes}. Raises RL400, RL404, RL409. Called by webhook-manage.';

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
begin
  if not exists (select 1 from public.scenes where scenes.project_id = p_project_id) then
    perform private.reopen_storyboard(p_project_id);
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

  -- What has come since is not left to do, and no cost to be approved.
  perform private.use_kept_clip(video_chunks.chunk_id)
  from public.video_chunks
  where video_chunks.project_id = p_project_id
    and video_chunks.selected
    and video_chunks.status <> 'COMPLETED'
    -- It was asked for before: its first frame is the one that it begins with.
    and exists (
      select 1
      from private.steps
      where steps.project_id = p_project_id
        and steps.kind = 'generate_clip'
        and steps.chunk_id = video_chunks.chunk_id
    );
  perform private.prepare_film(p_project_id);
end;
$$;

comment on function private.reopen_project(text) is
'→ generating | stitching, and queues what is missing. Raises RL409 (reopen_storyboard). The caller holds the project''s lock.';

revoke execute on function private.reopen_project(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0530_function_reopen_storyboard.sql
-- project failed | cancelled → storyboarding: its scenes are asked for again, from the words of before

create or replace function private.reopen_storyboard(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_brief jsonb;
begin
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
end;
$$;

comment on function private.reopen_storyboard(text) is
'→ storyboarding, for a film that never had scenes. Raises RL409 where what they would be written from is pruned. The caller holds the project''s lock.';

revoke execute on function private.reopen_storyboard(text) from public, anon, authenticated, service_role;
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
'Puts an earlier take of a scene (and of those chained to it) into the film again, which is stitched anew. {project_id, was, status, requests_given_up, take, scenes}. Raises RL404, RL409. Called by webhook-manage.';

revoke execute on function public.select_take(text, integer) from public, anon, authenticated;
grant execute on function public.select_take(text, integer) to service_role;
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
    'projects', private.projects_by_status(),
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

--! included supabase/schemas/0642_function_read_health.sql
-- What is wrong where a check is not ok. Database: it is read-only, as Supabase makes it when the disk is full. Bell:
-- rings stay unanswered, so pg_net does not deliver. Sweep: none has finished within a minute, though Postgres runs for
-- longer. Overdue: nobody looked at something for five minutes, though not all is paused. Invariants: the last look at
-- them that came to an end (note_invariants; checked_at) found a broken one; one begun since (tried_at) was broken off.

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
      'checked_at', v_invariants.checked_at,
      'tried_at', v_invariants.tried_at
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
  v_step private.steps := private.lock_step(p_step_id, 'redrive');
  v_project public.projects;
  v_again private.steps;
  v_status text := 'queued';
begin
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
    v_again := private.film_step(v_step.project_id, 'extract_thumbnail');
    -- Another version may be the same film, with a thumbnail: then this one has it by now, and nobody is asked.
    if v_again.step_id is not null then
      v_step := v_again;
    else
      v_status := (select projects.status from public.projects where projects.project_id = v_step.project_id);
    end if;
  end if;

  perform private.record_event(v_step.project_id, 'step.redriven', v_step.scene_id, v_step.chunk_id, jsonb_build_object(
    'kind', v_step.kind, 'step_id', v_step.step_id
  ));
  return jsonb_build_object('step_id', v_step.step_id, 'kind', v_step.kind, 'was', 'failed', 'status', v_status);
end;
$$;

comment on function public.redrive_step(text) is
'failed → queued, for what a film went on without: a cancel_request, or a thumbnail (as a new step; the film is stored again with it). {step_id, kind, was, status}. Raises RL404, RL409. Called by webhook-manage.';

revoke execute on function public.redrive_step(text) from public, anon, authenticated;
grant execute on function public.redrive_step(text) to service_role;
--! end included

--! included supabase/schemas/0666_function_replayable_deliveries.sql
-- p_filter: statuses (without: dead, skipped), endpoint_id, user_id, project_id, type, from, to; each may be absent or
-- null. What an endpoint does not want is sent to it only where somebody says so. A batch fits a project or a type by
-- what travelled in it, and a user by its endpoint. An end that is filtered because the film has ended anew since is sent
-- again only by itself: a client that hears of the end of now would take the one before for the last.
--
-- Planned with its filters: of months of deliveries it reads those of the endpoint, the film, the user or the time that is
-- named, or what did not arrive.

create or replace function private.replayable_deliveries(p_filter jsonb)
returns table (delivery_id text, created_at timestamptz, "position" bigint)
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_statuses text[] := array(select jsonb_array_elements_text(nullif(p_filter -> 'statuses', 'null')));
  v_endpoint_id text := p_filter ->> 'endpoint_id';
  v_user_id text := p_filter ->> 'user_id';
  v_project_id text := p_filter ->> 'project_id';
  v_type text := p_filter ->> 'type';
  v_from timestamptz := p_filter ->> 'from';
  v_to timestamptz := p_filter ->> 'to';
  v_after text := private.first_id_at('dlv', v_from);
  v_before text := private.first_id_at('dlv', v_to + interval '2 hours');
  v_project_ids text[] := array(select projects.project_id from public.projects where projects.user_id = v_user_id);
  v_endpoint_ids text[] := array(select endpoints.endpoint_id from private.endpoints where endpoints.user_id = v_user_id);
  v_batch_ids text[] := array(
    select distinct event.batch_id
    from public.webhook_deliveries as event
    where event.project_id = v_project_id
      and event.batch_id is not null
  );
begin
  if cardinality(v_statuses) = 0 then
    v_statuses := array['dead', 'skipped'];
  end if;

  return query
  select ended.delivery_id, ended.created_at, ended.position
  from private.resendable_deliveries as ended
  where ended.status = any (v_statuses)
    and (ended.status <> 'filtered' or coalesce(ended.endpoint_id, 'notification') <> 'notification')
    and (v_endpoint_id is null or ended.endpoint_id = v_endpoint_id)
    and (v_project_id is null or ended.project_id = v_project_id or ended.delivery_id = any (v_batch_ids))
    and (v_user_id is null or ended.project_id = any (v_project_ids) or ended.endpoint_id = any (v_endpoint_ids))
    and (
      v_type is null
      or ended.type = v_type
      or ended.type = 'batch'
      and exists (
        select 1
        from public.webhook_deliveries as event
        where event.batch_id = ended.delivery_id
          and (v_project_id is null or event.project_id = v_project_id)
          and event.type = v_type
      )
    )
    and (v_from is null or ended.created_at >= v_from and ended.delivery_id > v_after)
    and (v_to is null or ended.created_at <= v_to and ended.delivery_id < v_before);
end;
$$;

comment on function private.replayable_deliveries(jsonb) is
'Deliveries that have ended, fit the filter and can be sent again.';

revoke execute on function private.replayable_deliveries(jsonb) from public, anon, authenticated, service_role;
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
'Which model makes a clip where p_model refuses it or is down; null: none. The caller has checked that it can. Raises RL400. Called by webhook-manage.';

revoke execute on function public.put_model_fallback(text, text, boolean) from public, anon, authenticated;
grant execute on function public.put_model_fallback(text, text, boolean) to service_role;
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
'Endpoints without secrets and header values; null leaves a filter out, and without any it tells all there are. Called by webhook-manage for one; page_endpoints has many.';

revoke execute on function public.list_endpoints(text, text) from public, anon, authenticated;
grant execute on function public.list_endpoints(text, text) to service_role;
--! end included

--! included supabase/schemas/0682_function_page_deliveries.sql
-- As page_callbacks: keyset by id, planned with its filters. No index knows the types: a page looks for one among so many
-- deliveries, and the next one goes on behind the last of those.

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
  v_looked_at integer := case when v_type is null then p_limit else greatest(p_limit, 10000) end;
  v_docs jsonb;
  v_last text;
begin
  select
    coalesce(jsonb_agg(private.delivery_doc(shown) order by page.delivery_id desc) filter (where page.is_found), '[]'),
    -- Null where all have been looked at
    case when count(*) = p_limit or max(page.nth) = v_looked_at then min(page.delivery_id) end
  into v_docs, v_last
  from (
    select looked.*
    from (
      select
        newest.delivery_id,
        row_number() over (order by newest.delivery_id desc) as nth,
        v_type is null or newest.type = v_type as is_found
      from (
        select webhook_deliveries.delivery_id, webhook_deliveries.type
        from public.webhook_deliveries
        where (p_before is null or webhook_deliveries.delivery_id < p_before)
          and (v_status is null or webhook_deliveries.status = v_status)
          and (v_project_id is null or webhook_deliveries.project_id = v_project_id)
          and (v_endpoint_id is null or webhook_deliveries.endpoint_id = v_endpoint_id)
        order by webhook_deliveries.delivery_id desc
        limit v_looked_at
      ) as newest
    ) as looked
    where looked.is_found or looked.nth = v_looked_at
    order by looked.delivery_id desc
    limit p_limit
  ) as page
  join public.webhook_deliveries as shown on shown.delivery_id = page.delivery_id;

  return jsonb_build_object('docs', v_docs, 'next', v_last);
end;
$$;

comment on function public.page_deliveries(jsonb, text, integer) is
'{docs, next}: the newest deliveries behind p_before, without their bodies; p_filter {status, type, project_id, endpoint_id}, a type being looked for among 10,000 a page. Called by webhook-manage.';

revoke execute on function public.page_deliveries(jsonb, text, integer) from public, anon, authenticated;
grant execute on function public.page_deliveries(jsonb, text, integer) to service_role;
--! end included

--! included supabase/schemas/0682_function_page_endpoints.sql
-- As page_deliveries, but the oldest first: keyset by id, planned with its filters. Each endpoint is told with what is open to
-- it, and a thousand of them take as long as that.

create or replace function public.page_endpoints(p_user_id text default null, p_after text default null, p_limit integer default 100)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_docs jsonb;
  v_count integer;
  v_last text;
begin
  select
    coalesce(jsonb_agg(private.endpoint_view(page::private.endpoints) order by page.endpoint_id), '[]'),
    count(*),
    max(page.endpoint_id)
  into v_docs, v_count, v_last
  from (
    select endpoints.*
    from private.endpoints
    where (p_after is null or endpoints.endpoint_id > p_after)
      and (p_user_id is null or endpoints.user_id = p_user_id)
    order by endpoints.endpoint_id
    limit p_limit
  ) as page;

  return jsonb_build_object('docs', v_docs, 'next', case when v_count = p_limit then v_last end);
end;
$$;

comment on function public.page_endpoints(text, text, integer) is
'{docs, next}: the oldest endpoints behind p_after, a user''s alone where there is one, without secrets and header values. Called by webhook-manage.';

revoke execute on function public.page_endpoints(text, text, integer) from public, anon, authenticated;
grant execute on function public.page_endpoints(text, text, integer) to service_role;
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
    insert into private.endpoints (user_id, url)
    values (p_changes ->> 'user_id', private.small_scheme(p_changes ->> 'url'))
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

--! included supabase/schemas/0684_function_delete_endpoint.sql
-- What was sent to it stays on record, until housekeeping takes it or its user's data are deleted: of batches there may be
-- tens of thousands, with as many events each as would have to be written anew. Tests go as far as they are recent, because
-- they name no film by which its user is found.

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
    where webhook_deliveries.delivery_id in (
      select recent.delivery_id
      from (
        select webhook_deliveries.delivery_id, webhook_deliveries.type
        from public.webhook_deliveries
        where webhook_deliveries.endpoint_id = p_endpoint_id
        order by webhook_deliveries.created_at desc
        limit 10000
      ) as recent
      where recent.type = 'endpoint.test'
    )
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
    'by_status', private.projects_by_status(),
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
  values (p_endpoint_id, 'endpoint.test', v_endpoint.url, private.event_body(
    'endpoint.test', private.clock(), json_build_object('endpoint_id', p_endpoint_id, 'user_id', v_endpoint.user_id)
  ))
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
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_page jsonb := public.page_deliveries(p_filter, null, p_limit);
  v_docs jsonb := v_page -> 'docs';
begin
  -- A page that looked for a type may have found too few.
  while v_page ->> 'next' is not null and jsonb_array_length(v_docs) < p_limit loop
    v_page := public.page_deliveries(p_filter, v_page ->> 'next', p_limit - jsonb_array_length(v_docs));
    v_docs := v_docs || (v_page -> 'docs');
  end loop;
  return v_docs;
end;
$$;

comment on function public.list_deliveries(jsonb, integer) is
'The newest deliveries that fit, as page_deliveries has them. Called by webhook-manage.';

revoke execute on function public.list_deliveries(jsonb, integer) from public, anon, authenticated;
grant execute on function public.list_deliveries(jsonb, integer) to service_role;
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
      -- What travels in a batch is sent again as that batch.
      and not exists (
        select 1
        from public.webhook_deliveries as event
        where event.batch_id = webhook_deliveries.delivery_id
          and event.status = 'batched'
      )
    for update skip locked
  );

  get diagnostics deleted = row_count;

  -- Whoever is sent to again gets a new one.
  delete from private.delivery_lanes
  where delivery_lanes.lane in (
    select delivery_lanes.lane
    from private.delivery_lanes
    where delivery_lanes.updated_at < p_before
      and delivery_lanes.tokens is null
      and not private.has_open_deliveries(delivery_lanes.lane)
    limit p_limit
    for update skip locked
  );
end;
$$;

comment on function private.prune_deliveries(text, timestamptz, integer) is
'Deletes the ended deliveries, with their tries, of no project, and of projects that nothing has happened to since p_before, out of the next p_limit; and lanes that nothing waits for.';

revoke execute on function private.prune_deliveries(text, timestamptz, integer) from public, anon, authenticated, service_role;
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
'Deletes events older than p_before, but those of unfinished projects, out of the next p_limit; next_after is where the page after it begins.';

revoke execute on function private.prune_events(text, timestamptz, integer) from public, anon, authenticated, service_role;
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

  -- Before what was seen: whoever gives a buffered one up has its record first.
  perform 1
  from public.webhook_logs
  where webhook_logs.webhook_log_id = any (v_logs)
  order by webhook_logs.webhook_log_id
  for update;

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

--! included supabase/schemas/0734_function_close_endpoints_of.sql
create or replace function private.close_endpoints_of(p_user_id text)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_ids text[] := private.lock_endpoints_of(p_user_id);
begin
  update private.endpoints
  set
    is_enabled = false,
    disabled_at = private.clock(),
    disable_reason = 'The data of its user are being deleted',
    updated_at = private.clock()
  where endpoints.endpoint_id = any (v_ids)
    and endpoints.is_enabled;
  return v_ids;
end;
$$;

comment on function private.close_endpoints_of(text) is
'enabled → disabled for a user''s endpoints: nothing more is sent to them. Locks them, in the lock order, and names them.';

revoke execute on function private.close_endpoints_of(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0735_function_batches_of.sql
-- What an endpoint was sent that has been deleted since is found by the films: batches name none. Each of them may hold
-- a hundred other films' events, which are written anew when it goes.

create or replace function private.batches_of(p_project_ids text[], p_but text[], p_limit integer)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return array(
    select distinct webhook_deliveries.batch_id
    from public.webhook_deliveries
    where webhook_deliveries.project_id = any (p_project_ids)
      and webhook_deliveries.batch_id <> all (p_but)
    limit p_limit
  );
end;
$$;

comment on function private.batches_of(text[], text[], integer) is
'Ids of p_limit batches at most that these projects'' events travelled in, but for p_but.';

revoke execute on function private.batches_of(text[], text[], integer) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0735_function_delete_endpoints_of.sql
-- An endpoint goes once nothing that was or is to be sent to it is left: its user is how that is found.

create or replace function private.delete_endpoints_of(p_endpoint_ids text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_ids text[] := array(
    select endpoint.id
    from unnest(p_endpoint_ids) as endpoint (id)
    where not exists (
      select 1
      from public.webhook_deliveries
      where webhook_deliveries.endpoint_id = endpoint.id
    )
  );
begin
  delete from private.delivery_lanes where delivery_lanes.lane = any (v_ids);
  delete from private.endpoints where endpoints.endpoint_id = any (v_ids);
end;
$$;

comment on function private.delete_endpoints_of(text[]) is
'Deletes those of these endpoints that no delivery names any more. The caller holds their locks.';

revoke execute on function private.delete_endpoints_of(text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0735_function_delete_messages.sql
create or replace function private.delete_messages(p_delivery_ids text[], p_project_ids text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- Those of endpoints and of projects at once: a page of results has both, and goes by id. What travels in a batch comes
  -- behind it: whoever ends, sends again or prunes a batch has that first.
  perform 1
  from public.webhook_deliveries
  where webhook_deliveries.delivery_id = any (p_delivery_ids)
    or webhook_deliveries.project_id = any (p_project_ids)
    or webhook_deliveries.batch_id = any (p_delivery_ids)
  order by webhook_deliveries.batch_id is not null, webhook_deliveries.delivery_id
  for update;

  -- What travelled in a batch stays for as long as its film.
  update public.webhook_deliveries
  set status = 'skipped', error = 'The batch that it travelled in was deleted', updated_at = private.clock()
  where webhook_deliveries.batch_id = any (p_delivery_ids)
    and webhook_deliveries.status = 'batched';

  delete from public.webhook_deliveries where webhook_deliveries.delivery_id = any (p_delivery_ids);
end;
$$;

comment on function private.delete_messages(text[], text[]) is
'Locks these deliveries and those of these projects, in the lock order, and deletes the former. The caller holds their endpoints, and deletes the projects.';

revoke execute on function private.delete_messages(text[], text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0735_function_messages_of.sql
-- Behind an endpoint's oldest deliveries come younger ones, a batch behind the events in it.

create or replace function private.messages_of(p_endpoint_ids text[], p_limit integer)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_endpoint_id text;
  v_ids text[] := '{}';
begin
  foreach v_endpoint_id in array p_endpoint_ids loop
    v_ids := v_ids || array(
      select webhook_deliveries.delivery_id
      from public.webhook_deliveries
      where webhook_deliveries.endpoint_id = v_endpoint_id
      order by webhook_deliveries.created_at
      limit p_limit - cardinality(v_ids)
    );
  end loop;
  return v_ids;
end;
$$;

comment on function private.messages_of(text[], integer) is
'Ids of p_limit deliveries at most: the oldest to these endpoints.';

revoke execute on function private.messages_of(text[], integer) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0740_function_delete_user_data.sql
-- project any → cancelled where it was unfinished, and then gone with all that is known of it
--
-- A video whose requests are still being given up at a provider stays until they are: call again until
-- done is true. All stay while there are more messages to endpoints, or batches, than one call deletes: of hundreds of
-- thousands, all in one, none would be gone before its time is over. Files are the caller's to remove: their paths are in
-- no table any more. An endpoint that is made meanwhile stays for the next call, too: to lock it behind projects is not the
-- lock order.

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
  v_endpoint_ids text[];
  v_project public.projects;
  v_video_id text;
  v_ids text[] := '{}';
  v_cancelled integer := 0;
  v_most_messages integer := 50 * p_limit;
  v_messages text[];
  v_batches text[];
  v_paths text[];
  v_records record;
begin
  -- Before any delivery: cancelling makes what waits for a batch due, and a claim that has the endpoint wants just that.
  v_endpoint_ids := private.close_endpoints_of(p_user_id);

  -- All versions of a video go at once: they count up without gaps.
  for v_video_id in
    select distinct projects.video_id from public.projects where projects.user_id = p_user_id order by projects.video_id
  loop
    -- What is under way goes with a later call: of thousands, all in one, none would be cancelled before its time is over.
    exit when cardinality(v_ids) >= p_limit or v_cancelled >= 10 * p_limit;

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

    v_ids := v_ids || private.deletable_versions(p_user_id, v_video_id, p_waits);
  end loop;

  v_messages := private.messages_of(v_endpoint_ids, v_most_messages);
  v_batches := private.batches_of(v_ids, v_messages, p_limit + 1);
  if cardinality(v_messages) >= v_most_messages or cardinality(v_batches) > p_limit then
    v_ids := '{}';
  end if;
  perform private.delete_messages(v_messages || v_batches, v_ids);
  perform private.delete_endpoints_of(v_endpoint_ids);
  v_paths := private.films_stored_for(v_ids);
  select * into v_records from private.delete_records(v_ids);
  delete from public.projects where projects.project_id = any (v_ids);

  return jsonb_build_object(
    'done', not exists (select 1 from public.projects where projects.user_id = p_user_id)
      and not exists (select 1 from private.endpoints where endpoints.user_id = p_user_id),
    'projects', cardinality(v_ids),
    'cancelled', v_cancelled,
    'bucket', 'films',
    'paths', to_jsonb(v_paths)
  ) || to_jsonb(v_records);
end;
$$;

comment on function public.delete_user_data(text, integer, boolean) is
'Deletes p_limit projects of a user, or a video''s more, with all below, their callbacks and errors, and the user''s endpoints. {done, projects, cancelled, callbacks, deliveries, media, errors, bucket, paths}: the caller removes these files, and calls again until done. Without p_waits, requests at providers are left to themselves. Called by webhook-manage.';

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
      where coalesce(error_logs.context ->> 'project_id', error_logs.context ->> 'webhook_log_id') = any (v_ids || v_logs)
    ),
    'files', cardinality(private.films_stored_for(v_ids))
  );
end;
$$;

comment on function public.preview_user_data(text) is
'What delete_user_data would delete: {projects, unfinished, callbacks, deliveries, media, errors, files}. Changes nothing. Called by webhook-manage.';

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
  values (
    'source:' || p_source.name,
    'webhook.received',
    p_source.handler_target,
    private.event_body('webhook.received', p_log.received_at, jsonb_build_object(
      'source', p_source.name,
      'webhook_log_id', p_log.webhook_log_id,
      'id', p_log.webhook_id,
      'type', p_log.type,
      'body', p_log.data,
      'raw_body', case when p_log.data is null then translate(encode(p_log.raw_body, 'base64'), e'\n', '') end
    )::json)
  );
$$;

comment on function private.queue_source_delivery(private.webhook_sources, public.webhook_logs) is
'→ pending: passes a custom source''s callback on to the URL that its row names, signed as every delivery is.';

revoke execute on function private.queue_source_delivery(private.webhook_sources, public.webhook_logs) from public, anon, authenticated, service_role;
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
