-- A scene with a sound of its own is one piece, its clips joined below it; any other as many as it has clips.

create or replace function private.film_pieces(p_project_id text)
returns table (place bigint, scene_id text, url text, transition text)
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return query
  select
    row_number() over (order by scenes.position, piece.position),
    scenes.scene_id,
    piece.url,
    case when piece.position = 1 then scenes.transition else 'cut' end
  from public.scenes
  cross join lateral (
    select
      1 as position,
      private.film_part(p_project_id, 'mux_audio', private.mux_input(scenes)) ->> 'video_url' as url
    where coalesce(scenes.audio_url, scenes.voice_over) is not null
    union all
    select video_chunks.position, video_chunks.kling_video_url
    from public.video_chunks
    where video_chunks.scene_id = scenes.scene_id
      and video_chunks.selected
      and coalesce(scenes.audio_url, scenes.voice_over) is null
  ) as piece
  where scenes.project_id = p_project_id;
end;
$$;

comment on function private.film_pieces(text) is
'What a film is joined from, in order, each with how the film comes to it; url is null for what is not there yet.';

revoke execute on function private.film_pieces(text) from public, anon, authenticated, service_role;
