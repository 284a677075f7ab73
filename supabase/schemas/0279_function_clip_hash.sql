create or replace function private.clip_hash(p_chunk public.video_chunks, p_aspect_ratio text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return encode(sha256(convert_to(
    jsonb_build_array(
      p_aspect_ratio, p_chunk.model, p_chunk.prompt, p_chunk.duration, p_chunk.image_url,
      p_chunk.driver_video_url, p_chunk.audio_url, private.end_frame(p_chunk) ->> 'end_image_url'
    )::text,
    'UTF8'
  )), 'hex');
end;
$$;

comment on function private.clip_hash(public.video_chunks, text) is
'SHA-256 in hex of all that a clip is made from, in the film''s aspect ratio.';

revoke execute on function private.clip_hash(public.video_chunks, text) from public, anon, authenticated, service_role;
