-- A callback that fal did sign, but too long ago to be believed: perhaps it is a late one, perhaps
-- somebody kept it. The provider itself is asked; nothing is taken from the callback.
--
-- Once for each attempt, and only while its callback is awaited: whoever repeats it has us ask once.

create or replace function public.hint_attempt(p_token text, p_request_id text)
returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_attempt private.attempts;
  v_step private.steps;
begin
  select attempts.*
  into v_attempt
  from private.attempts
  where attempts.provider = 'fal'
    and attempts.request_id = p_request_id
    and (p_token is null or attempts.attempt_id = private.attempt_id_of_token(p_token));

  if not found then
    return false;
  end if;

  v_step := private.lock_step(v_attempt.step_id);
  -- Read again under the lock: what was open a moment ago may have ended.
  select attempts.* into v_attempt from private.attempts where attempts.attempt_id = v_attempt.attempt_id;

  if v_step.status <> 'waiting'
    or v_step.claim_token is not null
    or v_step.due_at <= private.clock()
    or v_attempt.status not in ('submitted', 'in_progress')
    or exists (
      select 1
      from public.pipeline_events
      where pipeline_events.project_id = v_step.project_id
        and pipeline_events.type = 'attempt.hinted'
        and pipeline_events.data ->> 'attempt_id' = v_attempt.attempt_id
    ) then
    return false;
  end if;

  update private.steps
  set due_at = private.clock(), updated_at = private.clock()
  where steps.step_id = v_step.step_id;

  perform private.record_event(
    v_step.project_id, 'attempt.hinted', v_step.scene_id, v_step.chunk_id,
    jsonb_build_object('kind', v_step.kind, 'attempt_id', v_attempt.attempt_id)
  );
  return true;
end;
$$;

comment on function public.hint_attempt(text, text) is
'Makes the waiting step of a request at fal due at once, so that fal is asked; changes no status. True where that made a difference. Called by fal-webhook.';

revoke execute on function public.hint_attempt(text, text) from public, anon, authenticated;
grant execute on function public.hint_attempt(text, text) to service_role;
