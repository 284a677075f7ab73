-- What this very callback caused, read off the timeline: under the project's lock everything after
-- p_last_event is ours.

create or replace function private.callback_flags(p_step private.steps, p_last_event bigint)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
-- Another event_id each time would have it planned each time.
set plan_cache_mode = force_generic_plan
as $$
begin
  return (
    select jsonb_build_object(
      'project_id', p_step.project_id,
      'chunk_updated', coalesce(bool_or(events.type like 'chunk.%' and events.chunk_id = p_step.chunk_id), false),
      'scene_updated', coalesce(bool_or(events.type like 'scene.%' and events.scene_id = p_step.scene_id), false),
      'last_frame_triggered', coalesce(
        bool_or(events.type = 'step.queued' and events.data ->> 'kind' = 'extract_last_frame'), false
      ),
      'next_scene_triggered', coalesce(
        bool_or(
          events.type = 'step.queued' and events.data ->> 'kind' = 'generate_clip'
          and events.scene_id <> p_step.scene_id
        ),
        false
      ),
      'project_updated', p_step.kind in ('stitch', 'mix_music', 'burn_captions') and coalesce(bool_or(events.type like 'step.%'), false),
      'user_notified', coalesce(bool_or(events.type = 'delivery.queued'), false),
      'final_video_url', (
        select projects.final_video_url from public.projects where projects.project_id = p_step.project_id
      )
    )
    from public.pipeline_events as events
    where events.project_id = p_step.project_id
      and events.event_id > p_last_event
  );
end;
$$;

comment on function private.callback_flags(private.steps, bigint) is
'Which chunk, scene or project a callback updated and what it triggered, for the door''s answer.';

revoke execute on function private.callback_flags(private.steps, bigint) from public, anon, authenticated, service_role;
