-- A film does without one that failed, until it is stitched anew.

create or replace function private.is_thumbnail_left(p_project_id text, p_chunk_id text)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return case coalesce((private.film_step(p_project_id, 'extract_thumbnail')).status, 'none')
    when 'queued' then true
    when 'none' then not exists (
      select 1
      from public.projects
      join private.steps using (project_id)
      where projects.project_id = p_project_id
        and 'stitching' in (projects.status, projects.paused_from)
        and steps.chunk_id = p_chunk_id
        and steps.kind = 'extract_thumbnail'
        and steps.status = 'failed'
    )
    else false
  end;
end;
$$;

comment on function private.is_thumbnail_left(text, text) is
'True where nobody has taken the first frame of the film yet, nor is at it; p_chunk_id is its first clip.';

revoke execute on function private.is_thumbnail_left(text, text) from public, anon, authenticated, service_role;
