create index if not exists webhook_deliveries_in_order on public.webhook_deliveries (lane, position) where status = 'pending';
create index if not exists webhook_deliveries_unbatched on public.webhook_deliveries (lane, position)
where status = 'pending' and type in ('batch', 'endpoint.test');
drop function if exists private.next_batch(private.endpoints, timestamptz);

--! altered supabase/schemas/0170_table_webhook_deliveries.sql sha256:d22ac9c940e702954ffec5be75716f047bc9f759632b8dae2528e81ebcc3eb1a

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
declare
  v_key text;
begin
  select settings.value #>> '{}' into v_key from private.settings where settings.name = 'token_key';
  return encode(extensions.hmac(p_purpose || ':' || p_id, v_key, 'sha256'), 'hex');
end;
$$;

comment on function private.sign(text, text) is
'HMAC-SHA256 in hex of purpose and id, under the key that a migration drew at random.';

revoke execute on function private.sign(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0198_table_invariant_check.sql
create table private.invariant_check (
  is_only boolean not null default true,
  checked_at timestamptz not null,
  broken bigint not null,
  first_broken jsonb not null,
  constraint invariant_check_pkey primary key (is_only),
  constraint there_is_one_check check (is_only)
);

comment on table private.invariant_check is 'What the last look at all invariants found.';
comment on column private.invariant_check.first_broken is '[{invariant, id}], a hundred at most.';

alter table private.invariant_check enable row level security;
revoke all on table private.invariant_check from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0199_function_is_bell_ringing.sql
-- Volatile: it is asked again once the bell is locked, and has to see what it has become.

create or replace function private.is_bell_ringing()
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_is_ringing boolean;
begin
  select
    bell.unanswered_since is not null
    and bell.last_rung_at > private.clock() - make_interval(secs => (settings.value #>> '{}')::double precision)
  into v_is_ringing
  from private.bell
  join private.settings on settings.name = 'bell_repeat_seconds';

  return coalesce(v_is_ringing, false);
end;
$$;

comment on function private.is_bell_ringing() is
'True while a ring is on its way that no runner has answered, and that is not to be repeated yet.';

revoke execute on function private.is_bell_ringing() from public, anon, authenticated, service_role;
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
begin
  if coalesce(current_setting('reelay.rung_in', true), '') = v_transaction then
    return false;
  end if;
  v_transaction := set_config('reelay.rung_in', v_transaction, true);

  -- Looked at before it is locked: under load most rings are under way already, and a lock is a write.
  if private.is_bell_ringing() then
    return false;
  end if;

  -- Whoever holds the row is ringing or answering just now: no need to wait for it.
  perform 1 from private.bell for no key update skip locked;
  if not found or private.is_bell_ringing() then
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
  if v_name_of_model is not null then
    select settings.* into v_setting from private.settings where settings.name = v_name_of_model;
  end if;
  if v_setting.name is null then
    select settings.* into v_setting from private.settings where settings.name = v_name;
  end if;

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
    -- The first one stays the one: a second of the same, made for a version that was under way too, would change what all
    -- that is made from it is known by.
    order by film_parts.made_at, film_parts.project_id
    limit 1
  );
end;
$$;

comment on function private.film_part(text, text, jsonb) is
'What was made from this input for any version of the project''s video; null when nothing was yet.';

revoke execute on function private.film_part(text, text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0234_function_batchable.sql
-- What is due later than a new event would be is replayed at a pace, and is not there yet.

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
  return coalesce(lower(v_parts[1] || '://' || v_parts[2]), left(private.without_query(p_url), 255));
end;
$$;

comment on function private.delivery_lane(text, text) is
'The lane of a delivery: its endpoint where it has a standing one, else scheme, host and port of its URL.';

revoke execute on function private.delivery_lane(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0235_function_has_open_deliveries.sql
create or replace function private.has_open_deliveries(p_lane text)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  -- Asked for as the two indexes have it.
  return exists (
    select 1
    from public.webhook_deliveries
    where webhook_deliveries.lane = p_lane
      and webhook_deliveries.status = 'pending'
  ) or exists (
    select 1
    from public.webhook_deliveries
    where webhook_deliveries.lane = p_lane
      and webhook_deliveries.status = 'delivering'
  );
end;
$$;

comment on function private.has_open_deliveries(text) is
'True where something is still to be sent in this lane: nobody waits for a receiver to which nothing is.';

revoke execute on function private.has_open_deliveries(text) from public, anon, authenticated, service_role;
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
  v_events public.webhook_deliveries[];
  v_room integer := 900000;
  v_fitting integer := 0;
begin
  select array_agg(waiting order by waiting.position)
  into v_events
  from (
    select webhook_deliveries.*
    from public.webhook_deliveries
    where webhook_deliveries.delivery_id = any (p_waiting[1:p_endpoint.batch_size])
      and webhook_deliveries.status = 'pending'
      and webhook_deliveries.attempt_count = 0
    order by webhook_deliveries.position
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

comment on function private.next_batch(private.endpoints, text[], timestamptz) is
'The first of these waiting events, as many as one batch to this endpoint consists of, locked, in order; null while it is too early for one.';

revoke execute on function private.next_batch(private.endpoints, text[], timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0236_function_end_delivery_leases.sql
-- delivering → pending: its runner was lost, before it sent, while it did, or before it could say so. The next try is
-- under the same webhook-id, so that a receiver that had it already knows it again. It takes none of the schedule: ten
-- runners that are lost within minutes say nothing of the receiver.

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
      tries_before = webhook_deliveries.tries_before + 1,
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
--
-- No more than the endpoint may have on their way, and what waits for it is looked through once, without its bodies: a
-- receiver that comes back after days has hundreds of thousands of events, and nothing is sent to anybody meanwhile.

create or replace function private.form_batches(p_now timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_endpoint private.endpoints;
  v_places integer;
  v_waiting text[];
  v_events public.webhook_deliveries[];
  v_batch public.webhook_deliveries;
begin
  for v_endpoint in
    select endpoints.*
    from private.endpoints
    where endpoints.batch_size > 1
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
  loop
    v_places := v_endpoint.max_in_flight - (
      select count(*)
      from public.webhook_deliveries
      where webhook_deliveries.lane = v_endpoint.endpoint_id
        and webhook_deliveries.status = 'pending'
        and webhook_deliveries.type = 'batch'
        and webhook_deliveries.attempt_count = 0
    );
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

comment on function private.form_batches(timestamptz) is
'pending → batched, for endpoints with a batch that is full or has waited for long enough. Called by each claim.';

revoke execute on function private.form_batches(timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0236_function_pending_lanes.sql
-- A step along the index for each lane, however many deliveries are pending in it.

create or replace function private.pending_lanes()
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
  where open_lanes.lane is not null;
end;
$$;

comment on function private.pending_lanes() is 'Lanes that something is pending in.';

revoke execute on function private.pending_lanes() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0237_function_lane_head.sql
-- In batches only what is one, is a test, or was tried by itself before can go.

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
  v_open text[];
begin
  select array_agg(open_lanes.lane)
  into v_open
  from private.pending_lanes() as open_lanes
  -- Of those that wait for a retry none is locked: there may be thousands, and whoever has to say how a delivery to one
  -- of them went would wait for this claim. The index answers what is asked for as it has it: (attempt_count > 0) = false
  -- would be read as attempt_count <= 0, which it has not; and "exists" would read all that is due into a hash.
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
  ) <= p_now;
  if v_open is null then
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

--! included supabase/schemas/0238_function_lane_candidates.sql
-- What each lane could send next, by place: first tries in their order; of retries about a fourth of the places, by
-- lot, so that neither starves. Of an ordered lane it is the oldest open delivery or, until that is due, none. What an
-- endpoint takes in batches waits to be put into one. Each arm reads in the order of an index: days of deliveries may wait for
-- one receiver.

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
      and (fresh.attempt_count > 0) is false
      and fresh.due_at <= p_now
    order by fresh.due_at, fresh.position
    limit rooms.room
  ) as first
  where not rooms.is_ordered
    and not rooms.is_batched
  union all
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
-- What is due and was not claimed waits for a slot that no clock frees, for the breaker, or for tokens: an hour at most is
-- said, because next to nothing a second would make a time that no timestamp holds.

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
  v_first_url text;
  v_thumbnail_url text;
begin
  update public.projects
  set cut_hash = private.cut_hash(p_project_id)
  where projects.project_id = p_project_id;

  if private.reuse_film(p_project_id) then
    return;
  end if;

  select video_chunks.chunk_id, video_chunks.kling_video_url, scenes.thumbnail_url
  into strict v_first_id, v_first_url, v_thumbnail_url
  from public.video_chunks
  join public.scenes using (scene_id)
  where scenes.project_id = p_project_id
    and video_chunks.selected
  order by scenes.position, video_chunks.position
  limit 1;

  -- A video service may have made one already.
  if v_thumbnail_url is null and (private.film_step(p_project_id, 'extract_thumbnail', array[v_first_url])).step_id is null then
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
  if p_pieces is null and p_kind = 'extract_thumbnail' then
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
'The open or completed stitch or extract_thumbnail step for the clips that are selected now; null when there is none. p_pieces: what the film is joined from, or of its clips the first at least, where the caller knows it.';

revoke execute on function private.film_step(text, text, text[]) from public, anon, authenticated, service_role;
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
  v_thumbnail_url text;
  v_name text;
begin
  if v_film_url is null then
    return;
  end if;
  v_thumbnail := private.film_step(p_project_id, 'extract_thumbnail');
  if v_thumbnail.status in ('queued', 'running', 'waiting') then
    return;
  end if;

  v_thumbnail_url := v_thumbnail.output ->> 'image_url';
  if v_thumbnail_url is null then
    select scenes.thumbnail_url
    into v_thumbnail_url
    from public.scenes
    where scenes.project_id = p_project_id
      and scenes.position = 1;
  end if;

  v_name := p_project_id || '/' || encode(extensions.gen_random_bytes(16), 'hex');
  perform private.add_step(p_project_id, 'store_film', null, null, jsonb_build_object(
    'film_url', v_film_url,
    'thumbnail_url', v_thumbnail_url,
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

--! included supabase/schemas/0318_function_is_end_of_film.sql
create or replace function private.is_end_of_film(p_delivery public.webhook_deliveries)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
  select (p_delivery.endpoint_id is null or p_delivery.endpoint_id = 'notification')
    and p_delivery.type in ('video.generation.completed', 'video.generation.failed', 'video.generation.cancelled');
$$;

comment on function private.is_end_of_film(public.webhook_deliveries) is
'True where it tells the callback_url or the notification service how the film has ended: the last one is the one that holds.';

revoke execute on function private.is_end_of_film(public.webhook_deliveries) from public, anon, authenticated, service_role;
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

--! included supabase/schemas/0319_function_withdraw_ends.sql
-- deliveries pending → filtered
--
-- A film that ended is made on, or anew: whoever has not heard of the end before by then would hear of it after the one of
-- now, and believe it.

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
      and untold.status = 'pending'
    -- What somebody holds is on its way.
    for no key update skip locked
  );
end;
$$;

comment on function private.withdraw_ends(text) is
'pending → filtered for what the callback_url and the notification service were to hear of earlier ends of the film.';

revoke execute on function private.withdraw_ends(text) from public, anon, authenticated, service_role;
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

  insert into private.delivery_lanes as lanes (lane, failures_in_a_row, first_failed_at, updated_at)
  values (p_lane, 1, p_now, p_now)
  on conflict (lane) do update
  set
    failures_in_a_row = lanes.failures_in_a_row + 1,
    first_failed_at = coalesce(lanes.first_failed_at, p_now),
    updated_at = p_now
  where lanes.held_until is null
    or lanes.held_until <= p_now;

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

--! included supabase/schemas/0323_function_plain_results.sql
-- Read before anything is locked: a failure that is recorded meanwhile counts as the later one.

create or replace function private.plain_results(p_results jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(given.value), '[]')
    from jsonb_array_elements(p_results) as given
    join public.webhook_deliveries on webhook_deliveries.delivery_id = given.value ->> 'delivery_id'
    where (given.value ->> 'status_code')::integer between 200 and 299
      and webhook_deliveries.type <> 'batch'
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
  );
end;
$$;

comment on function private.plain_results(jsonb) is
'Those of the results that say nothing new of their receivers: what arrived where all had gone well before.';

revoke execute on function private.plain_results(jsonb) from public, anon, authenticated, service_role;
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
'delivering → delivered for each of the results, all of them plain_results; the ids of those that were not stale.';

revoke execute on function private.record_delivered(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0325_function_closed_lanes.sql
create or replace function private.closed_lanes()
returns table (lane text)
language plpgsql
stable
rows 10
security invoker
set search_path = ''
as $$
begin
  return query
  select pending_lanes.lane
  from private.pending_lanes()
  where private.open_status(pending_lanes.lane) = 'skipped';
end;
$$;

comment on function private.closed_lanes() is
'Lanes that something is pending in though their endpoint is disabled or deleted: nothing is sent there.';

revoke execute on function private.closed_lanes() from public, anon, authenticated, service_role;
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

--! included supabase/schemas/0326_function_expire_deliveries.sql
-- pending → dead: a receiver that is down for days has its schedule stretched by the breaker. Past delivery_hours
-- nobody waits for it any more.
--
-- pending → skipped: it was queued while somebody disabled or deleted its endpoint.

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
    from private.closed_lanes() as closed
    join public.webhook_deliveries using (lane)
    where webhook_deliveries.status = 'pending'
    -- While the sweep waits for one, it rings for nothing.
    for no key update of webhook_deliveries skip locked
  )
  update public.webhook_deliveries
  set status = 'skipped', error = 'The endpoint was disabled or deleted', updated_at = private.clock()
  from orphaned
  where webhook_deliveries.delivery_id = orphaned.delivery_id;

  with
  -- Asked once: a receiver's backlog may be hundreds of thousands of rows.
  instant as materialized (
    select
      private.clock() - interval '1 hour' as overdue,
      private.clock() - make_interval(hours => private.setting('delivery_hours')::integer) as too_old
  ),
  old as (
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.status = 'pending'
      and webhook_deliveries.due_at < (select instant.overdue from instant)
      and webhook_deliveries.queued_at < (select instant.too_old from instant)
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

--! included supabase/schemas/0352_function_note_invariants.sql
-- It reads all that is kept, seconds for each million of rows: too much for whoever asks how things are.

create or replace function private.note_invariants()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended('invariants', 0)) then
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
end;
$$;

comment on function private.note_invariants() is
'Looks at all invariants, and keeps what it found for read_health and read_queue. Called by pg_cron.';

revoke execute on function private.note_invariants() from public, anon, authenticated, service_role;
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
      or providers.held_until > v_now
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

--! included supabase/schemas/0355_function_waiting_lanes.sql
create or replace function private.waiting_lanes()
returns table (lane text)
language plpgsql
stable
rows 100
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_failures numeric := private.setting('delivery_breaker_failures');
begin
  return query
  select delivery_lanes.lane
  from private.delivery_lanes
  where delivery_lanes.failures_in_a_row >= v_failures
  union
  select endpoints.endpoint_id
  from private.endpoints
  where endpoints.is_ordered
    or not endpoints.is_enabled
    or endpoints.max_per_second is not null
  union
  select webhook_deliveries.lane
  from public.webhook_deliveries
  where webhook_deliveries.status = 'delivering'
    and webhook_deliveries.due_at > v_now;
end;
$$;

comment on function private.waiting_lanes() is
'Lanes whose deliveries may stay overdue though nothing is wrong here: the receiver fails, takes one at a time, or has one on its way now and is slow.';

revoke execute on function private.waiting_lanes() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0360_view_oldest_due.sql
create or replace view private.oldest_due
with (security_invoker = true)
as
select distinct on (due.what, due.status)
  due.what,
  due.status,
  due.due_at,
  (select private.clock()) - due.due_at as overdue,
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
--! end included

--! included supabase/schemas/0360_view_queue_depth.sql
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
  select steps.kind as what, steps.status, steps.provider, steps.due_at, (select private.clock()) as now
  from private.steps
  where steps.status in ('queued', 'running', 'waiting')
  union all
  select 'delivery', webhook_deliveries.status, null, webhook_deliveries.due_at, (select private.clock())
  from public.webhook_deliveries
  where webhook_deliveries.status in ('pending', 'delivering')
) as open
group by open.what, open.status, open.provider;

comment on view private.queue_depth is
'How much is open, by kind, status and provider (a step that was never begun has none), and how much of that is due now.';

revoke all on table private.queue_depth from public, anon, authenticated, service_role;
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
    -- "not in" is true of nobody where one of them is null.
    and (
      steps.status <> 'queued'
      or steps.user_id not in (select users_without_room.user_id from private.users_without_room())
    )
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
    and webhook_deliveries.lane not in (select waiting_lanes.lane from private.waiting_lanes())
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
    and private.has_open_deliveries(delivery_lanes.lane)
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

--! included supabase/schemas/0435_trigger_webhook_deliveries_limit_tries.sql
-- A job may ask for fewer tries of its deliveries than the schedule has; one that is redriven or replayed has as many
-- again. A try counts once its result is on record: one whose runner was lost may never have been sent.

create or replace function private.tg_webhook_deliveries__limit_tries()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if new.attempt_count - new.tries_before >= (
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
'delivering → filtered instead of pending, where a later end of the film is told.';

revoke execute on function private.tg_webhook_deliveries__withdraw() from public, anon, authenticated, service_role;

create or replace trigger _200_withdraw before update of status on public.webhook_deliveries
for each row when (old.status = 'delivering' and new.status = 'pending' and new.type like 'video.generation.%')
execute function private.tg_webhook_deliveries__withdraw();
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
  -- Asked first: under load most rings are under way already, and what is due need not be looked for.
  if private.is_bell_ringing() then
    return null;
  end if;

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
  elsif octet_length(v_delivery.body) > 1048576 then
    raise exception 'Cannot redrive delivery "%": its body is larger than 1 MiB', p_delivery_id using errcode = 'RL409';
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

--! included supabase/schemas/0530_function_insert_take.sql
create or replace function private.insert_take(
  p_scene_ids text[],
  p_take integer,
  p_changed_scene_id text,
  p_changes jsonb
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.video_chunks (
    scene_id, project_id, position, take, model, prompt, duration, driver_video_url, audio_url
  )
  select
    video_chunks.scene_id,
    video_chunks.project_id,
    video_chunks.position,
    p_take,
    -- As the job named it: the fallback may be asked again, and another version finds the clip.
    coalesce(changes.value ->> 'model', video_chunks.metadata ->> 'fell_back_from', video_chunks.model),
    coalesce(changes.value ->> 'prompt', video_chunks.prompt),
    video_chunks.duration,
    video_chunks.driver_video_url,
    video_chunks.audio_url
  from public.video_chunks
  cross join lateral (
    select case when video_chunks.scene_id = p_changed_scene_id then coalesce(p_changes, '{}') else '{}' end as value
  ) as changes
  where video_chunks.scene_id = any (p_scene_ids)
    and video_chunks.selected
    and not changes.value ? 'chunks'
  order by video_chunks.chunk_id;

  insert into public.video_chunks (
    scene_id, project_id, position, take, model, prompt, duration, driver_video_url, audio_url
  )
  select
    scenes.scene_id,
    scenes.project_id,
    part.position,
    p_take,
    part.chunk ->> 'model',
    part.chunk ->> 'prompt',
    (part.chunk ->> 'duration')::numeric,
    part.chunk ->> 'driver_video_url',
    part.chunk ->> 'audio_url'
  from public.scenes
  cross join lateral jsonb_array_elements(p_changes -> 'chunks') with ordinality as part (chunk, position)
  where scenes.scene_id = p_changed_scene_id
  order by part.position;

  update public.video_chunks
  set
    selected = false,
    status = case
      when video_chunks.status in ('PENDING', 'SUBMITTED', 'IN_PROGRESS') then 'CANCELLED'
      else video_chunks.status
    end
  where video_chunks.scene_id = any (p_scene_ids)
    and video_chunks.selected
    and video_chunks.take < p_take;
end;
$$;

comment on function private.insert_take(text[], integer, text, jsonb) is
'Copies the selected chunks of these scenes into a new selected take, or takes those of p_changes; the old take stays, unselected.';

revoke execute on function private.insert_take(text[], integer, text, jsonb)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0615_function_replay_callback.sql
-- error | pending → success (applied, duplicate, stale) | error | stays pending (buffered)
--
-- Applies what the door once read out of the body, under the rules of the first time. One that was
-- applied is a duplicate, or stale, and nothing changes. Replays of one row go one after the other.

create or replace function public.replay_callback(p_webhook_log_id text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_started_at timestamptz := clock_timestamp();
  v_log public.webhook_logs;
  v_was text;
  v_flags jsonb;
begin
  select webhook_logs.* into v_log from public.webhook_logs where webhook_logs.webhook_log_id = p_webhook_log_id;
  if not found then
    raise exception 'Cannot replay callback "%": no such callback', p_webhook_log_id using errcode = 'RL404';
  elsif private.is_malformed(v_log) then
    raise exception 'Cannot replay callback "%": it was malformed, and there is nothing to apply', p_webhook_log_id using errcode = 'RL409';
  elsif v_log.is_token_wrong then
    raise exception 'Cannot replay callback "%": the token in its URL is not ours', p_webhook_log_id using errcode = 'RL409';
  end if;

  -- The delivery counts as seen again. Another row may have it: the sender's own next try.
  insert into private.seen_deliveries (source, webhook_id, webhook_log_id)
  values (v_log.source, v_log.webhook_id, p_webhook_log_id)
  on conflict do nothing;

  perform private.lock_callback_target(v_log);
  select webhook_logs.*
  into v_log
  from public.webhook_logs
  where webhook_logs.webhook_log_id = p_webhook_log_id
  for no key update;

  if not found then
    raise exception 'Cannot replay callback "%": it has been deleted meanwhile', p_webhook_log_id using errcode = 'RL404';
  end if;

  v_was := v_log.status;
  if v_was = 'success' then
    v_log.outcome := case when v_log.outcome = 'stale' then 'stale' else 'duplicate' end;
    return private.replay_answer(v_log, v_was);
  end if;

  update public.webhook_logs
  set retry_count = webhook_logs.retry_count + 1
  where webhook_logs.webhook_log_id = p_webhook_log_id;

  begin
    v_flags := private.replay_flags(v_log);
    perform private.settle_callback(v_log, v_flags, clock_timestamp() - v_started_at);
  exception
    when others then
      perform private.forget_delivery(v_log, sqlerrm);
  end;

  select webhook_logs.* into v_log from public.webhook_logs where webhook_logs.webhook_log_id = p_webhook_log_id;
  return private.replay_answer(v_log, v_was);
end;
$$;

comment on function public.replay_callback(text) is
'error | pending → success, or error with the new reason. {webhook_log_id, was, status, outcome, error, retry_count}; outcome error: processing raised. Raises RL404, RL409. Called by webhook-manage.';

revoke execute on function public.replay_callback(text) from public, anon, authenticated;
grant execute on function public.replay_callback(text) to service_role;
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
      and webhook_deliveries.lane not in (select waiting_lanes.lane from private.waiting_lanes())
  )
  select jsonb_build_object('count', count(*), 'oldest_due_at', min(overdue.due_at))
  from overdue;
$$;

comment on function private.overdue_work(timestamptz) is
'{count, oldest_due_at} of steps and deliveries that nobody looked at since then, though somebody should have.';

revoke execute on function private.overdue_work(timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0642_function_read_health.sql
-- Deaf bell: pg_net does not deliver. Sweep: not for a minute (nor since Postgres started). Overdue: nobody looked for five minutes,
-- though not everything is paused. Invariants: as of the last look at them (note_invariants).

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
    'database', '{"ok": true}'::jsonb,
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
  v_step private.steps;
  v_project public.projects;
  v_again private.steps;
  v_status text := 'queued';
begin
  if not exists (select 1 from private.steps where steps.step_id = p_step_id) then
    raise exception 'Cannot redrive step "%": no such step', p_step_id using errcode = 'RL404';
  end if;

  v_step := private.lock_step(p_step_id);
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
  -- In the order in which a page of results has them.
  perform 1
  from public.webhook_deliveries
  where webhook_deliveries.endpoint_id = p_endpoint_id
    and webhook_deliveries.project_id is null
  order by webhook_deliveries.delivery_id
  for update;
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
      select coalesce(jsonb_agg(broken.found order by broken.place), '[]')
      from (
        select each.found, each.place
        from private.invariant_check
        cross join lateral jsonb_array_elements(invariant_check.first_broken) with ordinality as each (found, place)
        order by each.place
        limit p_limit
      ) as broken
    )
  );
$$;

comment on function public.read_queue(integer) is
'{depth, stuck, broken}: what is open, what moves on by nobody and why, which invariants the last look found broken and by what; p_limit of each. Called by webhook-manage.';

revoke execute on function public.read_queue(integer) from public, anon, authenticated;
grant execute on function public.read_queue(integer) to service_role;
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
'Deletes the ended deliveries, with their tries, of custom sources and of projects that nothing has happened to since p_before, out of the next p_limit; and lanes that nothing waits for.';

revoke execute on function private.prune_deliveries(text, timestamptz, integer) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0720_function_housekeep.sql
-- Deletes what is older than keep_days.* and belongs to no unfinished project. A page of each kind at a
-- time, until all are through or housekeeping_seconds are over: the next run goes on where it stopped.
-- Behind each page it rests for as long as that took, so that films have the other half of its core.

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
      perform pg_sleep_for(clock_timestamp() - v_since);
    end loop;
  end loop;
  return v_deleted;
end;
$$;

comment on function private.housekeep() is
'Retention, bounded in rows and time. Returns how many rows of each kind were deleted. Called by pg_cron.';

revoke execute on function private.housekeep() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0730_function_callbacks_about.sql
create or replace function private.callbacks_about(p_project_ids text[])
returns text[]
language sql
stable
security invoker
set search_path = ''
as $$
  -- By project where the callback was matched, by request where it was not: two looks into an index.
  select coalesce(array_agg(about.webhook_log_id), '{}')
  from (
    select webhook_logs.webhook_log_id
    from public.webhook_logs
    where webhook_logs.project_id = any (p_project_ids)
    union
    select webhook_logs.webhook_log_id
    from private.steps
    join private.attempts using (step_id)
    join public.webhook_logs
      on webhook_logs.source = attempts.provider
      and webhook_logs.request_id = attempts.request_id
    where steps.project_id = any (p_project_ids)
  ) as about;
$$;

comment on function private.callbacks_about(text[]) is 'Ids of the recorded callbacks that concern these projects.';

revoke execute on function private.callbacks_about(text[]) from public, anon, authenticated, service_role;
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
    -- A range, byte by byte, by Storage's own index: by like, all films of all users would be read for each project.
    join storage.objects
      on objects.bucket_id = 'films'
      and objects.name ~>=~ (project.id || '/')
      and objects.name ~<~ (project.id || '0')
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

--! included supabase/schemas/0734_function_lock_endpoints_of.sql
create or replace function private.lock_endpoints_of(p_user_id text)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return array(
    select endpoints.endpoint_id
    from private.endpoints
    where endpoints.user_id = p_user_id
    order by endpoints.endpoint_id
    for no key update
  );
end;
$$;

comment on function private.lock_endpoints_of(text) is 'Locks a user''s endpoints, in the lock order, and names them.';

revoke execute on function private.lock_endpoints_of(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0735_function_deletable_versions.sql
-- All versions of a video, or none: they count up without gaps.

create or replace function private.deletable_versions(p_user_id text, p_video_id text, p_waits boolean)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_ids text[] := (
    select array_agg(projects.project_id)
    from public.projects
    where projects.user_id = p_user_id
      and projects.video_id = p_video_id
    having not p_waits or not bool_or(private.is_letting_go(projects.project_id))
  );
begin
  if v_ids is null then
    return '{}';
  end if;

  -- A new version counts on those before it. Where one is being made, or there is one by now, all are left to the next
  -- call: whoever makes it may be waiting for a row of theirs, that with its idempotency key.
  if not pg_try_advisory_xact_lock(
    private.version_lock(jsonb_build_object('user_id', p_user_id, 'video_id', p_video_id))
  ) then
    return '{}';
  end if;

  return case
    when cardinality(v_ids) = (
      select count(*)
      from public.projects
      where projects.user_id = p_user_id
        and projects.video_id = p_video_id
    ) then v_ids
    else '{}'
  end;
end;
$$;

comment on function private.deletable_versions(text, text, boolean) is
'Ids of a video''s versions, of which no other can be made until this transaction ends; none while requests of one are being given up (unless p_waits is false), or where one is new or being made. Called with their rows locked.';

revoke execute on function private.deletable_versions(text, text, boolean) from public, anon, authenticated, service_role;
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
  );
begin
  delete from public.webhook_deliveries where webhook_deliveries.endpoint_id = any (v_ids);
  delete from private.delivery_lanes where delivery_lanes.lane = any (v_ids);
  delete from private.endpoints where endpoints.endpoint_id = any (v_ids);
end;
$$;

comment on function private.delete_endpoints_of(text) is
'Deletes a user''s endpoints with all that was or is to be sent to them: batches name no project. The caller holds their locks.';

revoke execute on function private.delete_endpoints_of(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0735_function_lock_messages_of.sql
create or replace function private.lock_messages_of(p_user_id text, p_project_ids text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  -- Once more: one may have been made since.
  v_endpoint_ids text[] := private.lock_endpoints_of(p_user_id);
begin
  -- Those of endpoints and of projects at once: a page of results has both, and goes by id.
  perform 1
  from public.webhook_deliveries
  where webhook_deliveries.endpoint_id = any (v_endpoint_ids)
    or webhook_deliveries.project_id = any (p_project_ids)
  order by webhook_deliveries.delivery_id
  for update;
end;
$$;

comment on function private.lock_messages_of(text, text[]) is
'Locks a user''s endpoints, then all deliveries to them and of these projects, in the lock order: they are about to be deleted.';

revoke execute on function private.lock_messages_of(text, text[]) from public, anon, authenticated, service_role;
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
  -- Before any delivery: cancelling makes what waits for a batch due, and a claim that has the endpoint wants just that.
  perform private.lock_endpoints_of(p_user_id);

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

  perform private.lock_messages_of(p_user_id, v_ids);
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

-- Lanes of URLs that only a URL parser reads held the URL itself, its query included.
update public.webhook_deliveries
set lane = private.delivery_lane(webhook_deliveries.endpoint_id, webhook_deliveries.url)
where webhook_deliveries.lane !~ '^(https?://[^/\\?#\t\n\r]+|ep_.*|notification)$';

delete from private.delivery_lanes
where delivery_lanes.lane !~ '^(https?://[^/\\?#\t\n\r]+|ep_.*|notification)$';
drop function private.is_ringing(private.bell, double precision, timestamptz);
drop function if exists private.is_lane_waiting(text);
drop function if exists private.waits_for_room(text);
select cron.schedule('reelay-invariants', '*/15 * * * *', 'select private.note_invariants()');
select private.note_invariants();
