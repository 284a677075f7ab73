-- One after the other: each clip with its sound, the captions, the joined film (one piece alone is not
-- joined), the music under it, the captions burnt in. What was made from the same input counts as made.

create or replace function private.continue_film(p_project_id text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_has_more boolean := private.has_sound_or_captions(p_project_id);
  v_pieces text[];
  v_captions_input jsonb;
  v_captions jsonb;
  v_stitch private.steps;
  v_url text;
begin
  v_pieces := case when v_has_more then private.ask_for_pieces(p_project_id) else private.film_clips(p_project_id) end;
  if array_position(v_pieces, null) is not null then
    return null;
  end if;

  if v_has_more then
    v_captions_input := private.captions_input(p_project_id);
    v_captions := private.ask_for_part(p_project_id, 'store_captions', v_captions_input);
    if v_captions_input is not null and v_captions is null then
      return null;
    end if;
  end if;

  if cardinality(v_pieces) = 1 then
    v_url := v_pieces[1];
  else
    v_stitch := private.film_step(p_project_id, 'stitch', v_pieces);
    if v_stitch.step_id is null then
      perform private.add_step(p_project_id, 'stitch');
    else
      v_url := v_stitch.output ->> 'video_url';
    end if;
  end if;

  if v_url is null or not v_has_more then
    return v_url;
  end if;
  return private.ask_for_finish(p_project_id, v_url, v_captions);
end;
$$;

comment on function private.continue_film(text) is
'Queues what a film whose clips are there needs next; the whole film''s URL once nothing is missing, else null. The caller holds the project''s lock.';

revoke execute on function private.continue_film(text) from public, anon, authenticated, service_role;
