-- A request that is running at a provider though nobody waits for it costs money: give it up there.

create or replace function private.abandon_request(p_attempt private.attempts, p_step private.steps)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if p_attempt.request_id is null or p_attempt.status not in ('cancelled', 'failed', 'outcome_unknown') then
    return;
  end if;

  if exists (
    select 1
    from private.steps
    where steps.project_id = p_step.project_id
      and steps.kind = 'cancel_request'
      and steps.input ->> 'attempt_id' = p_attempt.attempt_id
  ) then
    return;
  end if;

  perform private.add_step(
    p_step.project_id, 'cancel_request', p_step.scene_id, p_step.chunk_id,
    jsonb_build_object(
      'attempt_id', p_attempt.attempt_id,
      'provider', p_attempt.provider,
      'request_id', p_attempt.request_id,
      'cancel_url', p_attempt.cancel_url,
      'model', p_attempt.input ->> 'model',
      'about', jsonb_build_object(
        'scene_id', p_attempt.input -> 'scene_id',
        'project_id', p_attempt.input -> 'project_id'
      )
    )
  );
end;
$$;

comment on function private.abandon_request(private.attempts, private.steps) is
'Queues cancel_request, once, for an attempt that ended while its request may still be running.';

revoke execute on function private.abandon_request(private.attempts, private.steps)
from public, anon, authenticated, service_role;
