-- A project as its sender sees it. An unknown id and a wrong token get the same nothing.

create or replace function public.read_task(p_project_id text, p_token text, p_trusted boolean)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'task_id', projects.project_id,
    'status', projects.status,
    'progress', projects.progress,
    'scenes', coalesce(
      (
        select jsonb_agg(
          jsonb_build_object(
            'scene_id', scenes.scene_id,
            'position', scenes.position,
            'status', scenes.status,
            'video_url', scenes.video_url,
            'prompt', scenes.prompt,
            'continuity', scenes.continuity,
            'voice_over', scenes.voice_over,
            'image_url', case
              when scenes.position = 1 or scenes.continuity <> 'last_frame'
                then coalesce(scenes.reframed_image_url, scenes.image_url, projects.image_url)
            end,
            'input_hash', scenes.input_hash
          )
          order by scenes.position
        )
        from public.scenes
        where scenes.project_id = projects.project_id
      ),
      '[]'
    ),
    'final_video_url', projects.final_video_url,
    'error', projects.error_message,
    'version', projects.version,
    'execution_mode', projects.execution_mode,
    'storyboard', projects.storyboard - 'input_hash',
    'awaiting_approval', case when projects.status = 'paused' then projects.awaiting_approval end,
    'estimated_cost_usd', projects.estimated_cost_usd,
    'max_cost_usd', projects.max_cost_usd,
    'cost_usd', private.spent_on(projects.project_id)
  ) || case
    when projects.status = 'completed' and projects.film_options ? 'captions'
      then jsonb_strip_nulls(jsonb_build_object('captions', private.film_captions(projects.project_id)))
    else '{}'
  end
  from public.projects
  where projects.project_id = p_project_id
    and (p_trusted or private.is_signed('task', p_project_id, p_token));
$$;

comment on function public.read_task(text, text, boolean) is
'{task_id, status, progress, scenes, final_video_url, error, version, execution_mode, storyboard, awaiting_approval, estimated_cost_usd, max_cost_usd, cost_usd}, and captions {srt_url, vtt_url} of a film that has any; null for an unknown id or a wrong token. p_trusted: the sender showed credentials. Called by webhook.';

revoke execute on function public.read_task(text, text, boolean) from public, anon, authenticated;
grant execute on function public.read_task(text, text, boolean) to service_role;
