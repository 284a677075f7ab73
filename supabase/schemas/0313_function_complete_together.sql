-- What apply_callback does, for callbacks that complete attempts of running films, in a statement a table.

create or replace function private.complete_together(p_logs public.webhook_logs[], p_seen text[])
returns table (log public.webhook_logs, flags jsonb)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_found record;
  v_output jsonb;
  v_last_event bigint;
  v_flags jsonb[];
  v_done public.webhook_logs[];
  v_steps private.steps[];
  v_attempt_ids text[];
  v_outputs jsonb[];
  v_chunk_ids text[];
  v_inputs jsonb[];
  v_clips jsonb[];
  v_others public.projects[];
  v_other_steps private.steps[];
  v_other_attempts private.attempts[];
  v_other_outputs jsonb[];
  v_priced_ids text[];
begin
  for v_found in
    select locked.* from private.lock_completed(p_logs, p_seen) as locked
  loop
    v_output := (v_found.log).result -> 'output';
    v_done := v_done || v_found.log;
    v_steps := v_steps || v_found.step;
    v_attempt_ids := v_attempt_ids || (v_found.attempt).attempt_id;
    v_outputs := v_outputs || v_output;
    if (v_found.project).estimated_cost_usd is not null then
      v_priced_ids := v_priced_ids || (v_found.project).project_id;
    end if;
    if (v_found.step).kind = 'generate_clip' then
      v_chunk_ids := v_chunk_ids || (v_found.step).chunk_id;
      v_inputs := v_inputs || (v_found.attempt).input;
      v_clips := v_clips || v_output;
    else
      v_others := v_others || v_found.project;
      v_other_steps := v_other_steps || v_found.step;
      v_other_attempts := v_other_attempts || v_found.attempt;
      v_other_outputs := v_other_outputs || v_output;
    end if;
  end loop;

  -- Under their locks nobody else writes these films' timelines: what is beyond this is ours.
  v_last_event := coalesce(pg_sequence_last_value('public.pipeline_events_event_id_seq'), 0);
  perform private.close_attempts(v_attempt_ids, v_outputs);
  perform private.complete_chunks(v_chunk_ids, v_inputs, v_clips);
  for i in 1 .. coalesce(cardinality(v_others), 0) loop
    perform private.use_output(v_others[i], v_other_steps[i], v_other_attempts[i], v_other_outputs[i]);
  end loop;
  perform private.hold_dearer(v_priced_ids);

  v_flags := private.callback_flags(v_steps, v_last_event);

  return query
  select v_done[each.i], v_flags[each.i] || '{"outcome": "applied"}'
  from generate_subscripts(v_done, 1) as each (i);
end;
$$;

comment on function private.complete_together(public.webhook_logs[], text[]) is
'Applies those of these callbacks that may be applied together and whose ids are in p_seen; with what each of them caused. Locks projects, steps and attempts.';

revoke execute on function private.complete_together(public.webhook_logs[], text[]) from public, anon, authenticated, service_role;
