-- step → queued, due later · chunk SUBMITTED | IN_PROGRESS → PENDING

create or replace function private.requeue_step(p_step private.steps, p_message text, p_retry_after numeric)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_delay interval := private.retry_delay(p_step.attempt_count, p_retry_after);
  v_status text := (select projects.status from public.projects where projects.project_id = p_step.project_id);
begin
  update public.video_chunks
  set status = 'PENDING', request_id = null
  where video_chunks.chunk_id = p_step.chunk_id
    and p_step.kind = 'generate_clip'
    and video_chunks.status not in ('COMPLETED', 'FAILED', 'CANCELLED');

  update private.steps
  set
    status = 'queued',
    claim_token = null,
    due_at = private.due_at(v_status, p_step.kind, private.clock()) + v_delay,
    updated_at = private.clock()
  where steps.step_id = p_step.step_id
    and steps.status not in ('queued', 'completed', 'failed', 'cancelled');

  perform private.record_event(
    p_step.project_id, 'step.retried', p_step.scene_id, p_step.chunk_id,
    jsonb_build_object(
      'kind', p_step.kind, 'step_id', p_step.step_id, 'attempt', p_step.attempt_count,
      'reason', p_message, 'delay_s', round(extract(epoch from v_delay), 1)
    )
  );

  -- A try before this one may have brought the clip too late.
  if p_step.kind = 'generate_clip' then
    perform private.use_kept_clip(p_step.chunk_id);
  end if;

  -- What failed may have been paid for: then the film is dearer, and another try is begun only if it still fits.
  if exists (
    select 1
    from public.projects
    where projects.project_id = p_step.project_id
      and projects.max_cost_usd is not null
  ) or exists (
    select 1
    from private.attempts
    where attempts.step_id = p_step.step_id
      and attempts.ended_at is not null
      and private.attempt_cost(attempts) > 0
  ) then
    perform private.hold_over_budget(p_step.project_id);
  end if;
end;
$$;

comment on function private.requeue_step(private.steps, text, numeric) is
'running | waiting → queued, after a backoff; a failed chunk that is retried goes back to PENDING.';

revoke execute on function private.requeue_step(private.steps, text, numeric)
from public, anon, authenticated, service_role;
