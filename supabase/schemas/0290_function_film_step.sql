-- The step that makes (or has made) the film's thumbnail or the joined film from the clips as they are
-- selected now. A step that was made from other clips does not count: they were generated anew since.
-- Of what a film is joined from only its pieces ever change, so that they tell.

create or replace function private.film_step(p_project_id text, p_kind text, p_pieces text[] default null)
returns private.steps
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_pieces text[] := p_pieces;
  v_step private.steps;
begin
  if p_pieces is null and p_kind = 'extract_thumbnail' then
    v_pieces := private.film_clips(p_project_id);
  elsif p_pieces is null then
    select array_agg(film_pieces.url order by film_pieces.place)
    into v_pieces
    from private.film_pieces(p_project_id);
  end if;

  select steps.*
  into v_step
  from private.steps
  left join private.attempts using (step_id)
  where steps.project_id = p_project_id
    and steps.kind = p_kind
    and steps.status in ('queued', 'running', 'waiting', 'completed')
    and case
      when attempts.attempt_id is null then true
      when p_kind = 'stitch' then attempts.input -> 'video_urls' = to_jsonb(v_pieces)
      else attempts.input ->> 'video_url' = v_pieces[1]
    end
  order by steps.created_at desc
  limit 1;

  return v_step;
end;
$$;

comment on function private.film_step(text, text, text[]) is
'The open or completed stitch or extract_thumbnail step for the clips that are selected now; null when there is none. p_pieces: what the film is joined from, or of its clips the first at least, where the caller knows it.';

revoke execute on function private.film_step(text, text, text[]) from public, anon, authenticated, service_role;
