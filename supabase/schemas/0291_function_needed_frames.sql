create or replace function private.needed_frames(p_project_id text)
returns setof text
language plpgsql
stable
rows 10
security invoker
set search_path = ''
as $$
begin
  return query
  select clips.chunk_id
  from (
    select
      video_chunks.chunk_id,
      scenes.last_frame_url,
      lead(video_chunks.position > 1) over in_order as is_within,
      lead(video_chunks.position = 1 and scenes.continuity = 'last_frame') over in_order as is_across,
      lead(video_chunks.status <> 'COMPLETED' and video_chunks.image_url is null) over in_order as is_missing
    from public.scenes
    join public.video_chunks using (scene_id)
    where scenes.project_id = p_project_id
      and video_chunks.selected
    window in_order as (order by scenes.position, video_chunks.position)
  ) as clips
  where clips.is_missing
    and (clips.is_within or (clips.is_across and clips.last_frame_url is null))
    -- One that is being looked at is there already.
    and not exists (
      select 1
      from private.steps
      where steps.project_id = p_project_id
        and steps.chunk_id = clips.chunk_id
        and steps.kind = 'check_frame'
        and steps.status not in ('completed', 'failed', 'cancelled')
    );
end;
$$;

comment on function private.needed_frames(text) is
'The chunks whose last frame is still to be taken, because what continues from it has no image yet.';

revoke execute on function private.needed_frames(text) from public, anon, authenticated, service_role;
