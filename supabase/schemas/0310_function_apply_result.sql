-- duplicate: the same result again. stale: the attempt has ended otherwise (with another file, too), or
-- another one took over; what was paid for is kept all the same.

create or replace function private.apply_result(
  p_project public.projects,
  p_step private.steps,
  p_attempt private.attempts,
  p_result jsonb
)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_state text := p_result ->> 'state';
  v_attempt private.attempts := p_attempt;
begin
  if v_attempt.status in ('failed', 'outcome_unknown') then
    v_attempt := private.reopen_attempt(p_step, p_attempt, p_result);
  end if;

  if v_attempt.status not in ('created', 'submitted', 'in_progress', 'lost') then
    perform private.note_taken(p_step, v_attempt, p_result);
    if v_state = 'completed' then
      perform private.keep_late_result(p_project, p_step, v_attempt.attempt_id, p_result -> 'output');
    end if;
    return case
      when v_attempt.status = v_state
        -- One that failed may have a result that came later.
        and private.is_same_output(case when v_state = 'completed' then v_attempt.output end, p_result -> 'output')
      then 'duplicate'
      else 'stale'
    end;
  end if;

  -- The token's callback may bring the request id that the lost answer would have told.
  if v_attempt.request_id is null and p_result ->> 'request_id' is not null then
    update private.attempts
    set request_id = p_result ->> 'request_id'
    where attempts.attempt_id = v_attempt.attempt_id
      and attempts.request_id is null;

    update public.video_chunks
    set request_id = p_result ->> 'request_id'
    where video_chunks.chunk_id = p_step.chunk_id
      and p_step.kind = 'generate_clip'
      and video_chunks.request_id is null;
  end if;

  case v_state
    when 'completed' then
      -- Its call was understood, whatever became of the answer.
      if v_attempt.status = 'lost' then
        perform private.release_provider(v_attempt.provider);
      end if;
      perform private.complete_attempt(p_project, p_step, v_attempt, p_result -> 'output');
    when 'failed' then
      perform private.fail_attempt(v_attempt.attempt_id, p_result -> 'error');
    when 'cancelled' then
      perform private.fail_attempt(v_attempt.attempt_id, jsonb_build_object(
        'message', coalesce(p_result -> 'error' ->> 'message', 'The provider cancelled the request'),
        'retryable', false
      ));
    when 'in_progress' then
      perform private.report_progress(v_attempt.attempt_id, (p_result ->> 'progress')::numeric);
    when 'unread' then
      perform private.ask_now(p_step);
    else
      raise exception 'Cannot apply callback state "%": no such state', v_state using errcode = 'RL400';
  end case;

  return 'applied';
end;
$$;

comment on function private.apply_result(public.projects, private.steps, private.attempts, jsonb) is
'Applies a result to its attempt: applied, duplicate or stale. The caller holds the project''s lock.';

revoke execute on function private.apply_result(public.projects, private.steps, private.attempts, jsonb)
from public, anon, authenticated, service_role;
