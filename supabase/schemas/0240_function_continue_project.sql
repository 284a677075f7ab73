-- Asks for what each unfinished scene needs next: its first missing clip, if the image that it starts
-- from is there, else the frame that is missing. Scenes that wait for another one are started by it.

create or replace function private.continue_project(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_scene public.scenes;
begin
  -- An earlier take, or a scene before a cut, may have no last frame yet that now is needed.
  update public.scenes
  set status = 'pending', completed_at = null
  from public.scenes as following
  where scenes.project_id = p_project_id
    and scenes.status = 'completed'
    and scenes.last_frame_url is null
    and following.project_id = scenes.project_id
    and following.position = scenes.position + 1
    and following.continuity = 'last_frame'
    and following.status = 'pending';

  for v_scene in
    select scenes.*
    from public.scenes
    where scenes.project_id = p_project_id
      and scenes.status = 'pending'
    order by scenes.position
  loop
    perform private.continue_scene(v_scene);
  end loop;

  perform private.begin_sound(p_project_id);
end;
$$;

comment on function private.continue_project(text) is
'Queues the next step of every scene that is not finished and waits for no other one. The caller holds the project''s lock.';

revoke execute on function private.continue_project(text) from public, anon, authenticated, service_role;
