--! included supabase/schemas/0300_function_callback_answer.sql
create or replace function private.callback_answer(p_log public.webhook_logs, p_outcome text, p_flags jsonb)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'outcome', p_outcome,
    'webhook_log_id', p_log.webhook_log_id,
    'chunk_updated', coalesce((p_flags ->> 'chunk_updated')::boolean, false),
    'scene_updated', coalesce((p_flags ->> 'scene_updated')::boolean, false),
    'last_frame_triggered', coalesce((p_flags ->> 'last_frame_triggered')::boolean, false),
    'next_scene_triggered', coalesce((p_flags ->> 'next_scene_triggered')::boolean, false),
    'project_updated', coalesce((p_flags ->> 'project_updated')::boolean, false),
    'user_notified', coalesce((p_flags ->> 'user_notified')::boolean, false),
    -- A repeated delivery caused nothing; where the film is, it may be told all the same.
    'final_video_url', coalesce(
      p_flags ->> 'final_video_url',
      (
        select projects.final_video_url
        from public.projects
        where projects.project_id = p_log.project_id
          and p_log.source = 'stitch'
      )
    )
  );
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
begin
  update public.webhook_logs
  set
    status = 'error',
    outcome = null,
    error = p_error,
    duration_ms = round(extract(epoch from clock_timestamp() - statement_timestamp()) * 1000, 3),
    processed_at = private.clock()
  where webhook_logs.webhook_log_id = p_log.webhook_log_id;

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
  if p_log.source not in ('fal', 'video', 'lastframe', 'stitch') then
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
    select webhook_logs.*, private.is_malformed(webhook_logs) as is_malformed
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
