-- An image that a project of ours asked for in its own way (seen by metadata.project_id) is kept as
-- media; no step waits for it.

create or replace function private.keep_images(p_log public.webhook_logs)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if coalesce(jsonb_array_length(p_log.result -> 'output' -> 'images'), 0) = 0 then
    return false;
  end if;

  insert into public.media (project_id, type, url, width, height, metadata)
  select
    projects.project_id,
    'generated-image',
    image.value ->> 'url',
    (image.value ->> 'width')::numeric,
    (image.value ->> 'height')::numeric,
    jsonb_build_object('request_id', p_log.request_id)
  from public.projects
  cross join jsonb_array_elements(p_log.result -> 'output' -> 'images') as image
  where projects.project_id = p_log.result ->> 'project_id'
    and p_log.result ->> 'state' = 'completed';

  return found;
end;
$$;

comment on function private.keep_images(public.webhook_logs) is
'Inserts the images of a callback that no attempt waits for as media of the project that it names. False when it names none of ours.';

revoke execute on function private.keep_images(public.webhook_logs) from public, anon, authenticated, service_role;
