-- Starts every scene that waits for no other: the first one and each that follows a cut.

create or replace function private.start_project(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_scene public.scenes;
  v_job_image text;
begin
  select projects.image_url into v_job_image from public.projects where projects.project_id = p_project_id;

  for v_scene in
    select scenes.*
    from public.scenes
    where scenes.project_id = p_project_id
      and scenes.status = 'pending'
      and (scenes.position = 1 or scenes.continuity = 'cut')
    order by scenes.position
  loop
    perform private.start_scene(v_scene.scene_id, coalesce(v_scene.image_url, v_job_image));
  end loop;
end;
$$;

comment on function private.start_project(text) is 'Queues the first clip of each scene that does not start from another one''s last frame.';

revoke execute on function private.start_project(text) from public, anon, authenticated, service_role;
