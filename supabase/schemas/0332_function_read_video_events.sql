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
