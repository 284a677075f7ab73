-- step running → waiting · attempt created | lost → submitted · chunk PENDING → SUBMITTED
--
-- The provider accepted. A stale claim (the callback was faster, or the project was cancelled while
-- the call was under way) changes no status, but the request id is kept, and a request that nobody
-- wants any more is given up at the provider. A request that another attempt has (a look-up offered it)
-- is not ours.

create or replace function public.record_submission(
  p_step_id text,
  p_claim_token uuid,
  p_attempt_id text,
  p_submission jsonb
)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_request_id text := p_submission ->> 'request_id';
  -- Before the project: a callback may hold it when it comes to the project. Under it no callback of this request
  -- is buffered unseen.
  v_is_locked boolean := private.lock_request(v_request_id);
  v_found record;
  v_outcome text;
begin
  select
    coalesce(projects.paused_from, projects.status) as stage,
    steps as step,
    steps.claim_token is not distinct from p_claim_token and attempts.status in ('created', 'lost') as is_awaited,
    attempts.status = 'lost' as was_lost,
    attempts.status = 'failed' and attempts.request_id is null as was_refused,
    attempts.deadline_at,
    attempts.provider,
    attempts.input ->> 'model' as model,
    coalesce(attempts.request_id, v_request_id) = v_request_id and not exists (
      select 1
      from private.attempts as others
      where others.provider = attempts.provider
        and others.request_id = v_request_id
        and others.attempt_id <> p_attempt_id
    ) as is_ours,
    (select failing.failures_in_a_row from private.providers as failing where failing.name = attempts.provider) > 0 as is_failing,
    exists (
      select 1
      from public.webhook_logs
      where webhook_logs.source = attempts.provider
        and webhook_logs.request_id = v_request_id
        and webhook_logs.status = 'pending'
    ) as is_called_back
  into v_found
  from private.attempts
  join private.steps using (step_id)
  join public.projects using (project_id)
  where attempts.attempt_id = p_attempt_id
    and steps.step_id = p_step_id
  for no key update of projects, steps, attempts;

  if not found or v_found.is_ours is not true then
    return 'stale';
  elsif (v_found.was_lost or not v_found.is_awaited) and not private.adopt_request(p_attempt_id, v_request_id) then
    return 'stale';
  elsif not v_found.is_awaited then
    perform private.abandon_request(private.keep_receipt(p_attempt_id, p_submission), v_found.step);
    if v_found.was_refused then
      perform private.hold_over_budget((v_found.step).project_id);
    end if;
    if v_found.is_called_back then
      perform private.apply_buffered(v_found.provider, v_request_id);
    end if;
    return 'stale';
  end if;

  -- An early callback may have asked for a look at once (ask_now). A request that was lost and found may have
  -- called back already.
  v_outcome := private.await_callback(v_found.step, v_found.stage, p_attempt_id, p_submission, least(
    v_found.deadline_at,
    case
      when v_found.was_lost then private.clock() + make_interval(secs => private.setting('ask_seconds')::double precision)
      else private.overdue_at((v_found.step).kind, v_found.model)
    end
  ));
  if v_found.is_failing then
    perform private.release_provider(v_found.provider);
  end if;
  if v_found.is_called_back then
    perform private.apply_buffered(v_found.provider, v_request_id);
  end if;
  return v_outcome;
end;
$$;

comment on function public.record_submission(text, uuid, text, jsonb) is
'created | lost → submitted. p_submission: {request_id, status_url, response_url, cancel_url}. Called by the runner.';

revoke execute on function public.record_submission(text, uuid, text, jsonb) from public, anon, authenticated;
grant execute on function public.record_submission(text, uuid, text, jsonb) to service_role;
