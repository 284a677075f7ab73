-- The clip before a scene with a shared keyframe ends with that scene's image: another image is another clip there too.

create or replace function private.scenes_of_take(p_scene_id text, p_image_url text)
returns text[]
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce((
    select private.chained_scenes(previous.scene_id)
    from public.scenes
    join public.projects using (project_id)
    join public.scenes as previous
      on previous.project_id = scenes.project_id
      and previous.position = scenes.position - 1
    where scenes.scene_id = p_scene_id
      and scenes.continuity = 'shared_keyframe'
      and p_image_url <> coalesce(scenes.image_url, projects.image_url, '')
  ), '{}') || private.chained_scenes(p_scene_id);
$$;

comment on function private.scenes_of_take(text, text) is
'The scenes whose clips change with a take of this one, in order: those chained to it, and where this image (null: as it is) is another one and a shared keyframe, what ends with it.';

revoke execute on function private.scenes_of_take(text, text) from public, anon, authenticated, service_role;
