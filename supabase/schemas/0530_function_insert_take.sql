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
