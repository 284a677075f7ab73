-- What comes after its attempt has ended was paid for all the same. It moves nothing, and is kept for whoever makes the
-- same again: a clip for one take (use_kept_clip), a voice or music, of a film that has failed, as any other part of it.
-- A film that is under way is having its sound made anew, and what it is made from is not to change below it.

create or replace function private.keep_late_result(
  p_project public.projects,
  p_step private.steps,
  p_attempt_id text,
  p_output jsonb
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_input jsonb;
begin
  if p_project.status = 'cancelled' or not private.is_output_of(p_step.kind, p_output)
    or p_step.kind not in ('generate_clip', 'generate_voice', 'generate_music', 'level_music')
    or (p_step.kind <> 'generate_clip' and p_project.status <> 'failed')
  then
    return;
  end if;

  update private.attempts
  set
    output = p_output,
    actual_cost_usd = case
      when jsonb_typeof(p_output -> 'cost_usd') = 'number' then greatest((p_output ->> 'cost_usd')::numeric, 0)
      else attempts.actual_cost_usd
    end
  where attempts.attempt_id = p_attempt_id
    -- What nobody knows the request of has not been accounted for either.
    and attempts.request_id is not null
    -- Once: it may have been used by now.
    and attempts.output is null
    and (
      attempts.status in ('failed', 'outcome_unknown')
      or attempts.status = 'cancelled' and (
        p_project.status = 'failed'
        -- Retried meanwhile: it is wanted again. Of another take it is not.
        or exists (
          select 1
          from public.video_chunks
          where video_chunks.chunk_id = p_step.chunk_id
            and video_chunks.selected
            and video_chunks.status not in ('COMPLETED', 'FAILED', 'CANCELLED')
        )
      )
    )
  returning attempts.input into v_input;

  if not found then
    return;
  end if;

  insert into private.film_parts (project_id, kind, input_hash, output)
  values (
    p_step.project_id,
    p_step.kind,
    case when p_step.kind = 'generate_clip' then private.clip_hash(v_input) else private.part_hash(p_step.input) end,
    p_output
  )
  on conflict do nothing;
  perform private.record_event(p_step.project_id, 'attempt.result_kept', p_step.scene_id, p_step.chunk_id, jsonb_build_object(
    'kind', p_step.kind, 'attempt_id', p_attempt_id
  ));
  -- Nobody claims the steps of a paused film, and what is there is no reason to wait for an approval. That it was paid for
  -- may have paused it just now.
  if p_step.kind = 'generate_clip' and exists (
    select 1 from public.projects where projects.project_id = p_step.project_id and projects.status = 'paused'
  ) then
    perform private.use_kept_clip(p_step.chunk_id);
  end if;
  perform private.hold_over_budget(p_step.project_id);
end;
$$;

comment on function private.keep_late_result(public.projects, private.steps, text, jsonb) is
'Keeps what an attempt made that had failed, was given up with its film, or is unknown, for the film''s next try; nothing of a film that is cancelled. The caller holds the project''s lock.';

revoke execute on function private.keep_late_result(public.projects, private.steps, text, jsonb)
from public, anon, authenticated, service_role;
