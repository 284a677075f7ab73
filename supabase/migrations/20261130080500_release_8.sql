alter table private.steps add column if not exists refusal_count integer not null default 0;
comment on column private.steps.refusal_count is
'Of attempt_count, what max_attempts does not count: calls that the provider did not take, and that cost nothing.';
insert into private.settings (name, value, description)
values
  ('outage_seconds', '21600', 'How long a step whose calls are refused is tried again, however often that is'),
  ('breaker_cap_seconds', '300', 'A provider that keeps failing is left alone for up to this, breaker_seconds doubling')
on conflict (name) do nothing;
create index if not exists steps_ended on private.steps (updated_at) where status in ('completed', 'failed', 'cancelled');
create index if not exists webhook_deliveries_ended on public.webhook_deliveries (updated_at) where status not in ('pending', 'delivering');
create index if not exists webhook_delivery_attempts_newest on public.webhook_delivery_attempts (attempted_at);
alter table private.invariant_check add column if not exists tried_at timestamptz;
alter table private.invariant_check add column if not exists took interval;
comment on column private.invariant_check.checked_at is 'When it was looked to the end; since then a look may have been broken off.';
comment on column private.invariant_check.took is 'How long the last look, begun at tried_at, took until its end or until it was broken off.';
comment on table private.film_parts is
'What was made for a film (voices, music, clips with their sound, captions, the film with its music), each under the hash of what it was made from: the same is not made twice, in a later version neither. A clip is here only where it came too late, and until it is used.';
comment on column private.film_parts.input_hash is 'private.part_hash of that step''s input; of a clip private.clip_hash.';
drop function if exists private.due_lanes(timestamptz);
drop function if exists private.lock_lanes(timestamptz);
drop function if exists private.form_batches(timestamptz);
drop function if exists private.lane_room(text[], timestamptz);
drop function if exists private.lane_candidates(text[], timestamptz);
drop function if exists private.closed_lanes();
drop function if exists private.pending_lanes();
comment on table private.housekeeping is
'Where the next page of each kind of old rows begins, of overdue deliveries and of lanes that something is due in: rows that may not go yet hide none behind them.';
drop function if exists private.is_resubmitting();

--! altered supabase/schemas/0132_table_film_parts.sql sha256:73f3b1c49d730036687c81bdbe6b19d673856bca7e549ebfe0adf6161b2fac1a
--! altered supabase/schemas/0140_table_steps.sql sha256:667b11c8d7c09e48904cb8af541fa862740dacbc970ee20a35eac69a6d42c4b8
--! altered supabase/schemas/0170_table_webhook_deliveries.sql sha256:50ab5d499772a271f3b1887b2647c43dc5f9835e302631bf370fb05b733d889f
--! altered supabase/schemas/0171_table_webhook_delivery_attempts.sql sha256:4b7e3b635420ac900216a99b22b1a48a35b835e3539f843ab8ec979059442005
--! altered supabase/schemas/0198_table_housekeeping.sql sha256:10f670e770072e1112263afa529d9cef364019f369cb56efab73c3bca245a517
--! altered supabase/schemas/0198_table_invariant_check.sql sha256:38c664a673a9add74a1876557dde911765a5bddc9c12ac6c0e1a0d36eae8615a

--! included supabase/schemas/0040_function_setting_says.sql
create or replace function private.setting_says(p_name text, p_word text)
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
    where settings.name = p_name
      and settings.value #>> '{}' = p_word
  );
end;
$$;

comment on function private.setting_says(text, text) is
'True where an operator chose this word; false without the setting, too.';

revoke execute on function private.setting_says(text, text) from public, anon, authenticated, service_role;
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
    max(btrim(split_part(regexp_replace(secrets.decrypted_secret, '^v1,', ''), ',', 1)))
      filter (where secrets.name = 'reelay_bell_secret')
  into v_url, v_secret
  from vault.decrypted_secrets as secrets
  where secrets.name in ('reelay_functions_url', 'reelay_bell_secret');

  if coalesce(v_url, '') = '' or coalesce(v_secret, '') = '' then
    return false;
  end if;

  v_key := case
    -- Its padding may be left out, as everywhere else: decode alone insists on it.
    when v_secret like 'whsec\_%'
      then decode(rpad(substr(v_secret, 7), (length(v_secret) - 6 + 3) / 4 * 4, '='), 'base64')
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
      ) or exists (
        -- What a model was given to follow is heard in its clip.
        select 1
        from public.video_chunks
        where video_chunks.project_id = p_project_id
          and video_chunks.selected
          and video_chunks.audio_url is not null
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

  if found and not private.use_kept_clip(v_chunk.chunk_id) then
    perform private.add_step(v_chunk.project_id, 'generate_clip', v_chunk.scene_id, v_chunk.chunk_id);
  end if;
end;
$$;

comment on function private.start_scene(text, text) is
'Queues generate_clip for the first chunk of a pending scene, starting from this image (null: from the prompt alone).';

revoke execute on function private.start_scene(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0234_function_batchable.sql
-- An event that is due later than a new one would be is replayed at a pace: its turn has not come, nor has that of what
-- comes after it, where the endpoint is ordered.

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
    select waiting.delivery_id
    from (
      select first.delivery_id, first.position, bool_and(first.is_in_time) over (order by first.position) as has_turn
      from (
        select
          webhook_deliveries.delivery_id,
          webhook_deliveries.position,
          webhook_deliveries.due_at <= p_now + p_endpoint.batch_ms * interval '1 millisecond' as is_in_time
        from public.webhook_deliveries
        where webhook_deliveries.lane = p_endpoint.endpoint_id
          and webhook_deliveries.status = 'pending'
          and (webhook_deliveries.attempt_count > 0) is false
          and (p_endpoint.is_ordered or webhook_deliveries.due_at <= p_now + p_endpoint.batch_ms * interval '1 millisecond')
          and webhook_deliveries.type not in ('batch', 'endpoint.test')
        order by webhook_deliveries.position
        limit p_limit
      ) as first
    ) as waiting
    where waiting.has_turn
    order by waiting.position
  );
end;
$$;

comment on function private.batchable(private.endpoints, integer, timestamptz) is
'Ids of the first events that wait for a batch to this endpoint, in order.';

revoke execute on function private.batchable(private.endpoints, integer, timestamptz)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0235_function_first_due_lanes.sql
create or replace function private.first_due_lanes(p_now timestamptz, out lanes text[], out are_all boolean)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_few constant integer := 300;
  v_due text[] := array(
    select webhook_deliveries.lane
    from public.webhook_deliveries
    where webhook_deliveries.status = 'pending'
      and webhook_deliveries.due_at <= p_now
    order by webhook_deliveries.due_at
    limit v_few
  );
begin
  are_all := cardinality(v_due) < v_few;
  lanes := array(
    select due.lane
    from unnest(v_due) with ordinality as due (lane, place)
    group by due.lane
    order by min(due.place)
    limit case when not are_all then 100 end
  );
end;
$$;

comment on function private.first_due_lanes(timestamptz) is
'Lanes of what was due first; are_all: nothing else is due.';

revoke execute on function private.first_due_lanes(timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0235_function_lane_tokens.sql
-- A token bucket that holds one second's worth, at least one: after a quiet time no more than that goes out at once. One that
-- was last taken from in a minute's time is full: the clock was set back.

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
    case when p_lane.tokens_at <= p_now + interval '1 minute' then
      coalesce(p_lane.tokens, greatest(p_per_second, 1))
        + greatest(extract(epoch from p_now - p_lane.tokens_at), 0) * p_per_second
    end
  ) end;
end;
$$;

comment on function private.lane_tokens(private.delivery_lanes, numeric, timestamptz) is
'How many deliveries max_per_second allows a lane now.';

revoke execute on function private.lane_tokens(private.delivery_lanes, numeric, timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0235_function_walk_lanes.sql
-- A step along the index for each lane, however many deliveries are pending in it, and a bounded number of steps, however
-- many lanes there are: thousands may only wait for a retry, or for their breaker.

create or replace function private.walk_lanes(p_after text, p_now timestamptz, out lanes text[], out behind text)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_most_seen constant integer := 500;
  v_most_due constant integer := 100;
begin
  -- The index answers what is asked for as it has it: (attempt_count > 0) = false would be read as attempt_count <= 0,
  -- which it has not; and "exists" would read all that is due into a hash.
  with recursive walk (lane, is_due, seen, due) as (
    select p_after, false, 0, 0
    union all
    select next.lane, next.is_due, walk.seen + 1, walk.due + next.is_due::integer
    from walk
    cross join lateral (
      select
        following.lane,
        not exists (
          select 1
          from private.delivery_lanes
          where delivery_lanes.lane = following.lane
            and delivery_lanes.held_until > p_now
        ) and least(
          (
            select min(webhook_deliveries.due_at)
            from public.webhook_deliveries
            where webhook_deliveries.lane = following.lane
              and webhook_deliveries.status = 'pending'
              and (webhook_deliveries.attempt_count > 0) is false
          ),
          (
            select min(webhook_deliveries.due_at)
            from public.webhook_deliveries
            where webhook_deliveries.lane = following.lane
              and webhook_deliveries.status = 'pending'
              and (webhook_deliveries.attempt_count > 0) is true
          )
        ) <= p_now as is_due
      from (
        select min(webhook_deliveries.lane) as lane
        from public.webhook_deliveries
        where webhook_deliveries.status = 'pending'
          and webhook_deliveries.lane > walk.lane
      ) as following
      where following.lane is not null
    ) as next
    where walk.seen < v_most_seen
      and walk.due < v_most_due
  )
  select
    coalesce(array_agg(walk.lane order by walk.seen) filter (where walk.is_due), '{}'),
    case when max(walk.seen) = v_most_seen or max(walk.due) = v_most_due then max(walk.lane) end
  into lanes, behind
  from walk;
end;
$$;

comment on function private.walk_lanes(text, timestamptz) is
'The next lanes after this one that something is due in and whose breaker is closed, in order, a page of them; behind: where the next page begins, null where there is none.';

revoke execute on function private.walk_lanes(text, timestamptz) from public, anon, authenticated, service_role;
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
  -- A signed URL opens for seven days. That of yesterday is not handed on, it costs nothing to write captions once more;
  -- who burns them in would do so once more, too, and has it as long as it opens.
  if p_kind = 'store_captions' and v_output ->> 'srt_url' like '%/object/sign/%' and exists (
    select 1
    from private.film_parts
    where film_parts.project_id = p_project_id
      and film_parts.kind = p_kind
      and film_parts.input_hash = private.part_hash(p_input)
      and film_parts.made_at <= private.clock()
        - make_interval(days => case when private.burns_captions(p_project_id) then 6 else 1 end)
  ) then
    v_output := null;
  end if;
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
'What was made from this input and will open for some days, else null and a step that makes it; nothing for a null input.';

revoke execute on function private.ask_for_part(text, text, jsonb, text, text)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0236_function_due_lanes.sql
-- What is due is mostly little, and names its lanes by itself. Where it is much (a receiver that was away for days, or
-- thousands that are), one lane may have all that was due first: then each claim also goes on from lane to lane where the one
-- before it stopped (keep_turn), so that each has its turn, and none is looked at by every claim.

create or replace function private.due_lanes(
  p_now timestamptz,
  out lanes text[],
  out walked text[],
  out behind text
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_first record;
begin
  select found.lanes, found.are_all into v_first from private.first_due_lanes(p_now) as found;
  lanes := v_first.lanes;

  if not v_first.are_all then
    select walk.lanes, walk.behind
    into walked, behind
    from private.walk_lanes(
      coalesce((select housekeeping.next_after from private.housekeeping where housekeeping.what = 'due_lanes'), ''),
      p_now
    ) as walk;
    lanes := walked || array(
      select oldest.lane
      from unnest(v_first.lanes) with ordinality as oldest (lane, place)
      where oldest.lane <> all (walked)
      order by oldest.place
    );
  end if;
end;
$$;

comment on function private.due_lanes(timestamptz) is
'Lanes that something is due in, those in front whose turn it is: all of them, or a page (walked), behind which there may be more.';

revoke execute on function private.due_lanes(timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0236_function_form_batches.sql
-- pending → batched: what has collected for an endpoint that takes batches becomes one delivery, whose body and id
-- are fixed from then on, through all its tries.
--
-- No more than the endpoint may have on their way, nor than its share of what a claim brings, and what waits for it is looked
-- through once, without its bodies: receivers that come back after days have hundreds of thousands of events, and nothing is
-- sent to anybody meanwhile.

create or replace function private.form_batches(p_lanes text[], p_now timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_endpoints private.endpoints[] := array(
    select endpoints::private.endpoints
    from private.endpoints
    where endpoints.endpoint_id = any (p_lanes)
      and endpoints.batch_size > 1
      and endpoints.is_enabled
      and (
        select min(webhook_deliveries.due_at)
        from public.webhook_deliveries
        where webhook_deliveries.lane = endpoints.endpoint_id
          and webhook_deliveries.status = 'pending'
          and (webhook_deliveries.attempt_count > 0) is false
          and webhook_deliveries.type not in ('batch', 'endpoint.test')
      ) <= p_now
    for no key update skip locked
  );
  v_share integer := greatest(100 / greatest(cardinality(v_endpoints), 1), 1);
  v_endpoint private.endpoints;
  v_places integer;
  v_waiting text[];
  v_events public.webhook_deliveries[];
  v_batch public.webhook_deliveries;
begin
  foreach v_endpoint in array v_endpoints loop
    v_places := least(v_share, v_endpoint.max_in_flight - (
      select count(*)
      from public.webhook_deliveries
      where webhook_deliveries.lane = v_endpoint.endpoint_id
        and webhook_deliveries.status = 'pending'
        and webhook_deliveries.type = 'batch'
        and webhook_deliveries.attempt_count = 0
    ));
    v_waiting := private.batchable(v_endpoint, greatest(v_places, 0) * v_endpoint.batch_size, p_now);

    for n in 1 .. v_places loop
      v_events := private.next_batch(v_endpoint, v_waiting, p_now);
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
      v_waiting := v_waiting[cardinality(v_events) + 1:];
    end loop;
  end loop;
end;
$$;

comment on function private.form_batches(text[], timestamptz) is
'pending → batched, for those of these endpoints with a batch that is full or has waited for long enough. Called by each claim.';

revoke execute on function private.form_batches(text[], timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0236_function_pending_lanes.sql
-- A step along the index for each lane, however many deliveries are pending in it.

create or replace function private.pending_lanes(p_after text, p_limit integer)
returns table (lane text)
language plpgsql
stable
rows 100
security invoker
set search_path = ''
as $$
begin
  return query
  with recursive open_lanes (lane) as (
    select min(webhook_deliveries.lane)
    from public.webhook_deliveries
    where webhook_deliveries.status = 'pending'
      and webhook_deliveries.lane > p_after
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
  select open_lanes.lane
  from open_lanes
  where open_lanes.lane is not null
  limit p_limit;
end;
$$;

comment on function private.pending_lanes(text, integer) is 'Lanes that something is pending in: the next p_limit after this one, in order.';

revoke execute on function private.pending_lanes(text, integer) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0237_function_lane_head.sql
-- To an endpoint that takes batches goes a batch, a test, or what was tried by itself before: all else waits to be put into
-- one. One that takes none any more may have some left: their place is that of the events in them.

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
    select oldest.delivery_id, oldest.due_at
    from (
      (
        select webhook_deliveries.delivery_id, webhook_deliveries.due_at, webhook_deliveries.position
        from public.webhook_deliveries
        where webhook_deliveries.lane = p_lane
          and webhook_deliveries.status = 'pending'
          and webhook_deliveries.type <> 'batch'
        order by webhook_deliveries.position
        limit 1
      )
      union all
      (
        select batch.delivery_id, batch.due_at, coalesce(
          (select min(event.position) from public.webhook_deliveries as event where event.batch_id = batch.delivery_id),
          batch.position
        )
        from public.webhook_deliveries as batch
        where batch.lane = p_lane
          and batch.status = 'pending'
          and batch.type = 'batch'
        order by batch.position
        limit 1
      )
    ) as oldest
    order by oldest.position
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

create or replace function private.lock_lanes(p_lanes text[], p_now timestamptz)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if cardinality(p_lanes) = 0 then
    return '{}';
  end if;

  -- One claim at a time: a second one would wait for the first one's rows, instead of going without. None but those that
  -- are missing: what is there is waited for as well, while somebody who says how a delivery went has changed it.
  if pg_try_advisory_xact_lock(hashtextextended('delivery_lanes', 0)) then
    insert into private.delivery_lanes (lane)
    select missing.lane
    from unnest(p_lanes) as missing (lane)
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
    from unnest(p_lanes) with ordinality as due (lane, turn)
    join private.delivery_lanes using (lane)
    where delivery_lanes.held_until is null
      or delivery_lanes.held_until <= p_now
    order by due.turn
    for no key update of delivery_lanes skip locked
  );
end;
$$;

comment on function private.lock_lanes(text[], timestamptz) is
'Locks those of these lanes that may send something now, and names them, in their order.';

revoke execute on function private.lock_lanes(text[], timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0238_function_lane_candidates.sql
-- What each lane could send next, by place. Retries get about a fourth of the places, by lot, so that neither they nor first
-- tries starve. Each arm reads in the order of an index: days of deliveries may wait for one receiver.

create or replace function private.lane_candidates(p_lanes text[], p_now timestamptz)
returns table (lane text, turn integer, room integer, delivery_id text, due_at timestamptz, place double precision)
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
    select rooms.lane, rooms.turn, rooms.is_ordered, rooms.is_batched, rooms.room
    from private.lane_room(p_lanes, p_now) as rooms
    where rooms.room > 0
  )
  -- First tries, in their order
  select rooms.lane, rooms.turn, rooms.room, first.delivery_id, first.due_at, first.place::double precision
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
  select rooms.lane, rooms.turn, rooms.room, batch.delivery_id, batch.due_at, batch.place::double precision
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
  select rooms.lane, rooms.turn, rooms.room, retry.delivery_id, retry.due_at, 4 * retry.place - 3.9 * random()
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
  select rooms.lane, rooms.turn, rooms.room, head.delivery_id, head.due_at, 1
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
-- What a session planned while there were few lanes is not to read all of them later.
set enable_seqscan = off
as $$
declare
  v_now timestamptz := private.clock();
  v_due record;
begin
  select found.lanes, found.are_all into v_due from private.first_due_lanes(v_now) as found;

  if not v_due.are_all then
    -- The round is not over: the next claim goes on where this one stopped.
    if exists (
      select 1
      from private.housekeeping
      where housekeeping.what = 'due_lanes'
        and housekeeping.next_after > ''
    ) then
      return v_now;
    end if;
    v_due.lanes := array(
      select delivery_lanes.lane
      from private.delivery_lanes
      left join private.endpoints on endpoints.endpoint_id = delivery_lanes.lane
      where (delivery_lanes.held_until > v_now or endpoints.max_per_second is not null)
        and exists (
          select 1
          from public.webhook_deliveries
          where webhook_deliveries.lane = delivery_lanes.lane
            and webhook_deliveries.status = 'pending'
            and webhook_deliveries.due_at <= v_now
        )
    );
  end if;

  return (
    select least(
      (
        select min(webhook_deliveries.due_at)
        from public.webhook_deliveries
        where webhook_deliveries.status in ('pending', 'delivering')
          and webhook_deliveries.due_at > v_now
      ),
      (
        select min(greatest(
          coalesce(delivery_lanes.held_until, v_now),
          delivery_lanes.tokens_at + make_interval(secs => least(
            (1 - private.lane_tokens(delivery_lanes, endpoints.max_per_second, delivery_lanes.tokens_at)) / endpoints.max_per_second,
            3600
          )::double precision),
          v_now
        ))
        from unnest(v_due.lanes) as due (lane)
        join private.delivery_lanes using (lane)
        left join private.endpoints on endpoints.endpoint_id = due.lane
        where delivery_lanes.held_until > v_now
          -- With a token left it waits for a slot; the claim before this may have been a moment early for it.
          or endpoints.max_per_second is not null
          and private.lane_tokens(delivery_lanes, endpoints.max_per_second, v_now - interval '1 second') < 1
      )
    )
  );
end;
$$;

comment on function private.next_delivery_at() is
'When a delivery that cannot be claimed now may be; null when none is open, or only a free slot is missing.';

revoke execute on function private.next_delivery_at() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0238_function_take_tokens.sql
-- A claim that began before another one may count after it: no second counts twice.

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
    tokens_at = case
      when delivery_lanes.tokens_at <= p_now + interval '1 minute' then greatest(delivery_lanes.tokens_at, p_now)
      else p_now
    end,
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
      found.turn,
      found.room,
      row_number() over (partition by found.lane order by found.place, found.due_at) as place
    from private.lane_candidates(p_lanes, p_now) as found
  ),
  first as (
    select ranked.delivery_id, ranked.place, ranked.turn
    from ranked
    where ranked.place <= ranked.room
    order by ranked.place, ranked.turn
    limit p_limit
  ),
  -- A runner's memory bounds what one claim may bring.
  weighed as (
    select
      first.delivery_id,
      first.place,
      first.turn,
      sum(octet_length(webhook_deliveries.body)) over (order by first.place, first.turn)
        - octet_length(webhook_deliveries.body) as bytes_before
    from first
    join public.webhook_deliveries using (delivery_id)
  )
  select weighed.delivery_id, weighed.place
  from weighed
  where weighed.bytes_before < 8388608
  order by weighed.place, weighed.turn;
end;
$$;

comment on function private.due_deliveries(integer, text[], timestamptz) is
'Up to p_limit deliveries (and 8 MiB) that are due and that their lanes have room for, in order, lanes in the order of p_lanes. The caller locks them.';

revoke execute on function private.due_deliveries(integer, text[], timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0239_function_keep_turn.sql
-- Behind the last lane that got something: there was no place left for those after it. What somebody else keeps just now is
-- left to him, lest two claims should wait for each other.

create or replace function private.keep_turn(p_walked text[], p_behind text, p_claimed public.webhook_deliveries[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_served text := (
    select max(claimed.lane)
    from unnest(p_claimed) as claimed
    where claimed.lane = any (p_walked)
  );
begin
  if p_walked is null or not pg_try_advisory_xact_lock(hashtextextended('delivery_lanes', 0)) then
    return;
  end if;

  insert into private.housekeeping (what, next_after)
  values (
    'due_lanes',
    case when v_served < p_walked[cardinality(p_walked)] then v_served else coalesce(p_behind, '') end
  )
  on conflict (what) do update set next_after = excluded.next_after;
end;
$$;

comment on function private.keep_turn(text[], text, public.webhook_deliveries[]) is
'Notes where the next claim goes on in its round of the lanes; empty: the round is over.';

revoke execute on function private.keep_turn(text[], text, public.webhook_deliveries[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0239_function_skip_part.sql
-- step queued → cancelled: another version has the part by now, and the film goes on with it

create or replace function private.skip_part(p_step private.steps)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if not private.lock_film_or_postpone(p_step) then
    return;
  end if;

  update private.steps
  set status = 'cancelled', updated_at = private.clock()
  where steps.step_id = p_step.step_id;
  perform private.go_on_with_parts(p_step.project_id);
end;
$$;

comment on function private.skip_part(private.steps) is
'Asks nobody for what is there, once its film can be locked without waiting. The caller holds the step''s lock.';

revoke execute on function private.skip_part(private.steps) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0239_function_without_kept_clips.sql
create or replace function private.without_kept_clips(p_step_ids text[])
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_step private.steps;
  v_ids text[] := p_step_ids;
begin
  for v_step in
    select steps.*
    from private.steps
    where steps.step_id = any (p_step_ids)
      and private.has_kept_clip(steps)
  loop
    -- Postponed where its film is busy, made by nobody where the clip is used; where another version took it, it is made.
    if not private.lock_film_or_postpone(v_step) or private.use_kept_clip(v_step.chunk_id) then
      v_ids := array_remove(v_ids, v_step.step_id);
    end if;
  end loop;
  return v_ids;
end;
$$;

comment on function private.without_kept_clips(text[]) is
'These steps, which the caller has locked, but for clips that came too late and are used now (use_kept_clip): nobody is asked for those.';

revoke execute on function private.without_kept_clips(text[]) from public, anon, authenticated, service_role;
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
    if v_attempt.status = 'failed' and p_step.attempt_count - p_step.refusal_count >= private.setting('max_attempts') then
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
    -- One that is being looked at is there already.
    if not exists (
      select 1
      from private.steps
      where steps.project_id = p_scene.project_id
        and steps.chunk_id = v_last.chunk_id
        and steps.kind = 'check_frame'
        and steps.status in ('queued', 'running', 'waiting')
    ) then
      perform private.add_step(p_scene.project_id, 'extract_last_frame', p_scene.scene_id, v_last.chunk_id);
    end if;
  elsif v_missing.position > 1 then
    if not private.use_kept_clip(v_missing.chunk_id) then
      perform private.add_step(p_scene.project_id, 'generate_clip', p_scene.scene_id, v_missing.chunk_id);
    end if;
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
  v_due record;
  v_lanes text[];
begin
  perform private.end_delivery_leases(v_now);
  select due_lanes.lanes, due_lanes.walked, due_lanes.behind into v_due from private.due_lanes(v_now);
  perform private.form_batches(v_due.lanes, v_now);
  v_lanes := private.lock_lanes(v_due.lanes, v_now);
  -- A page that another claim has just now is that one's turn to keep.
  if cardinality(v_due.walked) > 0 and not v_due.walked && v_lanes then
    v_due.walked := null;
  end if;
  if not p_with_endpoints then
    v_lanes := array(select lanes.lane from unnest(v_lanes) as lanes (lane) where lanes.lane not like 'ep\_%');
  end if;
  if cardinality(v_lanes) = 0 then
    perform private.keep_turn(v_due.walked, v_due.behind, '{}');
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
  perform private.keep_turn(v_due.walked, v_due.behind, v_claimed);
  return private.delivery_work(v_claimed, v_now);
end;
$$;

comment on function private.lease_deliveries(integer, boolean) is
'pending → delivering: leases up to p_limit due deliveries, with all that is needed to send them.';

revoke execute on function private.lease_deliveries(integer, boolean) from public, anon, authenticated, service_role;
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

  -- Few films have a sound of their own.
  if exists (
    select 1
    from private.steps
    where steps.step_id = any (v_step_ids)
      and steps.kind in ('generate_voice', 'generate_music', 'level_music')
  ) then
    v_step_ids := private.without_twins(v_step_ids);
  end if;
  -- A clip that came too late, while its step waited for another try or to be claimed
  if exists (
    select 1
    from private.steps
    join private.film_parts using (project_id)
    where steps.step_id = any (v_step_ids)
      and steps.kind = 'generate_clip'
      and film_parts.kind = 'generate_clip'
  ) then
    v_step_ids := private.without_kept_clips(v_step_ids);
  end if;
  return private.begin_attempts(v_step_ids, p_providers);
end;
$$;

comment on function private.start_steps(text[], jsonb, timestamptz) is
'Leases those of these steps that are queued still and that nobody else is leasing; the work for the runner, in their order.';

revoke execute on function private.start_steps(text[], jsonb, timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_without_twins.sql
-- Two versions of a video that are under way at once ask for the same voices and music. The first to be claimed makes them;
-- the other one looks again in a while, and goes on with what it then finds. One claim at a time decides, so that two that
-- begin at the same moment do not miss each other.

create or replace function private.without_twins(p_step_ids text[])
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_sound record;
  v_ids text[] := p_step_ids;
  v_is_twin boolean;
begin
  for v_sound in
    select steps as step, projects.user_id, projects.video_id, projects.execution_mode
    from private.steps
    join public.projects using (project_id)
    where steps.step_id = any (p_step_ids)
      and steps.kind in ('generate_voice', 'generate_music', 'level_music')
    order by array_position(p_step_ids, steps.step_id)
  loop
    v_is_twin := not pg_try_advisory_xact_lock(hashtextextended(
      format('sound:%s:%s:%s:%s', v_sound.user_id, v_sound.video_id, (v_sound.step).kind, (v_sound.step).input), 0
    ));

    -- Looked for under the lock: what another claim decided is to be seen.
    if private.film_part((v_sound.step).project_id, (v_sound.step).kind, (v_sound.step).input) is not null then
      v_ids := array_remove(v_ids, (v_sound.step).step_id);
      perform private.skip_part(v_sound.step);
      continue;
    end if;

    v_is_twin := v_is_twin or exists (
      select 1
      from public.projects as versions
      join private.steps as twins using (project_id)
      where versions.user_id = v_sound.user_id
        and versions.video_id = v_sound.video_id
        and versions.project_id <> (v_sound.step).project_id
        -- As film_part has it
        and (v_sound.execution_mode = 'test' or versions.execution_mode is distinct from 'test')
        and twins.kind = (v_sound.step).kind
        and twins.input = (v_sound.step).input
        and (
          twins.status in ('running', 'waiting')
          -- In this claim, before it
          or array_position(v_ids, twins.step_id) < array_position(v_ids, (v_sound.step).step_id)
        )
    );
    if v_is_twin then
      v_ids := array_remove(v_ids, (v_sound.step).step_id);
      update private.steps
      set due_at = private.clock() + make_interval(secs => private.setting('lookup_again_seconds')::double precision)
      where steps.step_id = (v_sound.step).step_id;
    end if;
  end loop;
  return v_ids;
end;
$$;

comment on function private.without_twins(text[]) is
'These steps, which the caller has locked, but for voices and music that another version of the same video has, or is having made: those are queued for later, or not needed any more.';

revoke execute on function private.without_twins(text[]) from public, anon, authenticated, service_role;
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

  if v_number - p_step.refusal_count < private.setting('max_attempts') then
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

  if p_attempt.number - v_step.refusal_count < private.setting('max_attempts')
    and private.setting_says('on_outcome_unknown', 'resubmit') then
    perform private.record_event(
      v_step.project_id, 'attempt.resubmitted_unknown', v_step.scene_id, v_step.chunk_id,
      jsonb_build_object('kind', v_step.kind, 'attempt_id', p_attempt.attempt_id, 'reason', v_message)
    );
    perform private.requeue_step(v_step, v_message, null);
  elsif private.has_kept_clip(v_step) then
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
'p_answer: {state, output | error {message, retryable, retry_after} | message, unasked | progress}. Stale without the claim. Called by the runner.';

revoke execute on function public.record_answer(text, uuid, text, jsonb) from public, anon, authenticated;
grant execute on function public.record_answer(text, uuid, text, jsonb) to service_role;
--! end included

--! included supabase/schemas/0265_function_hold_provider.sql
-- A provider that asks us to wait is given nothing new until then; one that fails too often in a row is left alone for
-- a while, twice as long each time, up to breaker_cap_seconds, and then given one step to feel the way. What was on its
-- way when it was held says nothing new: twenty that fail together are no fifteen failed probes.

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
  v_failures integer := private.setting('breaker_failures');
begin
  update private.providers
  set
    failures_in_a_row = providers.failures_in_a_row
      + case when providers.held_until > v_now then 0 else 1 end,
    held_until = greatest(
      providers.held_until,
      v_now + make_interval(secs => v_retry_after::double precision),
      case when coalesce(providers.held_until <= v_now, true) and providers.failures_in_a_row + 1 >= v_failures
        then v_now + make_interval(secs => least(
          private.setting('breaker_cap_seconds'),
          private.setting('breaker_seconds') * 2 ^ least(providers.failures_in_a_row + 1 - v_failures, 20)
        )::double precision) end
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
    on film_parts.project_id in (projects.project_id, projects.revision_of)
    and film_parts.kind = 'generate_clip'
  cross join lateral (
    select private.input_of(
      jsonb_populate_record(null::private.steps, '{"kind": "generate_clip"}'), projects.aspect_ratio, chunk
    ) as input
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

--! included supabase/schemas/0267_function_has_kept_clip.sql
create or replace function private.has_kept_clip(p_step private.steps)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return p_step.kind = 'generate_clip' and exists (select 1 from private.kept_clip(p_step.chunk_id));
end;
$$;

comment on function private.has_kept_clip(private.steps) is
'True of a step for a clip that there is already, though it came too late (kept_clip).';

revoke execute on function private.has_kept_clip(private.steps) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0267_function_waits_out_refusals.sql
create or replace function private.waits_out_refusals(p_step private.steps)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- What a film does without, it does not wait for.
  if p_step.kind = 'extract_thumbnail'
    or p_step.kind = 'storyboard' and not private.setting_says('on_storyboard_failure', 'fail') then
    return false;
  end if;

  -- Of the last row of refusals alone: what lies hours apart (a pause, the day's cap, a call that was taken) are two outages.
  return (
    select max(refused.at) filter (where refused.is_first)
    from (
      select
        attempts.created_at as at,
        (attempts.created_at - lag(attempts.created_at) over (order by attempts.number) > interval '2 hours')
          is not false as is_first
      from private.attempts
      where attempts.step_id = p_step.step_id
        and attempts.status = 'failed'
        and attempts.request_id is null
    ) as refused
  ) > private.clock() - make_interval(secs => private.setting('outage_seconds')::double precision);
end;
$$;

comment on function private.waits_out_refusals(private.steps) is
'True for outage_seconds from the first of this step''s calls that are being refused, unless its film does without it.';

revoke execute on function private.waits_out_refusals(private.steps)
from public, anon, authenticated, service_role;
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
      (private.film_step(p_project_id, 'extract_thumbnail')).output ->> 'image_url',
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
'What a stitch service made; where it made no thumbnail, with the one that was extracted, else the first clip''s own.';

revoke execute on function private.with_thumbnail(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0270_function_fail_attempt.sql
-- attempt created | submitted | in_progress | lost → failed · step → queued again, or failed
--
-- p_error: {message, retryable, retry_after, billed, ended, refused}. A failure that can pass goes back to the queue,
-- its chunk to PENDING; any other ends the step, and with it the film, unless another model may make the clip. A call
-- that was refused cost nothing: it leaves the step's tries as they were, and an outage is waited out.

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
  v_may_pass boolean := coalesce((p_error ->> 'retryable')::boolean, false);
  v_is_refused boolean := v_may_pass and (p_error ->> 'refused')::boolean is true and (p_error ->> 'billed')::boolean is not true;
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

  if v_is_refused then
    update private.steps set refusal_count = steps.refusal_count + 1 where steps.step_id = v_attempt.step_id;
  end if;
  select steps.* into v_step from private.steps where steps.step_id = v_attempt.step_id;

  perform private.record_error('step', format('Cannot finish %s: %s', v_step.kind, v_message), jsonb_build_object(
    'project_id', v_step.project_id, 'scene_id', v_step.scene_id, 'chunk_id', v_step.chunk_id,
    'step_id', v_step.step_id, 'attempt_id', p_attempt_id, 'attempt', v_attempt.number
  ));

  if v_may_pass
    and (case when v_is_refused then v_step.refusal_count else v_attempt.number - v_step.refusal_count end)
      < private.setting('max_attempts') then
    perform private.requeue_step(v_step, v_message, (p_error ->> 'retry_after')::numeric);
  -- A try before this one may have brought the clip too late: then it is there.
  elsif private.has_kept_clip(v_step) then
    perform private.requeue_step(v_step, v_message, null);
  -- What may still run may be paid for: then no other model is asked besides.
  elsif not v_may_run and private.switch_model(v_step, v_message) then
    null;
  elsif v_is_refused and private.waits_out_refusals(v_step) then
    perform private.requeue_step(v_step, v_message, (p_error ->> 'retry_after')::numeric);
  else
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

  -- A try before this one may have brought the clip too late.
  if p_step.kind = 'generate_clip' then
    perform private.use_kept_clip(p_step.chunk_id);
  end if;

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
  if private.setting_says('on_storyboard_failure', 'fail') then
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

--! included supabase/schemas/0274_function_go_on_with_parts.sql
create or replace function private.go_on_with_parts(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.begin_sound(p_project_id);
  if exists (
    select 1
    from public.projects
    where projects.project_id = p_project_id
      and 'stitching' in (projects.status, projects.paused_from)
  ) then
    perform private.store_film_when_ready(p_project_id);
  end if;
end;
$$;

comment on function private.go_on_with_parts(text) is
'A part of the film is there: asks for what comes next. The caller holds the project''s lock.';

revoke execute on function private.go_on_with_parts(text) from public, anon, authenticated, service_role;
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

  perform private.go_on_with_parts(p_step.project_id);
end;
$$;

comment on function private.complete_part(private.steps, jsonb, boolean) is
'Keeps what a step made for a film beside its clips, and asks for what comes next. The caller holds the project''s lock.';

revoke execute on function private.complete_part(private.steps, jsonb, boolean)
from public, anon, authenticated, service_role;
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
  if not private.use_kept_clip(v_chunk.next_id) then
    perform private.add_step(v_chunk.project_id, 'generate_clip', v_chunk.scene_id, v_chunk.next_id);
  end if;
end;
$$;

comment on function private.complete_frame(text, jsonb) is
'A last frame is there: the next chunk starts from it, or the scene is complete. The caller holds the project''s lock.';

revoke execute on function private.complete_frame(text, jsonb) from public, anon, authenticated, service_role;
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
  perform private.complete_chunks(array[p_chunk_id], array[v_kept.input], array[v_output]);
  return true;
end;
$$;

comment on function private.use_kept_clip(text) is
'Completes a clip with one that was made from the same and came too late; false where there is none, or somebody is at it. The caller holds the project''s lock.';

revoke execute on function private.use_kept_clip(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0286_function_complete_frame_check.sql
-- A clip that ends in black or in a blur would begin the next one with it, and all that follow. They begin
-- from an image that the job gave instead, in the film's shape where it was brought to that before; without
-- one the film ends before more is paid.

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

  select coalesce(shaped.reframed_image_url, anchor.url)
  into v_anchor
  from public.video_chunks
  join public.scenes using (scene_id)
  join public.projects on projects.project_id = scenes.project_id
  left join public.video_chunks as next
    on next.scene_id = video_chunks.scene_id
    and next.take = video_chunks.take
    and next.position = video_chunks.position + 1
  -- What continues the clip is its own scene, or the one after it.
  left join public.scenes as following
    on following.project_id = scenes.project_id
    and following.position = scenes.position + case when next.chunk_id is null then 1 else 0 end
  cross join lateral (select coalesce(following.image_url, projects.image_url) as url) as anchor
  left join lateral (
    select same.reframed_image_url
    from public.scenes as same
    where same.project_id = projects.project_id
      and same.reframed_image_url is not null
      and coalesce(same.image_url, projects.image_url) = anchor.url
    limit 1
  ) as shaped on true
  where video_chunks.chunk_id = p_step.chunk_id;

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
'Hands a good last frame over; in place of a plain one the own image of the scene that goes on from it, else the job''s; without either the film fails. The caller holds the project''s lock.';

revoke execute on function private.complete_frame_check(private.steps, jsonb)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0289_function_same_cut.sql
-- The film of a version before that was joined from the same. One whose URL is signed, and has been
-- for a day, is left alone, whichever versions had it since: it will not open much longer. So is one that
-- lacks its thumbnail.

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
      or not exists (
        select 1
        from public.projects as having_it
        join public.media using (project_id)
        where having_it.user_id = p_project.user_id
          and having_it.video_id = p_project.video_id
          and media.type = 'film'
          and media.url = earlier.final_video_url
          and media.generated_at <= private.clock() - interval '1 day'
      )
    )
  order by earlier.version desc
  limit 1;

  return v_same;
end;
$$;

comment on function private.same_cut(public.projects) is 'A completed version of the same video that is the same cut; null where there is none.';

revoke execute on function private.same_cut(public.projects) from public, anon, authenticated, service_role;
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
'stitching → completed, once; p_output is that of store_film, or of a stitch service. The caller holds the project''s lock.';

revoke execute on function private.complete_project(text, jsonb) from public, anon, authenticated, service_role;
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
    -- Another version may have it by now; what is queued may be made all the same, until it is claimed (without_twins).
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

  -- The same words are spoken once, however many scenes have them.
  return query
  select distinct on (voices.input) 'generate_voice', voices.input, private.last_chunk(scenes.scene_id)
  from public.scenes
  cross join lateral (select private.voice_input(scenes) as input) as voices
  where scenes.project_id = p_project_id
    and scenes.voice_over is not null
    and scenes.audio_url is null
    and private.is_to_be_made(p_project_id, 'generate_voice', voices.input)
  order by voices.input, scenes.position;

  return query
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

--! included supabase/schemas/0309_function_keep_late_result.sql
-- What comes after its attempt has ended was paid for all the same. It moves nothing, and is kept for whoever makes the
-- same again: a clip for one take (use_kept_clip), a voice or music, of a film that has failed, as any other part of it.
-- A film that is under way is having them made anew, and what it is made from is not to change below it. What was cancelled
-- before anybody knew its request is lost: it was not given up at its provider, and cannot be accounted for.

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
      or attempts.status = 'cancelled' and p_project.status = 'failed'
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
'Keeps what an attempt made that had failed, was given up, or is unknown, for the film''s next try; nothing of a film that is cancelled. The caller holds the project''s lock.';

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
  if p_attempt.status not in ('failed', 'outcome_unknown') or p_attempt.request_id is not null
    or p_result ->> 'request_id' is null
    or not private.adopt_request(p_attempt.attempt_id, p_result ->> 'request_id')
  then
    return;
  end if;

  if p_attempt.status = 'failed' and p_result ->> 'state' = 'in_progress' then
    v_attempt.request_id := p_result ->> 'request_id';
    perform private.abandon_request(v_attempt, p_step);
  end if;
  perform private.hold_over_budget(p_step.project_id);
end;
$$;

comment on function private.note_taken(private.steps, private.attempts, jsonb) is
'A provider that calls back about what it had refused, or what nobody knew of, took it after all: it counts as paid, and what had been refused is given up where it still runs. The caller holds the project''s lock.';

revoke execute on function private.note_taken(private.steps, private.attempts, jsonb)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0309_function_reopen_attempt.sql
-- attempt failed | outcome_unknown → lost, while its step is queued for another try
--
-- The call that had counted as refused, or that nobody knew of, was taken after all and has brought what it was made for
-- before anybody was asked again: nothing has taken its place.

create or replace function private.reopen_attempt(p_step private.steps, p_attempt private.attempts, p_result jsonb)
returns private.attempts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_attempt private.attempts;
begin
  update private.attempts
  set
    status = 'lost',
    ended_at = null,
    deadline_at = coalesce(attempts.deadline_at, private.clock())
  where attempts.attempt_id = p_attempt.attempt_id
    and p_step.status = 'queued'
    and p_result ->> 'state' = 'completed'
    and private.is_output_of(p_step.kind, p_result -> 'output')
    and attempts.sent_at is distinct from 'infinity'
    and (attempts.status = 'outcome_unknown' or attempts.status = 'failed' and attempts.request_id is null)
  returning attempts.* into v_attempt;

  return case when found then v_attempt else p_attempt end;
end;
$$;

comment on function private.reopen_attempt(private.steps, private.attempts, jsonb) is
'failed | outcome_unknown → lost, for a result that comes while its step waits for another try; the attempt as it is then. The caller holds the project''s lock and applies it.';

revoke execute on function private.reopen_attempt(private.steps, private.attempts, jsonb)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0310_function_apply_result.sql
-- duplicate: the same result again. stale: the attempt has ended otherwise (with another file, too), or
-- another one took over; what was paid for is kept all the same.

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
  v_attempt private.attempts := p_attempt;
begin
  if v_attempt.status in ('failed', 'outcome_unknown') then
    v_attempt := private.reopen_attempt(p_step, p_attempt, p_result);
  end if;

  if v_attempt.status not in ('created', 'submitted', 'in_progress', 'lost') then
    perform private.note_taken(p_step, v_attempt, p_result);
    if v_state = 'completed' then
      perform private.keep_late_result(p_project, p_step, v_attempt.attempt_id, p_result -> 'output');
    end if;
    return case
      when v_attempt.status = v_state
        -- One that failed may have a result that came later.
        and private.is_same_output(case when v_state = 'completed' then v_attempt.output end, p_result -> 'output')
      then 'duplicate'
      else 'stale'
    end;
  end if;

  -- The token's callback may bring the request id that the lost answer would have told.
  if v_attempt.request_id is null and p_result ->> 'request_id' is not null then
    update private.attempts
    set request_id = p_result ->> 'request_id'
    where attempts.attempt_id = v_attempt.attempt_id
      and attempts.request_id is null;

    update public.video_chunks
    set request_id = p_result ->> 'request_id'
    where video_chunks.chunk_id = p_step.chunk_id
      and p_step.kind = 'generate_clip'
      and video_chunks.request_id is null;
  end if;

  case v_state
    when 'completed' then
      -- Its call was understood, whatever became of the answer.
      if v_attempt.status = 'lost' then
        perform private.release_provider(v_attempt.provider);
      end if;
      perform private.complete_attempt(p_project, p_step, v_attempt, p_result -> 'output');
    when 'failed' then
      perform private.fail_attempt(v_attempt.attempt_id, p_result -> 'error');
    when 'cancelled' then
      perform private.fail_attempt(v_attempt.attempt_id, jsonb_build_object(
        'message', coalesce(p_result -> 'error' ->> 'message', 'The provider cancelled the request'),
        'retryable', false
      ));
    when 'in_progress' then
      perform private.report_progress(v_attempt.attempt_id, (p_result ->> 'progress')::numeric);
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

--! included supabase/schemas/0319_function_withdraw_ends.sql
-- deliveries pending | dead → filtered
--
-- A film that ended is made on, or anew: whoever has not heard of the end before by then would hear of it after the one of
-- now, and believe it. A dead one would be told once all that is dead is redriven.

create or replace function private.withdraw_ends(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.webhook_deliveries
  set status = 'filtered', error = 'The film has ended anew since', updated_at = private.clock()
  where webhook_deliveries.delivery_id in (
    select untold.delivery_id
    from public.webhook_deliveries as untold
    where untold.project_id = p_project_id
      and private.is_end_of_film(untold)
      and untold.status in ('pending', 'dead')
    -- What somebody holds is on its way.
    for no key update skip locked
  );
end;
$$;

comment on function private.withdraw_ends(text) is
'pending | dead → filtered for what the callback_url and the notification service were to hear of earlier ends of the film.';

revoke execute on function private.withdraw_ends(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0321_function_disable_endpoint_now.sql
-- endpoint enabled → disabled; its deliveries pending → skipped. What is on its way still ends.
--
-- A receiver that is given up may have hundreds of thousands of them: a page is skipped at once, the rest by the sweep
-- (skip_closed_lanes). Nothing is sent meanwhile, and a call that takes too long would leave it enabled for ever.

create or replace function private.disable_endpoint_now(p_endpoint_id text, p_reason text)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
-- They are there in order, by index.
set enable_sort = off
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

  select count(*)
  into v_skipped
  from public.webhook_deliveries
  where webhook_deliveries.lane = p_endpoint_id
    and webhook_deliveries.status = 'pending';

  update public.webhook_deliveries
  set status = 'skipped', error = 'The endpoint was disabled', updated_at = v_now
  where webhook_deliveries.delivery_id in (
    select waiting.delivery_id
    from public.webhook_deliveries as waiting
    where waiting.lane = p_endpoint_id
      and waiting.status = 'pending'
    order by waiting.position
    limit 10000
  )
    and webhook_deliveries.status = 'pending';

  perform private.record_event(null, 'endpoint.disabled', null, null, jsonb_build_object(
    'endpoint_id', p_endpoint_id, 'reason', p_reason, 'skipped', v_skipped
  ));
  return v_skipped;
end;
$$;

comment on function private.disable_endpoint_now(text, text) is
'enabled → disabled; how many pending deliveries are skipped, now or by the next sweeps. The caller holds the endpoint''s lock.';

revoke execute on function private.disable_endpoint_now(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0326_function_skip_closed_lanes.sql
-- pending → skipped: it was queued while somebody disabled or deleted its endpoint, or there was too much of it to be skipped
-- at once.
--
-- Each sweep looks at the next page of lanes, and keeps its place in private.housekeeping; where there was more than a page
-- to skip, the next one begins there again.

create or replace function private.skip_closed_lanes()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_lanes constant integer := 1000;
  v_deliveries constant integer := 10000;
  v_after text := coalesce(
    (select housekeeping.next_after from private.housekeeping where housekeeping.what = 'closed_lanes'), ''
  );
  v_page text[] := array(select pending.lane from private.pending_lanes(v_after, v_lanes) as pending);
  v_closed text[] := array(select page.lane from unnest(v_page) as page (lane) where private.open_status(page.lane) = 'skipped');
  v_skipped integer;
  v_next text;
begin
  with
  waiting as (
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.lane = any (v_closed)
      and webhook_deliveries.status = 'pending'
    limit v_deliveries
    -- While the sweep waits for one, it rings for nothing.
    for no key update skip locked
  )
  update public.webhook_deliveries
  set status = 'skipped', error = 'The endpoint was disabled or deleted', updated_at = private.clock()
  from waiting
  where webhook_deliveries.delivery_id = waiting.delivery_id;

  get diagnostics v_skipped = row_count;
  v_next := case
    when v_skipped = v_deliveries then v_after
    when cardinality(v_page) = v_lanes then v_page[v_lanes]
    else ''
  end;
  if v_next <> v_after then
    insert into private.housekeeping (what, next_after)
    values ('closed_lanes', v_next)
    on conflict (what) do update set next_after = excluded.next_after;
  end if;
end;
$$;

comment on function private.skip_closed_lanes() is
'pending → skipped for deliveries to endpoints that are disabled or gone, a page at a time: nobody would ever send them. Called by the sweep.';

revoke execute on function private.skip_closed_lanes() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0352_function_note_invariants.sql
-- It reads all that is kept, seconds for each million of rows: too much for whoever asks how things are, and where much is
-- kept too much for every quarter of an hour. A look may take a twentieth of the time; one that statement_timeout (two
-- minutes of the role that Supabase has for pg_cron) breaks off counts too.

create or replace function private.note_invariants()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_began timestamptz := clock_timestamp();
begin
  if not pg_try_advisory_xact_lock(hashtextextended('invariants', 0)) or exists (
    select 1
    from private.invariant_check
    where invariant_check.tried_at + 20 * invariant_check.took > v_began
      -- What takes less takes no twentieth of a quarter of an hour.
      and invariant_check.took > interval '45 seconds'
      -- A clock that was set back keeps nobody from looking.
      and invariant_check.tried_at <= v_began
  ) then
    return;
  end if;

  insert into private.invariant_check (checked_at, broken, first_broken)
  select
    clock_timestamp(),
    count(*),
    coalesce(
      jsonb_agg(jsonb_build_object('invariant', found.invariant, 'id', found.id) order by found.place)
        filter (where found.place <= 100),
      '[]'
    )
  from (
    select broken.invariant, broken.id, row_number() over (order by broken.invariant, broken.id) as place
    from private.check_invariants() as broken
  ) as found
  on conflict (is_only) do update
  set
    checked_at = excluded.checked_at,
    broken = excluded.broken,
    first_broken = excluded.first_broken;

  update private.invariant_check set tried_at = v_began, took = clock_timestamp() - v_began;
exception
  when query_canceled then
    update private.invariant_check set tried_at = v_began, took = clock_timestamp() - v_began;
end;
$$;

comment on function private.note_invariants() is
'Looks at all invariants, and keeps what it found for read_health and read_queue; not before twenty times as long as the last look took. Called by pg_cron.';

revoke execute on function private.note_invariants() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0354_function_is_left_alone.sql
create or replace function private.is_left_alone(p_provider private.providers, p_now timestamptz)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return p_provider.held_until > p_now
    -- As open_room counts: the one that feels the way is on its way.
    or p_provider.failures_in_a_row >= private.setting('breaker_failures') and exists (
      select 1
      from private.steps
      where steps.provider = p_provider.name
        and steps.status = 'running'
        and steps.kind <> 'cancel_request'
        and steps.updated_at >= p_provider.held_until
    );
end;
$$;

comment on function private.is_left_alone(private.providers, timestamptz) is
'True while a provider that failed is held, and while one step feels the way there: what is due for it waits.';

revoke execute on function private.is_left_alone(private.providers, timestamptz)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0355_function_users_without_room.sql
-- Which provider a queued step will have is known to the runner alone, so any that has no room explains
-- why the step is still waiting.

create or replace function private.users_without_room()
returns table (user_id text)
language plpgsql
stable
rows 100
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
begin
  if private.budget_left() is not distinct from 0 or exists (
    select 1
    from private.providers
    where providers.is_paused
      or private.is_left_alone(providers, v_now)
      or providers.max_in_flight <= (
        select count(*)
        from private.steps
        where steps.provider = providers.name
          and steps.status in ('running', 'waiting')
          and steps.kind <> 'cancel_request'
      )
  ) then
    return query select null::text;
    return;
  end if;

  return query
  select steps.user_id
  from private.providers
  join private.steps on steps.provider = providers.name
  where providers.max_in_flight_per_user is not null
    and steps.status in ('running', 'waiting')
    and steps.kind <> 'cancel_request'
  group by providers.name, steps.user_id
  having count(*) >= providers.max_in_flight_per_user;
end;
$$;

comment on function private.users_without_room() is
'Users whose queued steps a limit may keep from being claimed; null: everybody''s, by a switch, a held provider, a limit or the spending cap.';

revoke execute on function private.users_without_room() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0426_trigger_prices_hold.sql
-- A price that is raised makes films dearer than they were told. Those with a budget are held before anything more is
-- begun for them: what is begun is reserved at the price of that moment. For the others it is noticed as they go on
-- (hold_dearer).

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
    order by projects.project_id
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

--! included supabase/schemas/0435_trigger_webhook_deliveries_withdraw.sql
-- What was on its way when the film ended anew (withdraw_ends) is not tried again.

create or replace function private.tg_webhook_deliveries__withdraw()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if private.is_end_of_film(new) and exists (
    select 1
    from public.webhook_deliveries as later
    where later.project_id = new.project_id
      and later.endpoint_id is not distinct from new.endpoint_id
      and private.is_end_of_film(later)
      and later.position > new.position
  ) then
    new.status := 'filtered';
  end if;
  return new;
end;
$$;

comment on function private.tg_webhook_deliveries__withdraw() is
'delivering → filtered instead of pending or dead, where a later end of the film is told.';

revoke execute on function private.tg_webhook_deliveries__withdraw() from public, anon, authenticated, service_role;

create or replace trigger _200_withdraw before update of status on public.webhook_deliveries
for each row when (old.status = 'delivering' and new.status in ('pending', 'dead') and new.type like 'video.generation.%')
execute function private.tg_webhook_deliveries__withdraw();
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
'failed | cancelled → generating | stitching, keeping what was finished. {project_id, was, status, requests_given_up}. Raises RL404, RL409.';

revoke execute on function public.retry_project(text, text) from public, anon, authenticated;
grant execute on function public.retry_project(text, text) to service_role;
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
    reframed_image_url = case
      when scenes.scene_id = p_scene_id and p_changes ->> 'image_url' <> scenes.image_url then null
      when scenes.scene_id = p_scene_id and p_changes ->> 'image_url' is not null and scenes.image_url is null then null
      else scenes.reframed_image_url
    end,
    prompt = case when scenes.scene_id = p_scene_id then coalesce(p_changes ->> 'prompt', scenes.prompt) else scenes.prompt end,
    image_url = case when scenes.scene_id = p_scene_id then coalesce(p_changes ->> 'image_url', scenes.image_url) else scenes.image_url end,
    reframe_to = case when scenes.scene_id = p_scene_id then coalesce(p_changes ->> 'reframe_to', scenes.reframe_to) else scenes.reframe_to end,
    audio_url = case when scenes.scene_id = p_scene_id then coalesce(p_changes ->> 'audio_url', scenes.audio_url) else scenes.audio_url end
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
'→ generating | stitching, and queues what is missing. Raises RL409 where a storyboard is missing and its step is pruned. The caller holds the project''s lock.';

revoke execute on function private.reopen_project(text) from public, anon, authenticated, service_role;
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
          select seen.status, count(*) as n
          from (
            select webhook_deliveries.status
            from public.webhook_deliveries
            where webhook_deliveries.status in ('pending', 'delivering')
            union all
            select webhook_deliveries.status
            from public.webhook_deliveries
            where webhook_deliveries.status not in ('pending', 'delivering')
              and webhook_deliveries.updated_at > p_since
          ) as seen
          group by seen.status
        ) as counted
      ),
      '{}'
    ),
    'receivers_held', (
      select count(*)
      from private.delivery_lanes
      where delivery_lanes.failures_in_a_row >= private.setting('delivery_breaker_failures')
        and private.has_open_deliveries(delivery_lanes.lane)
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

--! included supabase/schemas/0630_function_step_metrics.sql
create or replace function private.step_metrics(p_since timestamptz)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  with
  -- What is open, or ended since then: each through an index of its own
  seen as (
    select steps.step_id, steps.kind, steps.status
    from private.steps
    where steps.status in ('queued', 'running', 'waiting')
    union all
    select steps.step_id, steps.kind, steps.status
    from private.steps
    where steps.status in ('completed', 'failed', 'cancelled')
      and steps.updated_at > p_since
  )
  select jsonb_build_object(
    'by_kind', coalesce(
      (
        select jsonb_object_agg(kinds.kind, kinds.by_status)
        from (
          select counted.kind, jsonb_object_agg(counted.status, counted.n) as by_status
          from (
            select seen.kind, seen.status, count(*) as n
            from seen
            group by seen.kind, seen.status
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
      from seen
      join private.attempts using (step_id)
      where attempts.ended_at > p_since
        or attempts.status = 'lost'
    )
  );
$$;

comment on function private.step_metrics(timestamptz) is
'Open steps and those that ended since then by kind and status, the one that is due for longest, and attempts by what became of them.';

revoke execute on function private.step_metrics(timestamptz) from public, anon, authenticated, service_role;
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
        or private.is_left_alone(providers, private.clock())
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

--! included supabase/schemas/0682_function_list_projects.sql
-- Ids sort by time, so the last one of a page is where the next one begins. The plan has to know the
-- filters, else every page would read all films: hence force_custom_plan. No index knows the words of a
-- prompt: a page looks for them among so many films, and the next one goes on behind the last of those.

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
  v_looked_at integer := case when v_search is null then p_limit else greatest(p_limit, 10000) end;
  v_id text := (select projects.project_id from public.projects where projects.project_id = v_search);
  v_docs jsonb;
  v_last text;
begin
  select
    coalesce(jsonb_agg(private.project_card(page.film) order by page.project_id desc) filter (where page.is_found), '[]'),
    -- Null where all have been looked at
    case when count(*) = p_limit or max(page.nth) = v_looked_at then min(page.project_id) end
  into v_docs, v_last
  from (
    select looked.*
    from (
      select
        newest.*,
        row_number() over (order by newest.project_id desc) as nth,
        v_search is null
        or v_search in (newest.project_id, (newest.film).video_id, (newest.film).user_id, (newest.film).chat_id)
        or strpos(lower((newest.film).prompt), lower(v_search)) > 0 as is_found
      from (
        select projects.project_id, projects as film
        from public.projects
        where (p_before is null or projects.project_id < p_before)
          and (v_id is null or projects.project_id = v_id)
          and (v_status is null or projects.status = v_status)
          and (v_statuses is null or projects.status = any (v_statuses))
          and (v_user_id is null or projects.user_id = v_user_id)
        order by projects.project_id desc
        limit v_looked_at
      ) as newest
    ) as looked
    where looked.is_found or looked.nth = v_looked_at
    order by looked.project_id desc
    limit p_limit
  ) as page;

  return jsonb_build_object('docs', v_docs, 'next', v_last);
end;
$$;

comment on function public.list_projects(jsonb, text, integer) is
'{docs, next}: the newest films behind p_before; p_filter {statuses, user_id, search}, search being an id or a part of the prompt, looked for among 10,000 films a page. Called by webhook-manage.';

revoke execute on function public.list_projects(jsonb, text, integer) from public, anon, authenticated;
grant execute on function public.list_projects(jsonb, text, integer) to service_role;
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

--! included supabase/schemas/0849_function_source_rule.sql
create or replace function private.source_rule(p_constraint text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select case p_constraint
    when 'source_name_fits_a_path' then 'its name has small letters, digits, - and _, begins with a letter and ends before the 64th'
    when 'source_name_is_not_taken' then 'Reelay uses that name itself'
    when 'source_header_can_be_chosen' then 'header can be chosen for hmac, hmac_base64, timestamped, token and ed25519 alone'
    when 'source_secret_is_in_env_or_vault' then
      'secret_name is an environment variable (A-Z, 0-9, _; none of SUPABASE''s) or, with "secret_in": "vault", a secret''s name there'
    when 'source_handler_is_whole' then
      'handler_kind and handler_target go together: "function" and its name without the schema, or "delivery" and a URL'
    else 'the rule "' || replace(p_constraint, '_', ' ') || '" does not hold'
  end;
$$;

comment on function private.source_rule(text) is 'What a constraint of private.webhook_sources asks for, in words for whoever adds a source.';

revoke execute on function private.source_rule(text) from public, anon, authenticated, service_role;
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
