create or replace function private.missing_stills(p_project_id text)
returns table (image_url text, aspect_ratio text, scene_id text, chunk_id text)
language plpgsql
stable
rows 10
security invoker
set search_path = ''
as $$
begin
  return query
  select distinct on (coalesce(scenes.image_url, projects.image_url), scenes.reframe_to)
    coalesce(scenes.image_url, projects.image_url),
    scenes.reframe_to,
    scenes.scene_id,
    video_chunks.chunk_id
  from public.projects
  join public.scenes using (project_id)
  join public.video_chunks
    on video_chunks.scene_id = scenes.scene_id
    and video_chunks.selected
    and video_chunks.position = 1
  where projects.project_id = p_project_id
    and scenes.reframe_to is not null
    and scenes.reframed_image_url is null
    and (scenes.position = 1 or scenes.continuity <> 'last_frame')
    and coalesce(scenes.image_url, projects.image_url) is not null
    and video_chunks.status <> 'COMPLETED'
    and video_chunks.image_url is null
  order by coalesce(scenes.image_url, projects.image_url), scenes.reframe_to, scenes.position;
end;
$$;

comment on function private.missing_stills(text) is
'Images that have to be brought to an aspect ratio before clips start from them: each once, with the first scene that does.';

revoke execute on function private.missing_stills(text) from public, anon, authenticated, service_role;
