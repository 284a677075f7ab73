-- A clip that ends in black or in a blur would begin the next one with it, and all that follow. They begin
-- from an image that the job gave instead; without one the film ends before more is paid.

create or replace function private.complete_frame_check(p_step private.steps, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_message constant text := 'The clip ends in a frame that is almost of one colour';
  v_anchor text;
begin
  if not (p_output ->> 'is_plain')::boolean then
    perform private.complete_frame(p_step.chunk_id, p_step.input);
    return;
  end if;

  select coalesce(following.image_url, projects.image_url)
  into v_anchor
  from public.scenes
  join public.projects using (project_id)
  left join public.scenes as following
    on following.project_id = scenes.project_id
    and following.position = scenes.position + 1
  where scenes.scene_id = p_step.scene_id;

  perform private.record_error('frame', v_message, jsonb_build_object(
    'project_id', p_step.project_id, 'scene_id', p_step.scene_id, 'chunk_id', p_step.chunk_id,
    'bytes_per_pixel', p_output -> 'bytes_per_pixel', 'begins_from_an_image', v_anchor is not null
  ), 'warning');

  if v_anchor is null then
    perform private.fail_project(p_step.project_id, v_message, p_step.scene_id);
  else
    perform private.complete_frame(p_step.chunk_id, jsonb_build_object('image_url', v_anchor));
  end if;
end;
$$;

comment on function private.complete_frame_check(private.steps, jsonb) is
'Hands a good last frame over; in place of a plain one the next scene''s own image, else the job''s; without either the film fails. The caller holds the project''s lock.';

revoke execute on function private.complete_frame_check(private.steps, jsonb)
from public, anon, authenticated, service_role;
