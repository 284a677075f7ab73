create or replace function private.project_card(p_project public.projects)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'project_id', p_project.project_id,
    'video_id', p_project.video_id,
    'version', p_project.version,
    'user_id', p_project.user_id,
    'user_name', p_project.user_name,
    'prompt', left(p_project.prompt, 200),
    'status', p_project.status,
    'paused_from', p_project.paused_from,
    'awaiting_approval', p_project.awaiting_approval,
    'progress', p_project.progress,
    'final_video_url', p_project.final_video_url,
    'duration', p_project.duration,
    'error_message', left(p_project.error_message, 500),
    'created_at', p_project.created_at,
    'updated_at', p_project.updated_at,
    'completed_at', p_project.completed_at,
    'poster_url', coalesce(p_project.thumbnail_url, (
      select coalesce(scenes.thumbnail_url, scenes.last_frame_url, scenes.image_url)
      from public.scenes
      where scenes.project_id = p_project.project_id
        and coalesce(scenes.thumbnail_url, scenes.last_frame_url, scenes.image_url) is not null
      order by scenes.position
      limit 1
    )),
    'scenes', coalesce(
      (
        select jsonb_agg(
          jsonb_build_object(
            'position', scenes.position,
            'status', scenes.status,
            'prompt', left(scenes.prompt, 120),
            'progress', (
              select coalesce(round(avg(video_chunks.progress)), 0)
              from public.video_chunks
              where video_chunks.scene_id = scenes.scene_id
                and video_chunks.selected
            )
          )
          order by scenes.position
        )
        from public.scenes
        where scenes.project_id = p_project.project_id
      ),
      '[]'
    ),
    -- Attempts are not kept for as long as a film is shown: the ledger is.
    'usd', private.committed_on(p_project.project_id)
  );
$$;

comment on function private.project_card(public.projects) is
'A film as lists show it: where it stands, scene by scene, a picture of it, and what it cost so far or what is reserved for it.';

revoke execute on function private.project_card(public.projects) from public, anon, authenticated, service_role;
