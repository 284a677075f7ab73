create or replace function private.clip_hash(p_chunk public.video_chunks)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select encode(sha256(convert_to(
      jsonb_build_array(
        projects.aspect_ratio, p_chunk.model, p_chunk.prompt, p_chunk.duration, p_chunk.image_url,
        p_chunk.driver_video_url, p_chunk.audio_url, private.end_frame(p_chunk) ->> 'end_image_url'
      )::text,
      'UTF8'
    )), 'hex')
    from public.projects
    where projects.project_id = p_chunk.project_id
  );
end;
$$;

comment on function private.clip_hash(public.video_chunks) is 'SHA-256 in hex of what a clip is asked for with.';

revoke execute on function private.clip_hash(public.video_chunks) from public, anon, authenticated, service_role;
