-- A revision keeps every clip whose inputs did not change: what the scene asks for, and the frame that
-- it starts from. It is copied from the selected take of the version before; nothing is paid again.

create or replace function private.reuse_scenes(p_project public.projects)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_scene public.scenes;
  v_old public.scenes;
  v_is_chain_same boolean := true;
begin
  for v_scene in
    select scenes.* from public.scenes where scenes.project_id = p_project.project_id order by scenes.position
  loop
    select scenes.*
    into v_old
    from public.scenes
    where scenes.project_id = p_project.revision_of
      and scenes.position = v_scene.position
      and scenes.status = 'completed'
      and scenes.continuity = v_scene.continuity
      and private.scene_input(scenes.scene_id) = private.scene_input(v_scene.scene_id);

    -- A chained scene starts from the frame before it: if that one changes, so does this one.
    v_is_chain_same := v_old.scene_id is not null
      and (v_is_chain_same or v_scene.continuity <> 'last_frame' or v_scene.position = 1);

    if v_is_chain_same then
      perform private.copy_clips(v_old, v_scene);
    end if;
  end loop;

  update public.scenes
  set reframed_image_url = made.reframed_image_url
  from public.projects
  join public.scenes as made on made.project_id = projects.project_id
  where projects.project_id = p_project.revision_of
    and scenes.project_id = p_project.project_id
    and made.reframed_image_url is not null
    and made.reframe_to = scenes.reframe_to
    and coalesce(made.image_url, projects.image_url) = coalesce(scenes.image_url, p_project.image_url);
end;
$$;

comment on function private.reuse_scenes(public.projects) is
'Copies the clips of unchanged scenes, and images that were reframed, from the version that this project revises. Nothing for a first version.';

revoke execute on function private.reuse_scenes(public.projects) from public, anon, authenticated, service_role;
