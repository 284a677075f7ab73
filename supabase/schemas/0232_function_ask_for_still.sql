create or replace function private.ask_for_still(
  p_project_id text,
  p_scene_id text,
  p_chunk_id text,
  p_image_url text,
  p_aspect_ratio text
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_input jsonb := jsonb_build_object('image_url', p_image_url, 'aspect_ratio', p_aspect_ratio);
begin
  -- Several scenes may start from one image: it is paid for once.
  if not exists (
    select 1
    from private.steps
    where steps.project_id = p_project_id
      and steps.kind = 'reframe_image'
      and steps.status in ('queued', 'running', 'waiting')
      and steps.input = v_input
  ) then
    perform private.add_step(p_project_id, 'reframe_image', p_scene_id, p_chunk_id, v_input);
  end if;
end;
$$;

comment on function private.ask_for_still(text, text, text, text, text) is
'Queues reframe_image for an image of the project, unless that is under way. The caller holds the project''s lock.';

revoke execute on function private.ask_for_still(text, text, text, text, text)
from public, anon, authenticated, service_role;
