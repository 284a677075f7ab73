create or replace function private.stage_body(p_project public.projects, p_type text, p_scene public.scenes)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return private.event_body(p_type, private.clock(), (
    select row_to_json(film)
    from (
      select
        p_project.project_id as task_id,
        p_project.project_id,
        p_project.video_id,
        p_project.chat_id,
        p_project.user_id,
        p_project.status,
        p_project.version,
        p_project.progress,
        p_project.total_scenes,
        case when p_scene.scene_id is not null then jsonb_build_object(
          'scene_id', p_scene.scene_id,
          'position', p_scene.position,
          'status', p_scene.status,
          'video_url', p_scene.video_url,
          'error', p_scene.error_message
        ) end as scene
    ) as film
  ));
end;
$$;

comment on function private.stage_body(public.projects, text, public.scenes) is
'{type, timestamp, data} about a stage of a film (event_body); data.scene is null where the stage is not a scene''s.';

revoke execute on function private.stage_body(public.projects, text, public.scenes) from public, anon, authenticated, service_role;
