create or replace function private.scene_story(p_project_id text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      to_jsonb(scenes) || jsonb_build_object('takes', (
        select coalesce(jsonb_agg(
          jsonb_build_object('take', takes.take, 'selected', takes.selected, 'chunks', takes.chunks)
          order by takes.take
        ), '[]')
        from (
          select
            video_chunks.take,
            bool_and(video_chunks.selected) as selected,
            jsonb_agg(to_jsonb(video_chunks) order by video_chunks.position) as chunks
          from public.video_chunks
          where video_chunks.scene_id = scenes.scene_id
          group by video_chunks.take
        ) as takes
      ))
      order by scenes.position
    ),
    '[]'
  )
  from public.scenes
  where scenes.project_id = p_project_id;
$$;

comment on function private.scene_story(text) is
'The scenes of a project in order, each with its takes and their chunks.';

revoke execute on function private.scene_story(text) from public, anon, authenticated, service_role;
