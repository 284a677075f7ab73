-- The files' name cannot be guessed, and is another one for other captions: whoever has the URLs of the
-- film of before keeps what they were.

create or replace function private.captions_input(p_project_id text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'cues', jsonb_agg(cues.cue order by cues.position),
      'path', p_project_id || '/' || left(
        private.sign('captions', p_project_id || private.part_hash(jsonb_agg(cues.cue order by cues.position))), 32
      )
    )
    from (
      select
        scenes.position,
        jsonb_build_object(
          'text', coalesce(scenes.caption, scenes.voice_over, scenes.prompt, ''),
          'clips', (
            select jsonb_agg(film_pieces.url order by film_pieces.place)
            from private.film_pieces(p_project_id)
            where film_pieces.scene_id = scenes.scene_id
          ),
          'seconds', (
            select case when count(*) = count(video_chunks.duration) then sum(video_chunks.duration) end
            from public.video_chunks
            where video_chunks.scene_id = scenes.scene_id
              and video_chunks.selected
          )
        ) as cue
      from public.scenes
      join public.projects using (project_id)
      where scenes.project_id = p_project_id
        and projects.film_options ->> 'captions' is not null
    ) as cues
    having bool_or(cues.cue ->> 'text' <> '')
  );
end;
$$;

comment on function private.captions_input(text) is
'The texts of a film with the clips that they stand over, and the path of the two files; null where no captions are asked for, or no scene has a text.';

revoke execute on function private.captions_input(text) from public, anon, authenticated, service_role;
