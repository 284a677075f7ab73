-- The last frame of a chunk: the next chunk of the scene starts from it, else the scene is complete.

create or replace function private.complete_frame(p_chunk_id text, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_chunk record;
begin
  select video_chunks.project_id, video_chunks.scene_id, next.chunk_id as next_id
  into v_chunk
  from public.video_chunks
  left join public.video_chunks as next
    on next.scene_id = video_chunks.scene_id
    and next.take = video_chunks.take
    and next.position = video_chunks.position + 1
  where video_chunks.chunk_id = p_chunk_id;

  insert into public.media (project_id, scene_id, type, url, width, height, metadata)
  values (
    v_chunk.project_id, v_chunk.scene_id, 'frame', p_output ->> 'image_url',
    (p_output ->> 'width')::numeric, (p_output ->> 'height')::numeric,
    jsonb_build_object('chunk_id', p_chunk_id)
  );

  if v_chunk.next_id is null then
    perform private.complete_scene(v_chunk.scene_id, p_output ->> 'image_url');
    return;
  end if;

  update public.video_chunks
  set image_url = p_output ->> 'image_url'
  where video_chunks.chunk_id = v_chunk.next_id
    and video_chunks.status not in ('SUBMITTED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED');
  if not private.use_kept_clip(v_chunk.next_id) then
    perform private.add_step(v_chunk.project_id, 'generate_clip', v_chunk.scene_id, v_chunk.next_id);
  end if;
end;
$$;

comment on function private.complete_frame(text, jsonb) is
'A last frame is there: the next chunk starts from it, or the scene is complete. The caller holds the project''s lock.';

revoke execute on function private.complete_frame(text, jsonb) from public, anon, authenticated, service_role;
