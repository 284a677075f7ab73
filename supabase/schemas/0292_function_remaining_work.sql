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
