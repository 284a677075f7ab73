create index projects_newest_by_status on public.projects (status, project_id);
create index webhook_logs_newest_of_a_source on public.webhook_logs (source, webhook_log_id);
create index webhook_logs_not_applied on public.webhook_logs (outcome, webhook_log_id) where outcome <> 'applied';
create index webhook_logs_by_request on public.webhook_logs (request_id) where request_id is not null;
create index webhook_deliveries_not_delivered on public.webhook_deliveries (delivery_id) where status <> 'delivered';
create index error_logs_newest on public.error_logs (created_at);
create index error_logs_newest_of_a_type on public.error_logs (type, error_log_id);

--! altered supabase/schemas/0100_table_projects.sql sha256:df1fb1d388973107da527ba1491f9ddaef1cc3da76eda1641273da957c09069a
--! altered supabase/schemas/0160_table_webhook_logs.sql sha256:a76612e5c2489a6154fd494a3c7e1e4f908b1d1a040966afbe02299e47740548
--! altered supabase/schemas/0170_table_webhook_deliveries.sql sha256:bdfbc83849906fdc1a2e25ae4b2d6c25d0dc15b1532f6af9320ec421f752c79f
--! altered supabase/schemas/0190_table_error_logs.sql sha256:b9b90b67bbc14bf2ee8203e35e4486761a71cdf18b49a070a333113a7e5037b7

--! included supabase/schemas/0228_function_traceparent_of.sql
-- https://www.w3.org/TR/trace-context/: the sender's trace, with a span of our own for each call of ours.

create or replace function private.traceparent_of(p_project_id text, p_id text)
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select '00-' || substr(given.traceparent, 4, 32) || '-' || left(encode(sha256(convert_to(p_id, 'UTF8')), 'hex'), 16) || right(given.traceparent, 3)
  from (
    select projects.metadata ->> 'traceparent' as traceparent
    from public.projects
    where projects.project_id = p_project_id
  ) as given
  where given.traceparent ~ '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$';
$$;

comment on function private.traceparent_of(text, text) is
'The traceparent of what we send for a project under this id; null where its job came without one.';

revoke execute on function private.traceparent_of(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_attempt_for_runner.sql
create or replace function private.attempt_for_runner(p_attempt private.attempts)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'attempt_id', p_attempt.attempt_id,
    'attempt_token', p_attempt.attempt_id || '.' || private.sign('attempt', p_attempt.attempt_id),
    'number', p_attempt.number,
    'traceparent', (
      select private.traceparent_of(steps.project_id, p_attempt.attempt_id)
      from private.steps
      where steps.step_id = p_attempt.step_id
    ),
    'provider', p_attempt.provider,
    'input', p_attempt.input,
    'request_id', p_attempt.request_id,
    'status_url', p_attempt.status_url,
    'response_url', p_attempt.response_url,
    'cancel_url', p_attempt.cancel_url,
    'created_at', p_attempt.created_at
  );
$$;

comment on function private.attempt_for_runner(private.attempts) is
'An attempt as the runner sees it, with the token that goes into the callback URL.';

revoke execute on function private.attempt_for_runner(private.attempts) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0680_function_delivery_doc.sql
create or replace function private.delivery_doc(p_delivery public.webhook_deliveries)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select to_jsonb(p_delivery) - 'claim_token' - 'body' || jsonb_build_object(
    'url', private.without_query(p_delivery.url)
  );
$$;

comment on function private.delivery_doc(public.webhook_deliveries) is
'A delivery as lists show it: no body, no claim token, no query of the clients URL.';

revoke execute on function private.delivery_doc(public.webhook_deliveries) from public, anon, authenticated, service_role;
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
    'usd', (
      select coalesce(sum(private.attempt_cost(attempts)), 0)
      from private.steps
      join private.attempts using (step_id)
      where steps.project_id = p_project.project_id
        and steps.kind <> 'cancel_request'
    )
  );
$$;

comment on function private.project_card(public.projects) is
'A film as lists show it: where it stands, scene by scene, a picture of it, and what it cost so far.';

revoke execute on function private.project_card(public.projects) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0682_function_list_projects.sql
-- Ids sort by time, so the last one of a page is where the next one begins. The plan has to know the
-- filters, else every page would read all films: hence force_custom_plan.

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
  v_docs jsonb;
  v_count integer;
  v_last text;
begin
  select
    coalesce(jsonb_agg(private.project_card(page) order by page.project_id desc), '[]'),
    count(*),
    min(page.project_id)
  into v_docs, v_count, v_last
  from (
    select projects.*
    from public.projects
    where (p_before is null or projects.project_id < p_before)
      and (v_status is null or projects.status = v_status)
      and (v_statuses is null or projects.status = any (v_statuses))
      and (v_user_id is null or projects.user_id = v_user_id)
      and (
        v_search is null
        or v_search in (projects.project_id, projects.video_id, projects.user_id, projects.chat_id)
        or strpos(lower(projects.prompt), lower(v_search)) > 0
      )
    order by projects.project_id desc
    limit p_limit
  ) as page;

  return jsonb_build_object('docs', v_docs, 'next', case when v_count = p_limit then v_last end);
end;
$$;

comment on function public.list_projects(jsonb, text, integer) is
'{docs, next}: the newest films behind p_before; p_filter {statuses, user_id, search}, search being an id or a part of the prompt. Called by webhook-manage.';

revoke execute on function public.list_projects(jsonb, text, integer) from public, anon, authenticated;
grant execute on function public.list_projects(jsonb, text, integer) to service_role;
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
      and case when v_source = 'custom' then private.is_of_source(webhook_logs, 'custom') else true end
      and (v_source is null or v_source = 'custom' or webhook_logs.source = v_source)
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

--! included supabase/schemas/0682_function_page_deliveries.sql
-- As page_callbacks: keyset by id, planned with its filters.

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
  v_docs jsonb;
  v_count integer;
  v_last text;
begin
  select
    coalesce(jsonb_agg(private.delivery_doc(page) order by page.delivery_id desc), '[]'),
    count(*),
    min(page.delivery_id)
  into v_docs, v_count, v_last
  from (
    select webhook_deliveries.*
    from public.webhook_deliveries
    where (p_before is null or webhook_deliveries.delivery_id < p_before)
      and (v_status is null or webhook_deliveries.status = v_status)
      and (v_type is null or webhook_deliveries.type = v_type)
      and (v_project_id is null or webhook_deliveries.project_id = v_project_id)
      and (v_endpoint_id is null or webhook_deliveries.endpoint_id = v_endpoint_id)
    order by webhook_deliveries.delivery_id desc
    limit p_limit
  ) as page;

  return jsonb_build_object('docs', v_docs, 'next', case when v_count = p_limit then v_last end);
end;
$$;

comment on function public.page_deliveries(jsonb, text, integer) is
'{docs, next}: the newest deliveries behind p_before, without their bodies; p_filter {status, type, project_id, endpoint_id}. Called by webhook-manage.';

revoke execute on function public.page_deliveries(jsonb, text, integer) from public, anon, authenticated;
grant execute on function public.page_deliveries(jsonb, text, integer) to service_role;
--! end included

--! included supabase/schemas/0682_function_page_errors.sql
create or replace function public.page_errors(p_filter jsonb default '{}', p_before bigint default null, p_limit integer default 50)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_type text := p_filter ->> 'type';
  v_severity text := p_filter ->> 'severity';
  v_docs jsonb;
  v_count integer;
  v_last bigint;
begin
  select
    coalesce(jsonb_agg(to_jsonb(page) order by page.error_log_id desc), '[]'),
    count(*),
    min(page.error_log_id)
  into v_docs, v_count, v_last
  from (
    select error_logs.*
    from public.error_logs
    where (p_before is null or error_logs.error_log_id < p_before)
      and (v_type is null or error_logs.type = v_type)
      and (v_severity is null or error_logs.severity = v_severity)
    order by error_logs.error_log_id desc
    limit p_limit
  ) as page;

  return jsonb_build_object('docs', v_docs, 'next', case when v_count = p_limit then v_last::text end);
end;
$$;

comment on function public.page_errors(jsonb, bigint, integer) is
'{docs, next}: the newest rows of error_logs behind p_before; p_filter {type, severity}. Called by webhook-manage.';

revoke execute on function public.page_errors(jsonb, bigint, integer) from public, anon, authenticated;
grant execute on function public.page_errors(jsonb, bigint, integer) to service_role;
--! end included

--! included supabase/schemas/0684_function_browse_delivery.sql
create or replace function public.browse_delivery(p_delivery_id text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select private.delivery_doc(webhook_deliveries) || jsonb_build_object(
    'body', webhook_deliveries.body,
    'tries', (
      select coalesce(jsonb_agg(to_jsonb(tries) - 'delivery_id' order by tries.number), '[]')
      from public.webhook_delivery_attempts as tries
      where tries.delivery_id = webhook_deliveries.delivery_id
    )
  )
  from public.webhook_deliveries
  where webhook_deliveries.delivery_id = p_delivery_id;
$$;

comment on function public.browse_delivery(text) is
'All of one delivery, with the exact body and every try; null for an unknown id. Called by webhook-manage.';

revoke execute on function public.browse_delivery(text) from public, anon, authenticated;
grant execute on function public.browse_delivery(text) to service_role;
--! end included

--! included supabase/schemas/0684_function_read_error_series.sql
create or replace function public.read_error_series(p_seconds numeric default 86400, p_buckets integer default 48)
returns jsonb
language sql
volatile
security definer
set search_path = ''
as $$
  with
  -- The width of a bucket, and where the first one begins: the last one ends now
  frame as materialized (
    select
      make_interval(secs => (p_seconds / p_buckets)::double precision) as width,
      private.clock() - make_interval(secs => p_seconds::double precision) as since
  ),
  -- What went wrong, by bucket and type
  counted as (
    select
      least(floor(extract(epoch from error_logs.created_at - frame.since) * p_buckets / p_seconds)::integer, p_buckets - 1) as bucket,
      error_logs.type,
      count(*) as n
    from frame
    join public.error_logs on error_logs.created_at >= frame.since
    group by 1, 2
  ),
  -- By bucket
  filled as materialized (
    select counted.bucket, jsonb_object_agg(counted.type, counted.n) as by_type
    from counted
    group by counted.bucket
  )
  select jsonb_build_object(
    'since', frame.since,
    'bucket_s', p_seconds / p_buckets,
    'buckets', (
      select jsonb_agg(
        jsonb_build_object('at', frame.since + frame.width * numbers.bucket, 'by_type', coalesce(filled.by_type, '{}'))
        order by numbers.bucket
      )
      from generate_series(0, p_buckets - 1) as numbers (bucket)
      left join filled on filled.bucket = numbers.bucket
    )
  )
  from frame;
$$;

comment on function public.read_error_series(numeric, integer) is
'{since, bucket_s, buckets: [{at, by_type}]}: errors over the last p_seconds, the oldest bucket first. Called by webhook-manage.';

revoke execute on function public.read_error_series(numeric, integer) from public, anon, authenticated;
grant execute on function public.read_error_series(numeric, integer) to service_role;
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
    'by_status', coalesce(
      (
        select jsonb_object_agg(counted.status, counted.n)
        from (select projects.status, count(*) as n from public.projects group by projects.status) as counted
      ),
      '{}'
    ),
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
      select coalesce(jsonb_agg(to_jsonb(broken) order by broken.invariant, broken.id), '[]')
      from (select invariants.* from private.check_invariants() as invariants limit p_limit) as broken
    )
  );
$$;

comment on function public.read_queue(integer) is
'{depth, stuck, broken}: what is open, what moves on by nobody and why, which invariants are broken and by what; p_limit of each. Called by webhook-manage.';

revoke execute on function public.read_queue(integer) from public, anon, authenticated;
grant execute on function public.read_queue(integer) to service_role;
--! end included

--! included supabase/schemas/0686_function_read_board.sql
-- One answer for all columns: a page that shows them looks again every few seconds.

create or replace function public.read_board(p_limit integer default 24)
returns jsonb
language sql
volatile
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'overview', public.read_overview(),
    'columns', jsonb_build_object(
      'waiting', public.list_projects('{"statuses": ["queued", "storyboarding"]}', null, p_limit),
      'generating', public.list_projects('{"statuses": ["generating"]}', null, p_limit),
      'stitching', public.list_projects('{"statuses": ["stitching"]}', null, p_limit),
      'attention', public.list_projects('{"statuses": ["paused", "failed"]}', null, p_limit),
      'completed', public.list_projects('{"statuses": ["completed"]}', null, p_limit)
    )
  );
$$;

comment on function public.read_board(integer) is
'{overview, columns {waiting, generating, stitching, attention, completed}}: of each column the newest p_limit films, as list_projects answers. Called by webhook-manage.';

revoke execute on function public.read_board(integer) from public, anon, authenticated;
grant execute on function public.read_board(integer) to service_role;
--! end included
