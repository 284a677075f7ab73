create or replace function private.chained_scenes(p_scene_id text)
returns text[]
language sql
stable
security invoker
set search_path = ''
as $$
  select array_agg(following.scene_id order by following.position)
  from public.scenes
  join public.scenes as following using (project_id)
  where scenes.scene_id = p_scene_id
    and following.position >= scenes.position
    and not exists (
      select 1
      from public.scenes as cuts
      where cuts.project_id = scenes.project_id
        and cuts.position > scenes.position
        and cuts.position <= following.position
        and cuts.continuity <> 'last_frame'
    );
$$;

comment on function private.chained_scenes(text) is
'The scene and all that continue from its last frame, directly or through others, in order.';

revoke execute on function private.chained_scenes(text) from public, anon, authenticated, service_role;
