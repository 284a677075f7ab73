-- chunk → COMPLETED; then its last frame, or the end of its scene

create or replace function private.complete_chunk(
  p_project public.projects,
  p_chunk_id text,
  p_input jsonb,
  p_output jsonb
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_done record;
  v_chunk public.video_chunks;
begin
  update public.video_chunks
  set
    status = 'COMPLETED',
    kling_video_url = p_output ->> 'video_url',
    kling_completed_at = private.clock(),
    input_hash = private.clip_hash(p_input),
    progress = 100,
    error_message = null
  where video_chunks.chunk_id = p_chunk_id
    and video_chunks.status not in ('COMPLETED', 'FAILED', 'CANCELLED')
  -- As a whole, not column by column: that is a fifth of what the statement would cost.
  returning video_chunks as chunk into v_done;

  if not found then
    return;
  end if;
  v_chunk := v_done.chunk;

  -- The callback may be faster than the record of the submission.
  if coalesce(p_project.paused_from, p_project.status) in ('queued', 'storyboarding') then
    perform private.advance_project(v_chunk.project_id, array['queued', 'storyboarding'], 'generating');
  end if;

  insert into public.media (project_id, scene_id, type, url, width, height, duration, metadata)
  values (
    v_chunk.project_id, v_chunk.scene_id, 'generated-video', v_chunk.kling_video_url,
    (p_output ->> 'width')::numeric, (p_output ->> 'height')::numeric,
    coalesce((p_output ->> 'duration')::numeric, v_chunk.duration),
    jsonb_build_object('chunk_id', v_chunk.chunk_id, 'model', v_chunk.model)
  );
  perform private.update_progress(v_chunk.project_id);

  if exists (
    select 1
    from public.video_chunks
    where video_chunks.scene_id = v_chunk.scene_id
      and video_chunks.take = v_chunk.take
      and video_chunks.position = v_chunk.position + 1
  ) then
    -- A scene looks like its beginning.
    update public.scenes
    set thumbnail_url = coalesce(p_output ->> 'thumbnail_url', scenes.thumbnail_url)
    where scenes.scene_id = v_chunk.scene_id
      and v_chunk.position = 1;
    perform private.add_step(v_chunk.project_id, 'extract_last_frame', v_chunk.scene_id, v_chunk.chunk_id);
  else
    perform private.finish_scene_clip(v_chunk, p_output);
  end if;
end;
$$;

comment on function private.complete_chunk(public.projects, text, jsonb, jsonb) is
'PENDING | SUBMITTED | IN_PROGRESS → COMPLETED, once. The caller holds the project''s lock.';

revoke execute on function private.complete_chunk(public.projects, text, jsonb, jsonb) from public, anon, authenticated, service_role;
