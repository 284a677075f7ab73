-- A sender that posts once more may date its body anew: another delivery, and the same result.

create or replace function private.compare_images(p_log public.webhook_logs)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_kept text[] := array(
    select media.url
    from public.media
    where media.project_id = p_log.result ->> 'project_id'
      and media.type = 'generated-image'
      and media.metadata ->> 'request_id' = p_log.request_id
    order by media.url
  );
begin
  return case
    when v_kept = '{}' then null
    when v_kept = array(
      select image.value ->> 'url' as url
      from jsonb_array_elements(p_log.result -> 'output' -> 'images') as image
      order by url
    ) then 'duplicate'
    else 'stale'
  end;
end;
$$;

comment on function private.compare_images(public.webhook_logs) is
'duplicate or stale, where images of this request are kept for the project that the callback names; null where none are. The caller holds the request''s lock.';

revoke execute on function private.compare_images(public.webhook_logs) from public, anon, authenticated, service_role;
