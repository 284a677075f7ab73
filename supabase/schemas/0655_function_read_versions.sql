-- All films of a video, the newest first, each with its scenes and their takes.

create or replace function public.read_versions(p_project_id text, p_token text, p_trusted boolean)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'video_id', projects.video_id,
    'versions', (
      select jsonb_agg(jsonb_build_object(
        'task_id', versions.project_id,
        'version', versions.version,
        'revision_of', versions.revision_of,
        'status', versions.status,
        'preferred', versions.project_id = (
          select chosen.project_id from private.preferred_version(projects.user_id, projects.video_id) as chosen
        ) is true,
        'final_video_url', versions.final_video_url,
        'cut_hash', versions.cut_hash,
        'cost_usd', private.spent_on(versions.project_id),
        'created_at', versions.created_at,
        'scenes', (
          select coalesce(jsonb_agg(
            jsonb_build_object(
              'scene_id', scenes.scene_id,
              'position', scenes.position,
              'prompt', scenes.prompt,
              'input_hash', scenes.input_hash,
              'takes', private.scene_takes(scenes.scene_id)
            )
            order by scenes.position
          ), '[]')
          from public.scenes
          where scenes.project_id = versions.project_id
        )
      ) order by versions.version desc)
      from public.projects as versions
      where versions.user_id = projects.user_id
        and versions.video_id = projects.video_id
    )
  )
  from public.projects
  where projects.project_id = p_project_id
    and (p_trusted or private.is_signed('task', p_project_id, p_token));
$$;

comment on function public.read_versions(text, text, boolean) is
'{video_id, versions: [{task_id, version, …, scenes: [{…, takes}]}]} of the video that this project is of; null for an unknown id or a wrong token. Called by webhook.';

revoke execute on function public.read_versions(text, text, boolean) from public, anon, authenticated;
grant execute on function public.read_versions(text, text, boolean) to service_role;
