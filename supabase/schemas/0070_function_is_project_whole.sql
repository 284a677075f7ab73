create or replace function private.is_project_whole(
  p_status text,
  p_paused_from text,
  p_error_message text,
  p_final_video_url text,
  p_completed_at timestamptz,
  p_progress integer
)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return (p_status = 'paused') = (p_paused_from is not null) and case p_status
    when 'completed' then p_final_video_url is not null and p_completed_at is not null and p_progress = 100
    when 'failed' then p_error_message is not null
    else true
  end;
end;
$$;

comment on function private.is_project_whole(text, text, text, text, timestamptz, integer) is
'True for a completed project that has its film, a failed one that says why, a paused one that knows where to resume, and any other.';

revoke execute on function private.is_project_whole(text, text, text, text, timestamptz, integer) from public, anon, authenticated, service_role;
