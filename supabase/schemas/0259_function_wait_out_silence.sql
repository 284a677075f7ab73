-- waiting stays waiting, for outage_seconds, while nobody is there who could be asked
--
-- What the provider took is there when it is back, or it is still at it: neither its time nor a look-up's runs out
-- meanwhile. Once it is heard again, it has lookup_seconds at least.

create or replace function private.wait_out_silence(p_step private.steps, p_attempt private.attempts)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
begin
  -- What a film does without, it does not wait for.
  if p_step.status <> 'waiting'
    or p_step.kind in ('storyboard', 'extract_thumbnail')
    or p_attempt.status not in ('submitted', 'in_progress', 'lost')
    or p_attempt.created_at + make_interval(secs => private.setting('outage_seconds')::double precision) <= v_now then
    return false;
  end if;

  perform private.note_overdue(p_step, p_attempt);

  update private.attempts
  set deadline_at = v_now + make_interval(secs => private.setting('lookup_seconds')::double precision)
  where attempts.attempt_id = p_attempt.attempt_id;

  update private.steps
  set
    claim_token = null,
    due_at = v_now + make_interval(secs => private.setting('ask_seconds')::double precision),
    updated_at = v_now
  where steps.step_id = p_step.step_id;
  return true;
end;
$$;

comment on function private.wait_out_silence(private.steps, private.attempts) is
'Asks a provider that is away again in ask_seconds, for outage_seconds from the attempt''s beginning; false past that, and for what a film does without. The caller holds the project''s lock.';

revoke execute on function private.wait_out_silence(private.steps, private.attempts)
from public, anon, authenticated, service_role;
