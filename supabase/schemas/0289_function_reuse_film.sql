-- Caption files have names of their own for each project, and cost nothing: they are written first.

create or replace function private.reuse_film(p_project_id text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_project public.projects;
  v_same public.projects;
  v_captions_input jsonb;
begin
  select projects.* into v_project from public.projects where projects.project_id = p_project_id;
  v_same := private.same_cut(v_project);
  if v_same.project_id is null then
    return false;
  end if;

  v_captions_input := private.captions_input(p_project_id);
  if v_captions_input is not null
    and private.ask_for_part(p_project_id, 'store_captions', v_captions_input) is null
  then
    return true;
  end if;

  perform private.record_event(p_project_id, 'film.reused', null, null, jsonb_build_object('from', v_same.project_id));
  perform private.complete_project(p_project_id, jsonb_build_object(
    'video_url', v_same.final_video_url, 'thumbnail_url', v_same.thumbnail_url, 'duration', v_same.duration
  ));
  return true;
end;
$$;

comment on function private.reuse_film(text) is
'Completes a project in stitching with the film of an earlier version that is the same cut, once its captions are written; false where there is none. The caller holds the project''s lock.';

revoke execute on function private.reuse_film(text) from public, anon, authenticated, service_role;
