-- A clip that ends in black or in a blur would begin the next one with it, and all that follow. They begin
-- from an image that the job gave instead, in the film's shape where it was brought to that before; without
-- one the film ends before more is paid.

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

  select coalesce(shaped.reframed_image_url, anchor.url)
  into v_anchor
  from public.video_chunks
  join public.scenes using (scene_id)
  join public.projects on projects.project_id = scenes.project_id
  left join public.video_chunks as next
    on next.scene_id = video_chunks.scene_id
    and next.take = video_chunks.take
    and next.position = video_chunks.position + 1
  -- What continues the clip is its own scene, or the one after it.
  left join public.scenes as following
    on following.project_id = scenes.project_id
    and following.position = scenes.position + case when next.chunk_id is null then 1 else 0 end
  cross join lateral (select coalesce(following.image_url, projects.image_url) as url) as anchor
  left join lateral (
    select same.reframed_image_url
    from public.scenes as same
    where same.project_id = projects.project_id
      and same.reframed_image_url is not null
      and coalesce(same.image_url, projects.image_url) = anchor.url
    limit 1
  ) as shaped on true
  where video_chunks.chunk_id = p_step.chunk_id;

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
'Hands a good last frame over; in place of a plain one the own image of the scene that goes on from it, else the job''s; without either the film fails. The caller holds the project''s lock.';

revoke execute on function private.complete_frame_check(private.steps, jsonb)
from public, anon, authenticated, service_role;
