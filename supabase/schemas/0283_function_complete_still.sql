-- An image has the film's aspect ratio now: every scene that starts from it starts from the new one.

create or replace function private.complete_still(p_step private.steps, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.scenes
  set reframed_image_url = p_output ->> 'image_url'
  from public.projects
  where projects.project_id = p_step.project_id
    and scenes.project_id = projects.project_id
    and scenes.reframe_to = p_step.input ->> 'aspect_ratio'
    and scenes.reframed_image_url is null
    and coalesce(scenes.image_url, projects.image_url) = p_step.input ->> 'image_url'
    and (scenes.position = 1 or scenes.continuity <> 'last_frame');

  if p_output ->> 'image_url' <> p_step.input ->> 'image_url' then
    insert into public.media (project_id, scene_id, type, url, width, height, metadata)
    values (
      p_step.project_id, p_step.scene_id, 'generated-image', p_output ->> 'image_url',
      (p_output ->> 'width')::numeric, (p_output ->> 'height')::numeric,
      jsonb_build_object('reframed_to', p_step.input ->> 'aspect_ratio')
    );
  end if;

  perform private.prepare_film(p_step.project_id);
end;
$$;

comment on function private.complete_still(private.steps, jsonb) is
'A reframed image is there: the scenes that waited for it go on. The caller holds the project''s lock.';

revoke execute on function private.complete_still(private.steps, jsonb) from public, anon, authenticated, service_role;
