-- chunks PENDING → COMPLETED, before a budget is held against the revision: what is there costs nothing.
--
-- Of scenes that begin with an image of their own, or with words alone: which frame another one begins with is not known
-- yet. Where somebody has to approve first, nothing is begun.

create or replace function private.reuse_late_clips(p_project public.projects)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_chunk_id text;
begin
  if p_project.stop_at is not null or not exists (
    select 1
    from private.film_parts
    where film_parts.project_id = p_project.revision_of
      and film_parts.kind = 'generate_clip'
  ) then
    return;
  end if;

  for v_chunk_id in
    update public.video_chunks
    set image_url = coalesce(scenes.reframed_image_url, scenes.image_url, p_project.image_url)
    from public.scenes
    where scenes.project_id = p_project.project_id
      and (scenes.position = 1 or scenes.continuity <> 'last_frame')
      -- Which image a clip begins with is known once that has its shape; until then it counts as a still to be made.
      and (scenes.reframe_to is null or scenes.reframed_image_url is not null)
      and video_chunks.scene_id = scenes.scene_id
      and video_chunks.position = 1
      and video_chunks.status = 'PENDING'
    returning video_chunks.chunk_id
  loop
    perform private.use_kept_clip(v_chunk_id);
  end loop;
end;
$$;

comment on function private.reuse_late_clips(public.projects) is
'Uses the clips that came too late for the film that this one revises (use_kept_clip), where that needs nobody''s approval.';

revoke execute on function private.reuse_late_clips(public.projects) from public, anon, authenticated, service_role;
