create or replace function private.is_scene_whole(p_status text, p_video_url text, p_error_message text)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case p_status
    when 'completed' then p_video_url is not null
    when 'failed' then p_error_message is not null
    else true
  end;
end;
$$;

comment on function private.is_scene_whole(text, text, text) is
'True for a completed scene that has its clip, a failed one that says why, and any other.';

revoke execute on function private.is_scene_whole(text, text, text) from public, anon, authenticated, service_role;
