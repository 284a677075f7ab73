-- The clip before a scene with a shared keyframe ends with that scene's image: where an earlier take began with another one,
-- what ended with that goes back with it. Takes that an earlier release kept do not say what they ended with.

create or replace function private.ending_take(p_scene_id text, p_take integer)
returns table (scene_id text, take integer)
language sql
stable
security invoker
set search_path = ''
as $$
  select previous.scene_id, made.take
  from public.scenes
  join public.projects using (project_id)
  join public.scenes as previous
    on previous.project_id = scenes.project_id
    and previous.position = scenes.position - 1
  cross join lateral (
    select coalesce(kept.value ->> 'reframed_image_url', kept.value ->> 'image_url', projects.image_url) as image_url
    from public.video_chunks
    cross join lateral (select video_chunks.metadata -> 'scene' as value) as kept
    where video_chunks.scene_id = scenes.scene_id
      and video_chunks.take = p_take
      and kept.value ? 'image_url'
  ) as wanted
  cross join lateral (
    select coalesce(video_chunks.metadata #>> '{scene,end_image_url}', private.end_image(previous.scene_id)) as image_url
    from public.video_chunks
    where video_chunks.scene_id = previous.scene_id
      and video_chunks.selected
    order by video_chunks.position desc
    limit 1
  ) as shown
  join public.video_chunks as made
    on made.scene_id = previous.scene_id
    and made.status = 'COMPLETED'
    and not made.selected
    and made.metadata #>> '{scene,end_image_url}' = wanted.image_url
  where scenes.scene_id = p_scene_id
    and scenes.continuity = 'shared_keyframe'
    and shown.image_url <> wanted.image_url
  order by made.take desc
  limit 1;
$$;

comment on function private.ending_take(text, integer) is
'The scene before and its newest take that ends with the image that this take begins with; no row where that is shown already, or none does.';

revoke execute on function private.ending_take(text, integer) from public, anon, authenticated, service_role;
