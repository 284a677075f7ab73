-- Clips are nine tenths of a film; what follows them is the rest.

create or replace function private.update_progress(p_project_ids text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- A plan from when the tables were small is kept; there is an index for each of these joins.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
  update public.projects
  set progress = parts.progress
  from unnest(p_project_ids) as given (project_id)
  cross join lateral (
    select floor(
      0.9 * avg(case when video_chunks.status = 'COMPLETED' then 100 else video_chunks.progress end)
    )::integer as progress
    from public.video_chunks
    where video_chunks.project_id = given.project_id
      and video_chunks.selected
  ) as parts
  where projects.project_id = given.project_id
    -- Said twice: planned for small tables, a whole index is read for the first alone, however large they grow.
    and projects.project_id = any (p_project_ids)
    and projects.progress < parts.progress
    and projects.status not in ('completed', 'failed', 'cancelled');
end;
$$;

comment on function private.update_progress(text[]) is
'How far the clips of each project are, as its progress, which never goes back. The caller holds their locks.';

revoke execute on function private.update_progress(text[]) from public, anon, authenticated, service_role;
