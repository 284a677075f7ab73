create or replace function private.last_chunk(p_scene_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select video_chunks.chunk_id
    from public.video_chunks
    where video_chunks.scene_id = p_scene_id
      and video_chunks.selected
    order by video_chunks.position desc
    limit 1
  );
end;
$$;

comment on function private.last_chunk(text) is 'The last clip of a scene''s selected take; steps of the scene as a whole name it.';

revoke execute on function private.last_chunk(text) from public, anon, authenticated, service_role;
