-- The closed list of what we tell: a film's, its scenes', its stages'. webhook.received, endpoint.test and
-- batch are types of deliveries that nobody chooses.

create or replace function private.are_events_known(p_events text[])
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
  select p_events is null or p_events <@ array[
    'video.generation.progress', 'video.generation.completed', 'video.generation.failed', 'video.generation.cancelled',
    'storyboard.completed', 'scene.started', 'scene.completed', 'scene.failed', 'stitching.started'
  ];
$$;

comment on function private.are_events_known(text[]) is 'True where each is an event that can be asked for; null asks for the usual ones.';

revoke execute on function private.are_events_known(text[]) from public, anon, authenticated, service_role;
