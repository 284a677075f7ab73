create or replace function private.insert_scenes(p_project public.projects, p_scenes jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.scenes (
    project_id, position, prompt, image_url, continuity, metadata,
    audio_url, voice_over, caption, transition, reanchored
  )
  select
    p_project.project_id,
    item.position,
    item.scene ->> 'prompt',
    item.scene ->> 'image_url',
    item.scene ->> 'continuity',
    coalesce(item.scene -> 'metadata', '{}'),
    item.scene ->> 'audio_url',
    item.scene ->> 'voice_over',
    item.scene ->> 'caption',
    coalesce(item.scene ->> 'transition', 'cut'),
    coalesce((item.scene ->> 'reanchored')::boolean, false)
  from jsonb_array_elements(p_scenes) with ordinality as item (scene, position)
  order by item.position;

  insert into public.video_chunks (
    scene_id, project_id, position, model, prompt, duration, driver_video_url, audio_url
  )
  select
    scenes.scene_id,
    p_project.project_id,
    part.position,
    part.chunk ->> 'model',
    part.chunk ->> 'prompt',
    (part.chunk ->> 'duration')::numeric,
    part.chunk ->> 'driver_video_url',
    part.chunk ->> 'audio_url'
  from jsonb_array_elements(p_scenes) with ordinality as item (scene, position)
  join public.scenes on scenes.project_id = p_project.project_id and scenes.position = item.position
  cross join lateral jsonb_array_elements(item.scene -> 'chunks') with ordinality as part (chunk, position)
  order by item.position, part.position;
end;
$$;

comment on function private.insert_scenes(public.projects, jsonb) is
'Inserts scenes and their chunks in the order of the job; nothing is started yet.';

revoke execute on function private.insert_scenes(public.projects, jsonb) from public, anon, authenticated, service_role;
