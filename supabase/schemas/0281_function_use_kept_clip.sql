-- chunk PENDING → COMPLETED, with a clip that was paid for and came too late (keep_late_result): once, for the film
-- itself or for one that revises it. While somebody is asked for the clip it stays where it is.

create or replace function private.use_kept_clip(p_chunk_id text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_asking record;
  v_kept record;
  v_output jsonb;
begin
  -- Asked of each clip that begins, and there is none but where a call was misjudged: by the key, before all else.
  select film_parts.project_id, film_parts.input_hash, chunk.project_id as film_id, chunk.scene_id, wanted.input
  into v_kept
  from public.video_chunks as chunk
  join public.projects using (project_id)
  join private.film_parts
    on film_parts.project_id in (projects.project_id, projects.revision_of)
    and film_parts.kind = 'generate_clip'
  cross join lateral (
    select private.input_of(
      jsonb_populate_record(null::private.steps, '{"kind": "generate_clip"}'), projects.aspect_ratio, chunk
    ) as input
  ) as wanted
  where chunk.chunk_id = p_chunk_id
    and chunk.status not in ('SUBMITTED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED')
    and film_parts.input_hash = private.clip_hash(wanted.input)
  limit 1;

  if not found then
    return false;
  end if;

  select steps.step_id, steps.status
  into v_asking
  from private.steps
  where steps.project_id = v_kept.film_id
    and steps.kind = 'generate_clip'
    and steps.chunk_id = p_chunk_id
    and steps.status in ('queued', 'running', 'waiting')
  for no key update;

  if v_asking.status <> 'queued' then
    return false;
  end if;

  delete from private.film_parts
  where (film_parts.project_id, film_parts.kind, film_parts.input_hash) in (
    select kept.project_id, kept.kind, kept.input_hash
    from private.film_parts as kept
    where kept.project_id = v_kept.project_id
      and kept.kind = 'generate_clip'
      and kept.input_hash = v_kept.input_hash
    -- Another version may be taking it: that one's turn is not waited for under this film's lock.
    for update skip locked
  )
  returning film_parts.output into v_output;

  if not found then
    return false;
  end if;

  update private.steps
  set status = 'cancelled', updated_at = private.clock()
  where steps.step_id = v_asking.step_id;

  perform private.record_event(v_kept.film_id, 'chunk.reused', v_kept.scene_id, p_chunk_id, jsonb_build_object(
    'from', v_kept.project_id
  ));
  perform private.complete_chunks(array[p_chunk_id], array[v_kept.input], array[v_output]);
  return true;
end;
$$;

comment on function private.use_kept_clip(text) is
'Completes a clip with one that was made from the same and came too late; false where there is none, or somebody is at it. The caller holds the project''s lock.';

revoke execute on function private.use_kept_clip(text) from public, anon, authenticated, service_role;
