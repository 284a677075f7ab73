-- Clips are nine tenths of a film; what follows them is the rest.

create or replace function private.update_progress(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.projects
  set progress = greatest(projects.progress, parts.progress)
  from (
    select coalesce(
      floor(0.9 * avg(case when video_chunks.status = 'COMPLETED' then 100 else video_chunks.progress end)),
      0
    )::integer as progress
    from public.video_chunks
    where video_chunks.project_id = p_project_id
      and video_chunks.selected
  ) as parts
  where projects.project_id = p_project_id
    and projects.progress < parts.progress
    and projects.status not in ('completed', 'failed', 'cancelled');
end;
$$;

comment on function private.update_progress(text) is 'Counts a project''s progress up from its chunks; never back.';

revoke execute on function private.update_progress(text) from public, anon, authenticated, service_role;
