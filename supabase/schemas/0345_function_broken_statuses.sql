create or replace function private.broken_statuses()
returns table (invariant text, id text)
language sql
stable
security invoker
set search_path = ''
as $$
  select 'a finished project has no open scene', scenes.scene_id
  from public.scenes
  join public.projects using (project_id)
  where projects.status in ('completed', 'failed', 'cancelled')
    and scenes.status in ('pending', 'generating', 'extracting_frame')
  union all
  select 'a finished project has no open chunk', video_chunks.chunk_id
  from public.video_chunks
  join public.projects using (project_id)
  where projects.status in ('completed', 'failed', 'cancelled')
    and video_chunks.selected
    and video_chunks.status in ('PENDING', 'SUBMITTED', 'IN_PROGRESS')
  union all
  select 'a finished project has no open step but to give requests up', steps.step_id
  from private.steps
  join public.projects using (project_id)
  where projects.status in ('completed', 'failed', 'cancelled')
    and steps.kind <> 'cancel_request'
    and steps.status in ('queued', 'running', 'waiting')
  union all
  select 'a finished step has no open attempt', attempts.attempt_id
  from private.attempts
  join private.steps using (step_id)
  where steps.status in ('completed', 'failed', 'cancelled')
    and attempts.status in ('created', 'submitted', 'in_progress', 'lost')
  union all
  select 'a step has one open attempt at most', attempts.step_id
  from private.attempts
  where attempts.status in ('created', 'submitted', 'in_progress', 'lost')
  group by attempts.step_id
  having count(*) > 1
  union all
  select 'a waiting step has an open attempt', steps.step_id
  from private.steps
  where steps.status = 'waiting'
    and not exists (
      select 1
      from private.attempts
      where attempts.step_id = steps.step_id
        and attempts.status in ('submitted', 'in_progress', 'lost')
    )
  union all
  select 'a completed scene has only completed chunks', video_chunks.chunk_id
  from public.video_chunks
  join public.scenes using (scene_id)
  where scenes.status = 'completed'
    and video_chunks.selected
    and video_chunks.status <> 'COMPLETED'
  union all
  select 'an unfinished project has an open step', projects.project_id
  from public.projects
  where projects.status in ('queued', 'storyboarding', 'generating', 'stitching')
    and not exists (
      select 1
      from private.steps
      where steps.project_id = projects.project_id
        and steps.status in ('queued', 'running', 'waiting')
    );
$$;

comment on function private.broken_statuses() is
'Broken invariants between the statuses of projects, scenes, chunks, steps and attempts.';

revoke execute on function private.broken_statuses() from public, anon, authenticated, service_role;
