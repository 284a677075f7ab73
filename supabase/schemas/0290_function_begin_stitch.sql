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
  v_first_url text;
  v_thumbnail_url text;
begin
  update public.projects
  set cut_hash = private.cut_hash(p_project_id)
  where projects.project_id = p_project_id;

  if private.reuse_film(p_project_id) then
    return;
  end if;

  select video_chunks.chunk_id, video_chunks.kling_video_url, scenes.thumbnail_url
  into strict v_first_id, v_first_url, v_thumbnail_url
  from public.video_chunks
  join public.scenes using (scene_id)
  where scenes.project_id = p_project_id
    and video_chunks.selected
  order by scenes.position, video_chunks.position
  limit 1;

  -- A video service may have made one already.
  if v_thumbnail_url is null and (private.film_step(p_project_id, 'extract_thumbnail', array[v_first_url])).step_id is null then
    perform private.add_step(p_project_id, 'extract_thumbnail', null, v_first_id);
  end if;

  -- All may be there already: the project was paused, or failed when it stored its film.
  perform private.store_film_when_ready(p_project_id);
end;
$$;

comment on function private.begin_stitch(text) is
'Queues extract_thumbnail and what the film needs next. Called by the trigger on projects when a project starts stitching.';

revoke execute on function private.begin_stitch(text) from public, anon, authenticated, service_role;
