-- → queued, where it is not there yet

create or replace function private.ask_for_part(
  p_project_id text,
  p_kind text,
  p_input jsonb,
  p_scene_id text default null,
  p_chunk_id text default null
)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_output jsonb;
begin
  if p_input is null then
    return null;
  end if;

  v_output := private.film_part(p_project_id, p_kind, p_input);
  -- A signed URL opens for seven days. That of yesterday is not handed on, it costs nothing to write captions once more;
  -- who burns them in would do so once more, too, and has it as long as it opens.
  if p_kind = 'store_captions' and v_output ->> 'srt_url' like '%/object/sign/%' and exists (
    select 1
    from private.film_parts
    where film_parts.project_id = p_project_id
      and film_parts.kind = p_kind
      and film_parts.input_hash = private.part_hash(p_input)
      and film_parts.made_at <= private.clock()
        - make_interval(days => case when private.burns_captions(p_project_id) then 6 else 1 end)
  ) then
    v_output := null;
  end if;
  -- Another scene's words, or an earlier take's, may be the same: what is being made is not paid for twice.
  if v_output is null and not exists (
    select 1
    from private.steps
    where steps.project_id = p_project_id
      and steps.kind = p_kind
      and steps.status in ('queued', 'running', 'waiting')
      and steps.kind in ('generate_voice', 'generate_music', 'level_music')
      and steps.input = p_input
  ) then
    perform private.add_step(p_project_id, p_kind, p_scene_id, p_chunk_id, p_input);
  end if;
  return v_output;
end;
$$;

comment on function private.ask_for_part(text, text, jsonb, text, text) is
'What was made from this input and will open for some days, else null and a step that makes it; nothing for a null input.';

revoke execute on function private.ask_for_part(text, text, jsonb, text, text)
from public, anon, authenticated, service_role;
