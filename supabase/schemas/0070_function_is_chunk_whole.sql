create or replace function private.is_chunk_whole(
  p_status text,
  p_scene_id text,
  p_project_id text,
  p_url text,
  p_error_message text
)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  -- The words stand here and not in a domain: PostgREST names the type of a column that is inserted, and a worker
  -- outside may not look into this schema. It has rows with neither scene nor project, and answers for them itself.
  return p_status in ('PENDING', 'SUBMITTED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED')
    and (p_scene_id is null) = (p_project_id is null)
    and case
      when p_scene_id is null then true
      when p_status = 'COMPLETED' then p_url is not null
      when p_status = 'FAILED' then p_error_message is not null
      else true
    end;
end;
$$;

comment on function private.is_chunk_whole(text, text, text, text, text) is
'True for a known status: a film''s completed chunk that has its clip, a failed one that says why, and any other; it has both a scene and a project, or neither.';

revoke execute on function private.is_chunk_whole(text, text, text, text, text) from public, anon, authenticated;
grant execute on function private.is_chunk_whole(text, text, text, text, text) to service_role;
