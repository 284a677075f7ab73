-- The clip before a scene with a shared keyframe ends with that scene's image: another image is another clip there too.

create or replace function private.scenes_of_take(p_scene_id text, p_has_other_image boolean)
returns text[]
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce((
    select private.chained_scenes(previous.scene_id)
    from public.scenes
    join public.scenes as previous
      on previous.project_id = scenes.project_id
      and previous.position = scenes.position - 1
    where scenes.scene_id = p_scene_id
      and scenes.continuity = 'shared_keyframe'
      and p_has_other_image
  ), '{}') || private.chained_scenes(p_scene_id);
$$;

comment on function private.scenes_of_take(text, boolean) is
'The scenes whose clips change with a take of this one, in order: those chained to it, and where its image changes too and is a shared keyframe, what ends with it.';

revoke execute on function private.scenes_of_take(text, boolean) from public, anon, authenticated, service_role;
