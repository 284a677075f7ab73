-- All that project and scenes say counts, but for what says nothing about the film: a column that is
-- added later changes the hash, and at worst a film is joined once too often.

create or replace function private.cut_hash(p_project_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select encode(sha256(convert_to(
      jsonb_build_array(
        to_jsonb(private.film_clips(p_project_id)),
        to_jsonb(projects) - array[
          'project_id', 'chat_id', 'user_email', 'user_name', 'source', 'prompt', 'model', 'image_url', 'status',
          'progress', 'version', 'revision_of', 'final_video_url', 'thumbnail_url', 'duration', 'callback_url',
          'idempotency_key', 'error_message', 'metadata', 'created_at', 'updated_at', 'completed_at', 'paused_from',
          'storyboard', 'stop_at', 'awaiting_approval', 'max_cost_usd', 'estimated_cost_usd', 'cut_hash',
          'preferred_at'
        ],
        projects.metadata - array['request_timestamp', 'webhookUrl', 'version'],
        (
          select jsonb_agg(
            to_jsonb(scenes) - array[
              'scene_id', 'project_id', 'image_url', 'status', 'thumbnail_url', 'last_frame_url', 'error_message',
              'created_at', 'updated_at', 'completed_at', 'reframe_to', 'reframed_image_url'
            ]
            order by scenes.position
          )
          from public.scenes
          where scenes.project_id = p_project_id
        )
      )::text,
      'UTF8'
    )), 'hex')
    from public.projects
    where projects.project_id = p_project_id
  );
end;
$$;

comment on function private.cut_hash(text) is 'SHA-256 in hex of all that the film is joined from: its clips, and what else its job says about it.';

revoke execute on function private.cut_hash(text) from public, anon, authenticated, service_role;
