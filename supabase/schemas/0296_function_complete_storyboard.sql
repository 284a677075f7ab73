-- A storyboard is there: its scenes become the project's.

create or replace function private.complete_storyboard(p_project_id text, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_project public.projects;
begin
  if exists (select 1 from public.scenes where scenes.project_id = p_project_id) then
    return;
  end if;

  update public.projects
  set
    total_scenes = jsonb_array_length(p_output -> 'scenes'),
    storyboard = coalesce(projects.storyboard, '{}') || jsonb_strip_nulls(jsonb_build_object(
      'by', coalesce(p_output ->> 'by', 'model'),
      'title', p_output ->> 'title',
      'scenes', jsonb_array_length(p_output -> 'scenes'),
      'repairs', p_output -> 'repairs',
      'fell_back', p_output ->> 'fell_back'
    ))
  where projects.project_id = p_project_id
    and 'storyboarding' in (projects.status, projects.paused_from)
  returning projects.* into v_project;

  if not found then
    return;
  end if;

  perform private.insert_scenes(v_project, p_output -> 'scenes');
  -- Now, not when the first clip is accepted: who has to approve the storyboard would never hear of it before.
  perform private.queue_stage(p_project_id, 'storyboard.completed', null);
  perform private.reuse_scenes(v_project);
  perform private.reuse_late_clips(v_project);
  perform private.record_event(p_project_id, 'storyboard.written', null, null, v_project.storyboard - 'input_hash');
  perform private.prepare_film(p_project_id);
end;
$$;

comment on function private.complete_storyboard(text, jsonb) is
'Inserts the scenes that were written, once, and lets the film begin. The caller holds the project''s lock.';

revoke execute on function private.complete_storyboard(text, jsonb) from public, anon, authenticated, service_role;
