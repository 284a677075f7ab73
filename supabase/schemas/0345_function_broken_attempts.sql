create or replace function private.broken_attempts()
returns table (invariant text, id text)
language sql
stable
security invoker
set search_path = ''
as $$
  select 'an attempt that is waited for has a deadline', attempts.attempt_id
  from private.attempts
  where attempts.status in ('submitted', 'in_progress', 'lost')
    and coalesce(attempts.deadline_at, 'infinity') = 'infinity'
  union all
  select 'a request belongs to a call that was announced', attempts.attempt_id
  from private.attempts
  where attempts.sent_at = 'infinity'
    and (attempts.request_id is not null or attempts.status not in ('created', 'failed', 'cancelled', 'completed'))
  union all
  -- An image that has its shape already needs no call, and is the one thing that costs nothing at fal.
  select 'what was made by no call costs nothing', attempts.attempt_id
  from private.attempts
  where attempts.sent_at = 'infinity'
    and attempts.status = 'completed'
    and attempts.actual_cost_usd is distinct from 0
  union all
  select 'a running or waiting step is looked at again', steps.step_id
  from private.steps
  where steps.status in ('running', 'waiting')
    and steps.due_at = 'infinity'
  union all
  select 'a paused project asks for nothing new', steps.step_id
  from private.steps
  join public.projects using (project_id)
  where projects.status = 'paused'
    and steps.status = 'queued'
    and steps.kind <> 'cancel_request'
    and steps.due_at < 'infinity'
  union all
  select 'only a paused project has steps that wait for ever', steps.step_id
  from private.steps
  join public.projects using (project_id)
  where projects.status <> 'paused'
    and steps.status = 'queued'
    and steps.due_at = 'infinity'
  union all
  select 'a step''s attempts are all on record', steps.step_id
  from private.steps
  left join private.attempts using (step_id)
  group by steps.step_id
  having count(attempts.attempt_id) <> steps.attempt_count
    or coalesce(max(attempts.number), 0) <> steps.attempt_count
  union all
  select 'a completed step has its result from a completed attempt', steps.step_id
  from private.steps
  where steps.status = 'completed'
    and not exists (
      select 1
      from private.attempts
      where attempts.step_id = steps.step_id
        and attempts.status = 'completed'
    )
  union all
  select 'a request that is under way has an attempt behind it', video_chunks.chunk_id
  from public.video_chunks
  where video_chunks.project_id is not null
    and video_chunks.status in ('SUBMITTED', 'IN_PROGRESS')
    and not exists (
      select 1
      from private.steps
      join private.attempts using (step_id)
      where steps.chunk_id = video_chunks.chunk_id
        and steps.kind = 'generate_clip'
        and attempts.request_id = video_chunks.request_id
    )
  union all
  select 'a cancelled attempt''s request is given up', attempts.attempt_id
  from private.attempts
  join private.steps using (step_id)
  where attempts.status = 'cancelled'
    and attempts.request_id is not null
    and not exists (
      select 1
      from private.steps as giving_up
      where giving_up.project_id = steps.project_id
        and giving_up.kind = 'cancel_request'
        and giving_up.input ->> 'attempt_id' = attempts.attempt_id
    )
  union all
  select 'a step belongs to its project''s user', steps.step_id
  from private.steps
  join public.projects using (project_id)
  where steps.user_id <> projects.user_id
  union all
  -- No foreign keys say this and the next: they would be looked up with each row, and go with their project anyway.
  select 'a step is about a scene and a clip of its own film', steps.step_id
  from private.steps
  left join public.scenes on scenes.scene_id = steps.scene_id
  left join public.video_chunks on video_chunks.chunk_id = steps.chunk_id
  where (steps.scene_id is not null and scenes.project_id is distinct from steps.project_id)
    or (steps.chunk_id is not null and video_chunks.project_id is distinct from steps.project_id)
  union all
  select 'a clip belongs to its scene''s film', video_chunks.chunk_id
  from public.video_chunks
  join public.scenes using (scene_id)
  where video_chunks.project_id <> scenes.project_id
  union all
  select 'a cost is not negative', attempts.attempt_id
  from private.attempts
  where least(attempts.estimated_cost_usd, attempts.actual_cost_usd) < 0;
$$;

comment on function private.broken_attempts() is 'Broken invariants of steps and attempts.';

revoke execute on function private.broken_attempts() from public, anon, authenticated, service_role;
