-- What fal asks money for is an endpoint, and only clips, voices and music name theirs; any other provider has one price
-- for each kind of step.

create or replace function private.priced_model(p_provider text, p_kind text, p_input jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_provider is distinct from 'fal' then p_provider
    when p_kind in ('extract_last_frame', 'extract_thumbnail') then 'fal-ai/ffmpeg-api/extract-frame'
    when p_kind = 'stitch' then 'fal-ai/ffmpeg-api/merge-videos'
    when p_kind = 'reframe_image' then 'fal-ai/image-editing/reframe'
    when p_kind = 'mux_audio' and p_input ->> 'seconds' is null then 'fal-ai/ffmpeg-api/merge-audio-video'
    when p_kind in ('mux_audio', 'mix_music') then 'fal-ai/ffmpeg-api/compose'
    when p_kind = 'level_music' then 'fal-ai/ffmpeg-api/loudnorm'
    else p_input ->> 'model'
  end;
end;
$$;

comment on function private.priced_model(text, text, jsonb) is 'Under which model private.prices has the price of a step.';

revoke execute on function private.priced_model(text, text, jsonb) from public, anon, authenticated, service_role;
