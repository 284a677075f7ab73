create or replace function private.preferred_version(p_user_id text, p_video_id text)
returns table (project_id text, preferred_at timestamptz)
language sql
stable
rows 1
security invoker
set search_path = ''
as $$
  select projects.project_id, projects.preferred_at
  from public.projects
  where projects.user_id = p_user_id
    and projects.video_id = p_video_id
    -- One that is being changed keeps its film until there is another.
    and projects.final_video_url is not null
  order by
    projects.preferred_at desc nulls last,
    -- The picture of a test takes no film's place by itself.
    projects.execution_mode is not distinct from 'test',
    projects.version desc
  limit 1;
$$;

comment on function private.preferred_version(text, text) is
'The version of a video that was preferred last, else the newest one that has a film, a test''s only where there is no other; none where none has.';

revoke execute on function private.preferred_version(text, text) from public, anon, authenticated, service_role;
