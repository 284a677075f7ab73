-- What callbacks caused, read off the timelines: under the projects' locks everything after p_last_event
-- is theirs. Each is of another project.

create or replace function private.callback_flags(p_steps private.steps[], p_last_event bigint)
returns jsonb[]
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- A plan from when the tables were small is kept; there is an index for this join.
set enable_seqscan = off
as $$
begin
  return array(
    select jsonb_build_object(
      'project_id', step.project_id,
      'chunk_updated', coalesce(caused.chunk_updated, false),
      'scene_updated', coalesce(caused.scene_updated, false),
      'last_frame_triggered', coalesce(caused.queued_frame, false),
      'next_scene_triggered', coalesce(caused.queued_clip, false),
      'project_updated', step.kind in ('stitch', 'mix_music', 'burn_captions') and coalesce(caused.closed_step, false),
      'user_notified', coalesce(caused.queued_delivery, false)
    )
    from unnest(p_steps) with ordinality as step
    cross join lateral (
      select
        bool_or(events.type like 'chunk.%' and events.chunk_id = step.chunk_id) as chunk_updated,
        bool_or(events.type like 'scene.%' and events.scene_id = step.scene_id) as scene_updated,
        bool_or(events.type = 'step.queued' and events.data ->> 'kind' = 'extract_last_frame') as queued_frame,
        bool_or(
          events.type = 'step.queued' and events.data ->> 'kind' = 'generate_clip' and events.scene_id <> step.scene_id
        ) as queued_clip,
        bool_or(events.type like 'step.%') as closed_step,
        bool_or(events.type = 'delivery.queued') as queued_delivery
      from public.pipeline_events as events
      where events.project_id = step.project_id
        and events.event_id > p_last_event
    ) as caused
    order by step.ordinality
  );
end;
$$;

comment on function private.callback_flags(private.steps[], bigint) is
'Which chunk, scene or project the callback of each of these steps updated and what it triggered, for the doors'' answers.';

revoke execute on function private.callback_flags(private.steps[], bigint) from public, anon, authenticated, service_role;
