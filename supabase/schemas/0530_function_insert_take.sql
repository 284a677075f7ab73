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
    coalesce(changes.value ->> 'model', video_chunks.model),
    coalesce(changes.value ->> 'prompt', video_chunks.prompt),
    case when changes.value ? 'duration' then (changes.value ->> 'duration')::numeric else video_chunks.duration end,
    video_chunks.driver_video_url,
    video_chunks.audio_url
  from public.video_chunks
  cross join lateral (
    select case when video_chunks.scene_id = p_changed_scene_id then coalesce(p_changes, '{}') else '{}' end as value
  ) as changes
  where video_chunks.scene_id = any (p_scene_ids)
    and video_chunks.selected
  order by video_chunks.chunk_id;

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
'Copies the selected chunks of these scenes into a new selected take; the old one stays, unselected.';

revoke execute on function private.insert_take(text[], integer, text, jsonb)
from public, anon, authenticated, service_role;
