create or replace function private.input_of(p_step private.steps, p_aspect_ratio text, p_chunk public.video_chunks)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_context jsonb := case
    when p_step.chunk_id is null then jsonb_build_object('project_id', p_step.project_id)
    else jsonb_build_object('project_id', p_step.project_id, 'scene_id', p_step.scene_id, 'chunk_id', p_step.chunk_id)
  end;
begin
  case p_step.kind
    when 'generate_clip' then
      return v_context || jsonb_build_object(
        'model', p_chunk.model,
        'prompt', p_chunk.prompt,
        'duration', p_chunk.duration,
        'aspect_ratio', p_aspect_ratio,
        'image_url', p_chunk.image_url,
        'driver_video_url', p_chunk.driver_video_url,
        'audio_url', p_chunk.audio_url
      ) || private.end_frame(p_chunk);
    when 'extract_last_frame' then
      return v_context || jsonb_build_object('video_url', p_chunk.kling_video_url);
    when 'extract_thumbnail' then
      return v_context || jsonb_build_object('video_url', p_chunk.kling_video_url);
    when 'stitch' then
      return v_context || jsonb_build_object('aspect_ratio', p_aspect_ratio) || private.cut_input(p_step.project_id);
    else
      return v_context || p_step.input;
  end case;
end;
$$;

comment on function private.input_of(private.steps, text, public.video_chunks) is
'The input of a step, in our words, of a film of this aspect ratio; the chunk that it is about, if any. The provider''s file translates it.';

revoke execute on function private.input_of(private.steps, text, public.video_chunks)
from public, anon, authenticated, service_role;
