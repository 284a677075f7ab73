create or replace function private.scene_hash(p_scene_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select encode(sha256(convert_to(
      jsonb_build_array(private.scene_input(scenes.scene_id), previous.input_hash)::text,
      'UTF8'
    )), 'hex')
    from public.scenes
    left join public.scenes as previous
      on previous.project_id = scenes.project_id
      and previous.position = scenes.position - 1
      and scenes.continuity = 'last_frame'
    where scenes.scene_id = p_scene_id
  );
end;
$$;

comment on function private.scene_hash(text) is
'SHA-256 in hex of all that a scene is made from; one that continues another depends on that one''s hash.';

revoke execute on function private.scene_hash(text) from public, anon, authenticated, service_role;
