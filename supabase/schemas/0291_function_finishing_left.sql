-- As continue_film goes about it: what was made from the same is there already.

create or replace function private.finishing_left(p_project_id text)
returns text[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_has_music boolean := (
    select projects.film_options -> 'music' is not null from public.projects where projects.project_id = p_project_id
  );
  v_is_burnt_in boolean := private.burns_captions(p_project_id);
  v_pieces text[];
  v_url text;
  v_left text[] := '{}';
begin
  if not v_has_music and not v_is_burnt_in then
    return v_left;
  end if;

  select array_agg(film_pieces.url order by film_pieces.place)
  into v_pieces
  from private.film_pieces(p_project_id);
  if cardinality(v_pieces) = 1 then
    v_url := v_pieces[1];
  elsif array_position(v_pieces, null) is null then
    v_url := (private.film_step(p_project_id, 'stitch', v_pieces)).output ->> 'video_url';
  end if;

  if v_has_music then
    v_url := private.film_part(p_project_id, 'mix_music', private.mix_input(p_project_id, v_url)) ->> 'video_url';
    if v_url is null then
      v_left := array['mix_music'];
    end if;
  end if;

  if v_is_burnt_in and private.film_part(p_project_id, 'burn_captions', jsonb_build_object(
    'video_url', v_url, 'captions_url', private.film_captions(p_project_id) ->> 'srt_url'
  )) is null then
    v_left := v_left || array['burn_captions'];
  end if;
  return v_left;
end;
$$;

comment on function private.finishing_left(text) is
'Which of mix_music and burn_captions a film still needs, as far as its pieces are there.';

revoke execute on function private.finishing_left(text) from public, anon, authenticated, service_role;
