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
  select kept.project_id, kept.input_hash, kept.input, chunk.project_id as film_id, chunk.scene_id
  into v_kept
  from private.kept_clip(p_chunk_id) as kept
  join public.video_chunks as chunk on chunk.chunk_id = p_chunk_id
  where chunk.status not in ('SUBMITTED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED');

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
  update public.video_chunks
  set model = v_kept.input ->> 'model', metadata = video_chunks.metadata - 'fell_back_from'
  where video_chunks.chunk_id = p_chunk_id
    and video_chunks.model <> v_kept.input ->> 'model';
  perform private.complete_chunks(array[p_chunk_id], array[v_kept.input], array[v_output]);
  return true;
end;
$$;

comment on function private.use_kept_clip(text) is
'Completes a clip with one that was made from the same and came too late; false where there is none, or somebody is at it. The caller holds the project''s lock.';

revoke execute on function private.use_kept_clip(text) from public, anon, authenticated, service_role;
