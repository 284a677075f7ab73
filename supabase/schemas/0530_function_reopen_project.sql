-- project completed | failed | cancelled | stitching → generating | stitching, by what is missing
--
-- One that is not that far yet stays where it is, and one without scenes is written for again.

create or replace function private.reopen_project(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_is_generated boolean;
begin
  if not exists (select 1 from public.scenes where scenes.project_id = p_project_id) then
    perform private.reopen_storyboard(p_project_id);
    return;
  end if;

  select not exists (
    select 1 from public.scenes where scenes.project_id = p_project_id and scenes.status <> 'completed'
  )
  into v_is_generated;

  -- The film of before stays where it is until the new one is stored.
  update public.projects
  set
    status = case
      when v_is_generated then 'stitching'
      when projects.status in ('queued', 'storyboarding') then projects.status
      else 'generating'
    end,
    error_message = null,
    completed_at = null,
    progress = 0
  where projects.project_id = p_project_id;

  perform private.update_progress(array[p_project_id]);

  -- What has come since is not left to do, and no cost to be approved.
  perform private.use_kept_clip(video_chunks.chunk_id)
  from public.video_chunks
  where video_chunks.project_id = p_project_id
    and video_chunks.selected
    and video_chunks.status <> 'COMPLETED'
    -- It was asked for before: its first frame is the one that it begins with.
    and exists (
      select 1
      from private.steps
      where steps.project_id = p_project_id
        and steps.kind = 'generate_clip'
        and steps.chunk_id = video_chunks.chunk_id
    );
  perform private.prepare_film(p_project_id);
end;
$$;

comment on function private.reopen_project(text) is
'→ generating | stitching, and queues what is missing. Raises RL409 (reopen_storyboard). The caller holds the project''s lock.';

revoke execute on function private.reopen_project(text) from public, anon, authenticated, service_role;
