-- By jsonb_object where all is text: jsonb_build_object looks up the type of each argument.

create or replace function private.input_of(
  p_step private.steps,
  p_aspect_ratio text,
  p_chunk public.video_chunks,
  p_has_end boolean default true
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  case p_step.kind
    when 'generate_clip' then
      return jsonb_object(array[
        'project_id', p_step.project_id,
        'scene_id', p_step.scene_id,
        'chunk_id', p_step.chunk_id,
        'model', p_chunk.model,
        'prompt', p_chunk.prompt,
        'aspect_ratio', p_aspect_ratio,
        'image_url', p_chunk.image_url,
        'driver_video_url', p_chunk.driver_video_url,
        'audio_url', p_chunk.audio_url
      ])
        || jsonb_build_object('duration', p_chunk.duration)
        || case when p_has_end then private.end_frame(p_chunk) else '{}' end;
    when 'extract_last_frame', 'extract_thumbnail' then
      return jsonb_object(array[
        'project_id', p_step.project_id,
        'scene_id', p_step.scene_id,
        'chunk_id', p_step.chunk_id,
        'video_url', p_chunk.kling_video_url
      ]);
    when 'stitch' then
      return jsonb_object(array['project_id', p_step.project_id, 'aspect_ratio', p_aspect_ratio])
        || private.cut_input(p_step.project_id);
    else
      return case
        when p_step.chunk_id is null then jsonb_object(array['project_id', p_step.project_id])
        else jsonb_object(array[
          'project_id', p_step.project_id, 'scene_id', p_step.scene_id, 'chunk_id', p_step.chunk_id
        ])
      end || p_step.input;
  end case;
end;
$$;

comment on function private.input_of(private.steps, text, public.video_chunks, boolean) is
'The input of a step, in our words, of a film of this aspect ratio; the chunk that it is about, if any. p_has_end: false where it is known that no shared keyframe follows its scene. The provider''s file translates it.';

revoke execute on function private.input_of(private.steps, text, public.video_chunks, boolean)
from public, anon, authenticated, service_role;
