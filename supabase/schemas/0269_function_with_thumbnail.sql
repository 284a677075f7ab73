create or replace function private.with_thumbnail(p_project_id text, p_film jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return p_film || jsonb_strip_nulls(jsonb_build_object(
    'thumbnail_url', coalesce(
      p_film ->> 'thumbnail_url',
      (private.film_step(p_project_id, 'extract_thumbnail')).output ->> 'image_url',
      (
        select scenes.thumbnail_url
        from public.scenes
        where scenes.project_id = p_project_id
          and scenes.position = 1
      )
    )
  ));
end;
$$;

comment on function private.with_thumbnail(text, jsonb) is
'What a stitch service made; where it made no thumbnail, with the one that was extracted, else the first clip''s own.';

revoke execute on function private.with_thumbnail(text, jsonb) from public, anon, authenticated, service_role;
