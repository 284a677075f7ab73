create or replace function private.callback_answer(p_log public.webhook_logs, p_outcome text, p_flags jsonb)
returns jsonb
language plpgsql
-- Not stable: it is asked in the statement that ends the film, and has to see it.
volatile
security invoker
set search_path = ''
as $$
declare
  v_final_video_url text;
begin
  -- A repeated delivery caused nothing; where the film is, it may be told all the same.
  if p_log.source = 'stitch' then
    select projects.final_video_url
    into v_final_video_url
    from public.projects
    where projects.project_id = coalesce(p_flags ->> 'project_id', p_log.project_id);
  end if;

  return jsonb_build_object(
    'outcome', p_outcome,
    'webhook_log_id', p_log.webhook_log_id,
    'chunk_updated', coalesce((p_flags ->> 'chunk_updated')::boolean, false),
    'scene_updated', coalesce((p_flags ->> 'scene_updated')::boolean, false),
    'last_frame_triggered', coalesce((p_flags ->> 'last_frame_triggered')::boolean, false),
    'next_scene_triggered', coalesce((p_flags ->> 'next_scene_triggered')::boolean, false),
    'project_updated', coalesce((p_flags ->> 'project_updated')::boolean, false),
    'user_notified', coalesce((p_flags ->> 'user_notified')::boolean, false),
    'final_video_url', v_final_video_url
  );
end;
$$;

comment on function private.callback_answer(public.webhook_logs, text, jsonb) is 'What the doors answer from.';

revoke execute on function private.callback_answer(public.webhook_logs, text, jsonb)
from public, anon, authenticated, service_role;
