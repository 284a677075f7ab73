-- Once the film is joined and its thumbnail is there or given up, both are copied into Storage:
-- the provider's URLs expire. The names are drawn here, so that a second try writes the same files.

create or replace function private.store_film_when_ready(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_clips text[] := private.film_clips(p_project_id);
  v_film_url text;
  v_thumbnail_url text;
  v_name text := p_project_id || '/' || encode(extensions.gen_random_bytes(16), 'hex');
begin
  select steps.output ->> 'video_url'
  into v_film_url
  from private.steps
  where steps.project_id = p_project_id
    and steps.kind = 'stitch'
    and steps.status = 'completed'
  order by steps.created_at desc
  limit 1;

  if cardinality(v_clips) = 1 then
    v_film_url := v_clips[1];
  end if;

  if v_film_url is null or exists (
    select 1
    from private.steps
    where steps.project_id = p_project_id
      and steps.kind = 'extract_thumbnail'
      and steps.status in ('queued', 'running', 'waiting')
  ) then
    return;
  end if;

  select steps.output ->> 'image_url'
  into v_thumbnail_url
  from private.steps
  where steps.project_id = p_project_id
    and steps.kind = 'extract_thumbnail'
    and steps.status = 'completed'
  order by steps.created_at desc
  limit 1;

  perform private.add_step(p_project_id, 'store_film', null, null, jsonb_build_object(
    'film_url', v_film_url,
    'thumbnail_url', v_thumbnail_url,
    'film_path', v_name || '.mp4',
    'thumbnail_path', v_name || '.jpg'
  ));

  update public.projects
  set progress = greatest(projects.progress, 95)
  where projects.project_id = p_project_id;
end;
$$;

comment on function private.store_film_when_ready(text) is
'Queues store_film when the stitched film is there and no thumbnail is pending. The caller holds the project''s lock.';

revoke execute on function private.store_film_when_ready(text) from public, anon, authenticated, service_role;
