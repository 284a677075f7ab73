create or replace function private.films_stored_for(p_project_ids text[])
returns text[]
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(array_agg(distinct stored.path order by stored.path), '{}')
  from (
    select objects.name as path
    from unnest(p_project_ids) as project (id)
    -- A range, byte by byte, by Storage's own index: by like, all films of all users would be read for each project.
    join storage.objects
      on objects.bucket_id = 'films'
      and objects.name ~>=~ (project.id || '/')
      and objects.name ~<~ (project.id || '0')
    union all
    -- A copy that is under way may not be on record there yet.
    select unnest(array[
      steps.input ->> 'film_path', steps.input ->> 'thumbnail_path',
      (steps.input ->> 'path') || '.srt', (steps.input ->> 'path') || '.vtt'
    ])
    from private.steps
    where steps.project_id = any (p_project_ids)
      and steps.kind in ('store_film', 'store_captions')
  ) as stored
  where stored.path is not null;
$$;

comment on function private.films_stored_for(text[]) is
'Paths in the bucket films that belong to these projects, whether the file is there already or not.';

revoke execute on function private.films_stored_for(text[]) from public, anon, authenticated, service_role;
