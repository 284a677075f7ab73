-- What a project in stitching needs: its film put together, and the first frame of the first clip as its
-- thumbnail. What was made before from the same clips is not made again: a version that is the same cut
-- as one before it has that one's film.

create or replace function private.begin_stitch(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_first_id text;
  v_thumbnail_url text;
  v_project public.projects;
  v_same public.projects;
begin
  update public.projects
  set cut_hash = private.cut_hash(p_project_id)
  where projects.project_id = p_project_id
  returning projects.* into v_project;
  v_same := private.same_cut(v_project);
  if v_same.project_id is not null then
    perform private.record_event(p_project_id, 'film.reused', null, null, jsonb_build_object('from', v_same.project_id));
    perform private.complete_project(p_project_id, jsonb_build_object(
      'video_url', v_same.final_video_url, 'thumbnail_url', v_same.thumbnail_url, 'duration', v_same.duration
    ));
    return;
  end if;

  select video_chunks.chunk_id, scenes.thumbnail_url
  into strict v_first_id, v_thumbnail_url
  from public.video_chunks
  join public.scenes using (scene_id)
  where scenes.project_id = p_project_id
    and video_chunks.selected
  order by scenes.position, video_chunks.position
  limit 1;

  -- A video service may have made one already.
  if v_thumbnail_url is null and (private.film_step(p_project_id, 'extract_thumbnail')).step_id is null then
    perform private.add_step(p_project_id, 'extract_thumbnail', null, v_first_id);
  end if;

  -- All may be there already: the project was paused, or failed when it stored its film.
  perform private.store_film_when_ready(p_project_id);
end;
$$;

comment on function private.begin_stitch(text) is
'Queues extract_thumbnail and what the film needs next. Called by the trigger on projects when a project starts stitching.';

revoke execute on function private.begin_stitch(text) from public, anon, authenticated, service_role;
