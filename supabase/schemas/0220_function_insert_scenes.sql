create or replace function private.insert_scenes(p_project public.projects, p_scenes jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  -- Read once: as a default it is read twice for each row.
  v_now timestamptz := private.clock();
begin
  with
  -- The scenes of the job, with the image that each starts from
  planned as (
    select
      private.new_id('scene') as scene_id,
      item.position,
      item.scene,
      case
        when (item.position = 1 or item.scene ->> 'continuity' <> 'last_frame') and item.scene ->> 'reframe_to' is null
          then coalesce(item.scene ->> 'image_url', p_project.image_url)
      end as first_image_url
    from jsonb_array_elements(p_scenes) with ordinality as item (scene, position)
  ),
  -- Their rows
  inserted as (
    insert into public.scenes (
      scene_id, project_id, position, prompt, image_url, continuity, metadata, reframe_to,
      audio_url, voice_over, caption, transition, reanchored, created_at, updated_at
    )
    select
      planned.scene_id,
      p_project.project_id,
      planned.position,
      planned.scene ->> 'prompt',
      planned.scene ->> 'image_url',
      planned.scene ->> 'continuity',
      coalesce(planned.scene -> 'metadata', '{}'),
      planned.scene ->> 'reframe_to',
      planned.scene ->> 'audio_url',
      planned.scene ->> 'voice_over',
      planned.scene ->> 'caption',
      coalesce(planned.scene ->> 'transition', 'cut'),
      coalesce((planned.scene ->> 'reanchored')::boolean, false),
      v_now,
      v_now
    from planned
    order by planned.position
  )
  insert into public.video_chunks (
    scene_id, project_id, position, model, prompt, image_url, duration, driver_video_url, audio_url,
    created_at, updated_at
  )
  select
    planned.scene_id,
    p_project.project_id,
    part.position,
    part.chunk ->> 'model',
    part.chunk ->> 'prompt',
    case when part.position = 1 then planned.first_image_url end,
    (part.chunk ->> 'duration')::numeric,
    part.chunk ->> 'driver_video_url',
    part.chunk ->> 'audio_url',
    v_now,
    v_now
  from planned
  cross join lateral jsonb_array_elements(planned.scene -> 'chunks') with ordinality as part (chunk, position)
  order by planned.position, part.position;
end;
$$;

comment on function private.insert_scenes(public.projects, jsonb) is
'Inserts scenes and their chunks in the order of the job; nothing is started yet.';

revoke execute on function private.insert_scenes(public.projects, jsonb) from public, anon, authenticated, service_role;
