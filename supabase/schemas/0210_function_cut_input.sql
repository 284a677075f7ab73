create or replace function private.cut_input(p_project_id text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('video_urls', coalesce(pieces.urls, '[]'))
      || case when pieces.fades then jsonb_build_object('transitions', pieces.transitions) else '{}' end
      || jsonb_strip_nulls(jsonb_build_object(
        'fps', projects.film_options -> 'fps',
        'width', projects.film_options -> 'width',
        'height', projects.film_options -> 'height'
      ))
    from public.projects
    cross join lateral (
      select
        jsonb_agg(film_pieces.url order by film_pieces.place) as urls,
        jsonb_agg(film_pieces.transition order by film_pieces.place) as transitions,
        coalesce(bool_or(film_pieces.transition <> 'cut' and film_pieces.place > 1), false) as fades
      from private.film_pieces(p_project_id)
    ) as pieces
    where projects.project_id = p_project_id
  );
end;
$$;

comment on function private.cut_input(text) is
'How the film is joined: {video_urls}, and {transitions, fps, width, height} where the job asked for them.';

revoke execute on function private.cut_input(text) from public, anon, authenticated, service_role;
