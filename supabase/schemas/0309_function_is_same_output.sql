create or replace function private.is_same_output(p_output jsonb, p_other jsonb)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return (p_output ->> 'video_url') is not distinct from (p_other ->> 'video_url')
    and (p_output ->> 'image_url') is not distinct from (p_other ->> 'image_url')
    and (p_output ->> 'audio_url') is not distinct from (p_other ->> 'audio_url');
end;
$$;

comment on function private.is_same_output(jsonb, jsonb) is
'True when two outputs hold the same file; true for two failures, which hold none.';

revoke execute on function private.is_same_output(jsonb, jsonb) from public, anon, authenticated, service_role;
