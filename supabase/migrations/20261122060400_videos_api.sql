--! included supabase/schemas/0041_function_iso_time.sql
create or replace function private.iso_time(p_at timestamptz)
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select to_char(p_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
$$;

comment on function private.iso_time(timestamptz) is 'A time as JSON has it, in UTC with milliseconds.';

revoke execute on function private.iso_time(timestamptz) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0148_table_model_aliases.sql
create table private.model_aliases (
  alias text not null,
  model text not null,
  constraint model_aliases_pkey primary key (alias),
  constraint alias_is_a_name check (length(alias) between 1 and 255),
  constraint alias_is_of_another_name check (model <> alias)
);

comment on table private.model_aliases is
'What clients of the door videos may call a model: their name for it, and ours (a family, an endpoint, or what the video service calls it).';

alter table private.model_aliases enable row level security;
revoke all on table private.model_aliases from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0318_function_film_body.sql
-- The body is fixed when it is queued, to the byte: it is what is signed in every try. The event's
-- own time is the timestamp; that of a try travels in its headers.

create or replace function private.film_body(p_project public.projects, p_type text)
returns text
language sql
volatile
security invoker
set search_path = ''
as $$
  select row_to_json(message)::text
  from (
    select
      p_type as type,
      to_char(private.clock() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as timestamp,
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
  ) as message;
$$;

comment on function private.film_body(public.projects, text) is
'{type, timestamp, data} as Standard Webhooks recommends it, about a project.';

revoke execute on function private.film_body(public.projects, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0318_function_video_status.sql
create or replace function private.video_status(p_status text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select case
    when p_status = 'queued' then 'pending'
    when p_status in ('completed', 'failed', 'cancelled') then p_status
    else 'processing'
  end;
$$;

comment on function private.video_status(text) is
'A project''s status in the words of the door videos: pending, processing, completed, failed or cancelled.';

revoke execute on function private.video_status(text) from public, anon, authenticated, service_role;
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
      )::integer as estimated_seconds_remaining
  ) as body
  where p_type = 'video.generation.progress';
$$;

comment on function private.video_body(public.projects, text) is
'A delivery''s body for a job that came through the door videos: its end, or its progress; null for any other type.';

revoke execute on function private.video_body(public.projects, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0319_function_video_task.sql
create or replace function private.video_task(p_project public.projects)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'task_id', p_project.project_id,
    'status', private.video_status(p_project.status),
    'progress_percentage', p_project.progress,
    'video_url', p_project.final_video_url,
    'error', p_project.error_message
  );
$$;

comment on function private.video_task(public.projects) is
'{task_id, status, progress_percentage, video_url, error}: a project as the door videos shows it.';

revoke execute on function private.video_task(public.projects) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0320_function_delivery_body.sql
-- The one place where the body for a job's own callback_url is chosen. Standing endpoints get film_body, whichever
-- way the job came in. Who asked for the film through the door videos gets the bodies of that API.

create or replace function private.delivery_body(p_project public.projects, p_type text)
returns text
language sql
volatile
security invoker
set search_path = ''
as $$
  select coalesce(
    (
      select private.video_body(p_project, p_type)
      from private.job_requests
      where job_requests.project_id = p_project.project_id
        and job_requests.via = 'videos'
    ),
    private.film_body(p_project, p_type)
  );
$$;

comment on function private.delivery_body(public.projects, text) is
'What a job''s callback_url and the notification service are told about its project.';

revoke execute on function private.delivery_body(public.projects, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0330_function_read_model_aliases.sql
create or replace function public.read_model_aliases()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(model_aliases.alias, model_aliases.model), '{}')
  from private.model_aliases;
$$;

comment on function public.read_model_aliases() is '{alias: model}. Called by videos.';

revoke execute on function public.read_model_aliases() from public, anon, authenticated;
grant execute on function public.read_model_aliases() to service_role;
--! end included

--! included supabase/schemas/0331_function_read_video_task.sql
-- A project as the door videos shows it. An unknown id and a wrong token get the same nothing.

create or replace function public.read_video_task(p_project_id text, p_token text, p_trusted boolean)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select private.video_task(projects)
  from public.projects
  where projects.project_id = p_project_id
    and (p_trusted or private.is_signed('task', p_project_id, p_token));
$$;

comment on function public.read_video_task(text, text, boolean) is
'{task_id, status, progress_percentage, video_url, error}; null for an unknown id or a wrong token. Called by videos.';

revoke execute on function public.read_video_task(text, text, boolean) from public, anon, authenticated;
grant execute on function public.read_video_task(text, text, boolean) to service_role;
--! end included

--! included supabase/schemas/0332_function_read_video_events.sql
-- What a stream of events shows: where the task stands, and what happened to film, scenes and clips
-- since. Events of one film are written under its lock, so that none appears behind a later one.

create or replace function public.read_video_events(
  p_project_id text,
  p_token text,
  p_trusted boolean,
  p_after bigint default 0,
  p_limit integer default 100
)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'task', private.video_task(projects),
    'events', coalesce(
      (
        select jsonb_agg(jsonb_build_object(
          'event_id', shown.event_id,
          'type', shown.type,
          'scene_id', shown.scene_id,
          'chunk_id', shown.chunk_id,
          'at', private.iso_time(shown.at)
        ) order by shown.event_id)
        from (
          select pipeline_events.*
          from public.pipeline_events
          where pipeline_events.project_id = p_project_id
            and pipeline_events.event_id > p_after
            and pipeline_events.type ~ '^(project|scene|chunk)\.[a-z_]+$'
            and pipeline_events.type not like '%reason'
          order by pipeline_events.event_id
          limit p_limit
        ) as shown
      ),
      '[]'
    )
  )
  from public.projects
  where projects.project_id = p_project_id
    and (p_trusted or private.is_signed('task', p_project_id, p_token));
$$;

comment on function public.read_video_events(text, text, boolean, bigint, integer) is
'{task, events: [{event_id, type, scene_id, chunk_id, at}]} after an event, the oldest first; null for an unknown id or a wrong token. Called by videos.';

revoke execute on function public.read_video_events(text, text, boolean, bigint, integer) from public, anon, authenticated;
grant execute on function public.read_video_events(text, text, boolean, bigint, integer) to service_role;
--! end included

--! included supabase/schemas/0399_function_broadcast.sql
-- Supabase Realtime carries it to whoever listens on the private channel project:<id>. A broadcast is
-- a convenience: where Realtime is not there, or fails, the film goes on and nobody is told here.

create or replace function private.broadcast(p_project_id text, p_event text, p_payload jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if to_regprocedure('realtime.send(jsonb,text,text,boolean)') is null then
    return;
  end if;
  execute 'select realtime.send($1, $2, $3, true)' using p_payload, p_event, 'project:' || p_project_id;
exception
  when others then
    raise warning 'Cannot broadcast % of project "%": %', p_event, p_project_id, sqlerrm;
end;
$$;

comment on function private.broadcast(text, text, jsonb) is
'Sends an event to the private Realtime channel project:<id>, where there is Realtime; never fails.';

revoke execute on function private.broadcast(text, text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0416_trigger_projects_broadcast.sql
-- A film has come further or changed its status → whoever listens hears where it stands.

create or replace function private.tg_projects__broadcast()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform private.broadcast(new.project_id, 'task', private.video_task(new));
  return null;
end;
$$;

comment on function private.tg_projects__broadcast() is
'Status or progress has changed → Realtime event task: {task_id, status, progress_percentage, video_url, error}.';

revoke execute on function private.tg_projects__broadcast() from public, anon, authenticated, service_role;

create or replace trigger _700_broadcast after update of status, progress on public.projects
for each row when (old.status is distinct from new.status or old.progress is distinct from new.progress)
execute function private.tg_projects__broadcast();
--! end included

--! included supabase/schemas/0421_trigger_scenes_broadcast.sql
-- A scene's new status → whoever listens to its film hears of it, with the clip where there is one.

create or replace function private.tg_scenes__broadcast()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform private.broadcast(new.project_id, 'scene.' || new.status, jsonb_build_object(
    'scene_id', new.scene_id, 'position', new.position, 'status', new.status, 'video_url', new.video_url
  ));
  return null;
end;
$$;

comment on function private.tg_scenes__broadcast() is
'A scene''s status has changed → Realtime event scene.<status>: {scene_id, position, status, video_url}.';

revoke execute on function private.tg_scenes__broadcast() from public, anon, authenticated, service_role;

create or replace trigger _700_broadcast after update of status on public.scenes
for each row when (old.status is distinct from new.status) execute function private.tg_scenes__broadcast();
--! end included

--! included supabase/schemas/0435_trigger_webhook_deliveries_limit_tries.sql
-- A job may ask for fewer tries of its deliveries than the schedule has. A try counts once its result
-- is on record: one whose runner was lost may never have been sent.

create or replace function private.tg_webhook_deliveries__limit_tries()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if new.attempt_count >= (
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

--! included supabase/schemas/0505_function_cancel_video_task.sql
-- project queued | storyboarding | generating | stitching | paused → cancelled, in the words of the
-- door videos, where whatever has ended cannot be cancelled any more.

create or replace function public.cancel_video_task(p_project_id text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_answer jsonb := public.cancel_project(p_project_id, 'Video generation was cancelled by user request');
begin
  if v_answer ->> 'was' = 'cancelled' then
    raise exception 'Cannot cancel project "%": it is cancelled already', p_project_id using errcode = 'RL409';
  end if;

  return (
    select private.video_task(projects)
    from public.projects
    where projects.project_id = p_project_id
  );
end;
$$;

comment on function public.cancel_video_task(text) is
'→ cancelled. {task_id, status, progress_percentage, video_url, error}. Raises RL404, and RL409 when the film has ended. Called by videos.';

revoke execute on function public.cancel_video_task(text) from public, anon, authenticated;
grant execute on function public.cancel_video_task(text) to service_role;
--! end included

insert into private.model_aliases (alias, model) values ('minimax-video', 'minimax-video-01');

-- Users may listen to their own films, where there is Realtime.
do $$
begin
  if to_regclass('realtime.messages') is null then
    return;
  end if;
  execute $policy$
    create policy users_listen_to_their_own_films on realtime.messages for select to authenticated
    using (exists (
      select 1
      from public.projects
      where projects.project_id = substr((select realtime.topic()), 9)
        and (select realtime.topic()) like 'project:%'
        and projects.user_id = (select auth.uid())::text
    ))
  $policy$;
exception
  when duplicate_object then
    null;
  when insufficient_privilege then
    raise warning 'Cannot let users listen to their films: realtime.messages belongs to somebody else';
end;
$$;
