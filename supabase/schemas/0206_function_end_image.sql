create or replace function private.end_image(p_scene_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(following.reframed_image_url, following.image_url, projects.image_url)
    from public.scenes
    join public.projects using (project_id)
    join public.scenes as following
      on following.project_id = scenes.project_id
      and following.position = scenes.position + 1
      and following.continuity = 'shared_keyframe'
    where scenes.scene_id = p_scene_id
  );
end;
$$;

comment on function private.end_image(text) is
'The image that the scene''s last clip has to end with, because the next scene starts from it; null when it may end as it likes.';

revoke execute on function private.end_image(text) from public, anon, authenticated, service_role;
