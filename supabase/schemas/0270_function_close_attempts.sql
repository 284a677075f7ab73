-- attempts open → completed, with their steps
--
-- Of one project there is one attempt among them at most: no timeline has two steps that end at one time.

create or replace function private.close_attempts(p_attempt_ids text[], p_outputs jsonb[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- A plan from when the tables were small is kept; there is an index for each of these joins.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_now timestamptz := private.clock();
begin
  with
  ended as (
    update private.attempts
    set
      status = 'completed',
      output = given.output,
      actual_cost_usd = case
        when jsonb_typeof(given.output -> 'cost_usd') = 'number' then greatest((given.output ->> 'cost_usd')::numeric, 0)
        else attempts.actual_cost_usd
      end,
      error_message = null,
      ended_at = v_now
    from unnest(p_attempt_ids, p_outputs) as given (attempt_id, output)
    where attempts.attempt_id = given.attempt_id
      -- Said twice, as in update_progress.
      and attempts.attempt_id = any (p_attempt_ids)
    returning attempts.step_id, given.output
  ),

  closed as (
    update private.steps
    set status = 'completed', output = ended.output, claim_token = null, updated_at = v_now
    from ended
    where steps.step_id = ended.step_id
    returning steps.project_id, steps.scene_id, steps.chunk_id, steps.kind, steps.step_id
  )

  insert into public.pipeline_events (project_id, scene_id, chunk_id, type, data, at)
  select
    closed.project_id, closed.scene_id, closed.chunk_id, 'step.completed',
    jsonb_build_object('kind', closed.kind, 'step_id', closed.step_id), v_now
  from closed;
end;
$$;

comment on function private.close_attempts(text[], jsonb[]) is
'→ completed, attempts with these outputs and their steps; what they made is still to be used. The caller holds the locks of project, step and attempt.';

revoke execute on function private.close_attempts(text[], jsonb[]) from public, anon, authenticated, service_role;
