-- What the provider is going to be asked, read when the step is claimed and frozen in the attempt.

create or replace function private.step_input(p_step private.steps)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_context jsonb := jsonb_build_object('project_id', p_step.project_id);
  v_chunk public.video_chunks;
  v_aspect_ratio text;
begin
  select projects.aspect_ratio
  into v_aspect_ratio
  from public.projects
  where projects.project_id = p_step.project_id;

  if p_step.chunk_id is not null then
    select video_chunks.* into v_chunk from public.video_chunks where video_chunks.chunk_id = p_step.chunk_id;
    v_context := v_context || jsonb_build_object('scene_id', p_step.scene_id, 'chunk_id', p_step.chunk_id);
  end if;

  case p_step.kind
    when 'generate_clip' then
      return v_context || jsonb_build_object(
        'model', v_chunk.model,
        'prompt', v_chunk.prompt,
        'duration', v_chunk.duration,
        'aspect_ratio', v_aspect_ratio,
        'image_url', v_chunk.image_url,
        'driver_video_url', v_chunk.driver_video_url,
        'audio_url', v_chunk.audio_url
      ) || private.end_frame(v_chunk);
    when 'extract_last_frame' then
      return v_context || jsonb_build_object('video_url', v_chunk.kling_video_url);
    when 'extract_thumbnail' then
      return v_context || jsonb_build_object('video_url', v_chunk.kling_video_url);
    when 'stitch' then
      return v_context || jsonb_build_object('aspect_ratio', v_aspect_ratio) || private.cut_input(p_step.project_id);
    else
      return v_context || p_step.input;
  end case;
end;
$$;

comment on function private.step_input(private.steps) is 'The input of a step, in our words; the provider''s file translates it.';

revoke execute on function private.step_input(private.steps) from public, anon, authenticated, service_role;
