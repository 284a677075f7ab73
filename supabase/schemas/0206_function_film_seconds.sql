create or replace function private.film_seconds(p_project_id text)
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select case when count(*) = count(video_chunks.duration) then sum(video_chunks.duration) end
    from public.video_chunks
    where video_chunks.project_id = p_project_id
      and video_chunks.selected
  );
end;
$$;

comment on function private.film_seconds(text) is
'Seconds of the film as they were ordered; null where one clip''s length is not known beforehand.';

revoke execute on function private.film_seconds(text) from public, anon, authenticated, service_role;
