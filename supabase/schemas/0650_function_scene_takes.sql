create or replace function private.scene_takes(p_scene_id text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      jsonb_build_object('take', takes.take, 'selected', takes.selected, 'status', takes.status, 'clips', takes.clips)
      order by takes.take
    ),
    '[]'
  )
  from (
    select
      video_chunks.take,
      bool_and(video_chunks.selected) as selected,
      case
        when bool_and(video_chunks.status = 'COMPLETED') then 'completed'
        when bool_or(video_chunks.status = 'FAILED') then 'failed'
        when bool_or(video_chunks.status = 'CANCELLED') then 'cancelled'
        else 'open'
      end as status,
      jsonb_agg(
        jsonb_build_object(
          'model', video_chunks.model,
          'prompt', video_chunks.prompt,
          'video_url', video_chunks.kling_video_url,
          'input_hash', video_chunks.input_hash,
          'reused_from', video_chunks.metadata ->> 'reused_from'
        )
        order by video_chunks.position
      ) as clips
    from public.video_chunks
    where video_chunks.scene_id = p_scene_id
    group by video_chunks.take
  ) as takes;
$$;

comment on function private.scene_takes(text) is 'The takes of a scene, each with its clips; a completed one can be selected.';

revoke execute on function private.scene_takes(text) from public, anon, authenticated, service_role;
