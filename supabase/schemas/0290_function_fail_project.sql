-- project → failed · its scene → failed

create or replace function private.fail_project(p_project_id text, p_message text, p_scene_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.scenes
  set status = 'failed', error_message = p_message
  where scenes.scene_id = p_scene_id
    and scenes.status in ('pending', 'generating', 'extracting_frame');

  -- The trigger on projects closes what is still open below it.
  update public.projects
  set
    status = 'failed',
    paused_from = null,
    awaiting_approval = null,
    error_message = coalesce(
      (
        select format('Scene %s: %s', scenes.position, p_message)
        from public.scenes
        where scenes.scene_id = p_scene_id
      ),
      p_message
    )
  where projects.project_id = p_project_id
    and projects.status not in ('completed', 'failed', 'cancelled');
end;
$$;

comment on function private.fail_project(text, text, text) is
'→ failed, with the scene that could not be made. The caller holds the project''s lock.';

revoke execute on function private.fail_project(text, text, text) from public, anon, authenticated, service_role;
