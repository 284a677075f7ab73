-- p_input: what its attempt was made with (step_input), frozen when it began.

create or replace function private.clip_hash(p_input jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return encode(sha256(convert_to(
    jsonb_build_array(
      p_input -> 'aspect_ratio', p_input -> 'model', p_input -> 'prompt', p_input -> 'duration', p_input -> 'image_url',
      p_input -> 'driver_video_url', p_input -> 'audio_url', p_input -> 'end_image_url'
    )::text,
    'UTF8'
  )), 'hex');
end;
$$;

comment on function private.clip_hash(jsonb) is 'SHA-256 in hex of all that a clip was made from.';

revoke execute on function private.clip_hash(jsonb) from public, anon, authenticated, service_role;
