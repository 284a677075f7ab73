create or replace function private.chosen_providers(p_providers jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return coalesce(
    nullif(p_providers, 'null'),
    '{"storyboard": "openai", "reframe_image": "fal", "generate_clip": "fal", "extract_last_frame": "fal",
      "extract_thumbnail": "fal", "stitch": "fal", "generate_voice": "fal", "generate_music": "fal",
      "level_music": "fal", "mux_audio": "fal", "mix_music": "fal", "burn_captions": "stitch"}'
  );
end;
$$;

comment on function private.chosen_providers(jsonb) is
'Who does each kind of step that may cost money: as a job brought it along, else fal all that it can.';

revoke execute on function private.chosen_providers(jsonb) from public, anon, authenticated, service_role;
