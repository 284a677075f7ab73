-- Asks for what the film needs next. Once it is whole and its thumbnail is there or given up, both are copied into Storage:
-- the provider's URLs expire. The names are drawn here, so that a second try writes the same files.

create or replace function private.store_film_when_ready(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_film_url text := private.continue_film(p_project_id);
  v_thumbnail private.steps;
  v_thumbnail_url text;
  v_name text;
begin
  if v_film_url is null then
    return;
  end if;
  v_thumbnail := private.film_step(p_project_id, 'extract_thumbnail');
  if v_thumbnail.status in ('queued', 'running', 'waiting') then
    return;
  end if;

  v_thumbnail_url := v_thumbnail.output ->> 'image_url';
  if v_thumbnail_url is null then
    select scenes.thumbnail_url
    into v_thumbnail_url
    from public.scenes
    where scenes.project_id = p_project_id
      and scenes.position = 1;
  end if;

  v_name := p_project_id || '/' || encode(extensions.gen_random_bytes(16), 'hex');
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
'Queues what the film needs next, and store_film when it is whole and no thumbnail is pending. The caller holds the project''s lock.';

revoke execute on function private.store_film_when_ready(text) from public, anon, authenticated, service_role;
