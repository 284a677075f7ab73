-- The film of a version before that was joined from the same. One whose URL is signed, and has been
-- for a day, is left alone, whichever versions had it since: it will not open much longer. So is one that
-- lacks its thumbnail.

create or replace function private.same_cut(p_project public.projects)
returns public.projects
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_same public.projects;
begin
  select earlier.*
  into v_same
  from public.projects as earlier
  where earlier.user_id = p_project.user_id
    and earlier.video_id = p_project.video_id
    and earlier.project_id <> p_project.project_id
    and earlier.cut_hash = p_project.cut_hash
    and earlier.status = 'completed'
    and earlier.thumbnail_url is not null
    and (
      earlier.final_video_url not like '%/object/sign/%'
      or not exists (
        select 1
        from public.projects as having_it
        join public.media using (project_id)
        where having_it.user_id = p_project.user_id
          and having_it.video_id = p_project.video_id
          and media.type = 'film'
          and media.url = earlier.final_video_url
          and media.generated_at <= private.clock() - interval '1 day'
      )
    )
  order by earlier.version desc
  limit 1;

  return v_same;
end;
$$;

comment on function private.same_cut(public.projects) is 'A completed version of the same video that is the same cut; null where there is none.';

revoke execute on function private.same_cut(public.projects) from public, anon, authenticated, service_role;
