-- → queued: the music under a joined film, then the captions burnt into that

create or replace function private.ask_for_finish(p_project_id text, p_video_url text, p_captions jsonb)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_url text := p_video_url;
  v_input jsonb := private.mix_input(p_project_id, p_video_url);
begin
  if v_input is not null then
    v_url := case when v_input ->> 'music_url' is not null
      then private.ask_for_part(p_project_id, 'mix_music', v_input) ->> 'video_url' end;
  end if;

  if v_url is not null and private.burns_captions(p_project_id) then
    v_url := private.ask_for_part(
      p_project_id, 'burn_captions', jsonb_build_object('video_url', v_url, 'captions_url', p_captions ->> 'srt_url')
    ) ->> 'video_url';
  end if;
  return v_url;
end;
$$;

comment on function private.ask_for_finish(text, text, jsonb) is
'The joined film with its music and its captions in the picture, as far as its job wants them; null while one is not there yet, and then a step that makes it. p_captions: {srt_url}. The caller holds the project''s lock.';

revoke execute on function private.ask_for_finish(text, text, jsonb) from public, anon, authenticated, service_role;
