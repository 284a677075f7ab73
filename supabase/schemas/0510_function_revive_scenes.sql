-- scenes failed | cancelled → pending · their selected chunks FAILED | CANCELLED → PENDING

create or replace function private.revive_scenes(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.scenes
  set status = 'pending', error_message = null
  where scenes.project_id = p_project_id
    and scenes.status in ('failed', 'cancelled');

  update public.video_chunks
  set status = 'PENDING', request_id = null, error_message = null, kling_completed_at = null, progress = 0
  where video_chunks.project_id = p_project_id
    and video_chunks.selected
    and video_chunks.status in ('FAILED', 'CANCELLED');
end;
$$;

comment on function private.revive_scenes(text) is
'failed | cancelled → pending, for scenes and their selected chunks. The caller holds the project''s lock and continues it.';

revoke execute on function private.revive_scenes(text) from public, anon, authenticated, service_role;
