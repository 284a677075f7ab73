create or replace function private.next_chunk(p_chunk public.video_chunks)
returns setof public.video_chunks
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return query
  select video_chunks.*
  from public.video_chunks
  where video_chunks.scene_id = p_chunk.scene_id
    and video_chunks.take = p_chunk.take
    and video_chunks.position = p_chunk.position + 1;
end;
$$;

comment on function private.next_chunk(public.video_chunks) is 'The chunk that continues this one within its scene, if there is one.';

revoke execute on function private.next_chunk(public.video_chunks) from public, anon, authenticated, service_role;
