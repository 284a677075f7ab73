create or replace function private.is_output_of(p_kind text, p_output jsonb)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_kind in ('generate_clip', 'stitch', 'store_film', 'mux_audio', 'mix_music', 'burn_captions') then coalesce(p_output ->> 'video_url', '') <> ''
    when p_kind in ('reframe_image', 'extract_last_frame', 'extract_thumbnail') then coalesce(p_output ->> 'image_url', '') <> ''
    when p_kind in ('generate_voice', 'generate_music', 'level_music') then coalesce(p_output ->> 'audio_url', '') <> ''
    when p_kind = 'store_captions' then p_output ?& array['srt_url', 'vtt_url']
    when p_kind = 'check_frame' then p_output ? 'is_plain'
    when p_kind = 'storyboard' then case
      when jsonb_typeof(p_output -> 'scenes') = 'array' then jsonb_array_length(p_output -> 'scenes') between 1 and 100
      else false
    end
    else true
  end;
end;
$$;

comment on function private.is_output_of(text, jsonb) is 'True when the output has what this kind of step is for.';

revoke execute on function private.is_output_of(text, jsonb) from public, anon, authenticated, service_role;
