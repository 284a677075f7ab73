create or replace function private.film_clips(p_project_id text)
returns text[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(
      array_agg(video_chunks.kling_video_url order by scenes.position, video_chunks.position),
      '{}'
    )
    from public.video_chunks
    join public.scenes using (scene_id)
    -- Said of both, so that each is found by its index on the project.
    where video_chunks.project_id = p_project_id
      and scenes.project_id = p_project_id
      and video_chunks.selected
  );
end;
$$;

comment on function private.film_clips(text) is 'URLs of the selected clips of a project, in the order of the film.';

revoke execute on function private.film_clips(text) from public, anon, authenticated, service_role;
