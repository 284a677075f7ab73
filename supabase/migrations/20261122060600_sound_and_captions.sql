alter table public.projects add column film_options jsonb not null default '{}';

alter table public.scenes
  add column audio_url text,
  add column voice_over text,
  add column caption text,
  add column transition text not null default 'cut',
  add column reanchored boolean not null default false;
alter table public.scenes drop constraint scene_continuity_is_known;
alter table public.scenes add constraint scene_continuity_is_known check (
  continuity in ('last_frame', 'cut', 'shared_keyframe')
);
alter table public.scenes add constraint scene_transition_is_known check (transition in ('cut', 'fade'));

alter table private.steps drop constraint step_kind_is_known;
alter table private.steps add constraint step_kind_is_known check (
  kind in (
    'generate_clip', 'extract_last_frame', 'extract_thumbnail', 'stitch', 'store_film', 'cancel_request',
    'generate_voice', 'generate_music', 'level_music', 'mux_audio', 'mix_music', 'store_captions', 'burn_captions',
    'check_frame'
  )
);
alter table private.prices drop constraint price_is_of_a_kind_of_step;
alter table private.prices add constraint price_is_of_a_kind_of_step check (
  kind in (
    'generate_clip', 'extract_last_frame', 'extract_thumbnail', 'stitch', 'store_film', 'cancel_request',
    'generate_voice', 'generate_music', 'level_music', 'mux_audio', 'mix_music', 'store_captions', 'burn_captions',
    'check_frame'
  )
);

comment on column public.projects.film_options is
'How the film is finished, as the door settled it: speech_model, voice, music {url | prompt + model, volume, ducking, loudness}, captions, fps, width, height. Empty: clips joined as they are.';
comment on column public.scenes.continuity is
'last_frame: starts from the last frame of the scene before. cut: starts from its own image, else the job''s, else from its prompt alone. shared_keyframe: starts from its image, which the clip before it ends with.';
comment on column public.scenes.audio_url is 'A sound track to be put under the scene''s clip; null where there is none, or the model itself takes it.';
comment on column public.scenes.voice_over is 'Text that is spoken and put under the clip, where the job gave no audio_url.';
comment on column public.scenes.caption is 'Text of its caption; null: voice_over, else the prompt. Empty: none.';
comment on column public.scenes.transition is 'How the film comes to this scene: cut, or fade (through black).';
comment on column public.scenes.reanchored is 'True where reanchor_every made it begin from the job''s image again.';

--! altered supabase/schemas/0100_table_projects.sql sha256:417541ff7ca476dd84e1aed661224ac4d528c0164bb704e45a3c49d678325f03
--! altered supabase/schemas/0110_table_scenes.sql sha256:9b44dc36ac9ca9609c89438bce28d5b5f0737378e869cd3e0247d527b161f98c
--! altered supabase/schemas/0140_table_steps.sql sha256:10d31b5d2dea4ba447e20e4c6de3b714b28650e57a138393398c9089f38b6a69
--! altered supabase/schemas/0197_table_prices.sql sha256:d33c55aad4bdef77e908c0b7132a8600efaa4d5c67898c695e811b658e86e1c1

--! included supabase/schemas/0132_table_film_parts.sql
create table private.film_parts (
  project_id text not null,
  kind text not null,
  input_hash text not null,
  output jsonb not null,
  made_at timestamptz not null default private.clock(),
  constraint film_parts_pkey primary key (project_id, kind, input_hash),
  constraint film_part_of_a_project foreign key (project_id) references public.projects (project_id) on delete cascade
);

comment on table private.film_parts is
'What was made for a film beside its clips (voices, music, clips with their sound, captions, the film with its music), each under the hash of what it was made from: the same is not made twice, in a later version neither.';
comment on column private.film_parts.kind is 'The kind of step that made it.';
comment on column private.film_parts.input_hash is 'private.part_hash of that step''s input.';

alter table private.film_parts enable row level security;
revoke all on table private.film_parts from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0205_function_part_hash.sql
create or replace function private.part_hash(p_input jsonb)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select encode(sha256(convert_to(p_input::text, 'UTF8')), 'hex');
$$;

comment on function private.part_hash(jsonb) is 'SHA-256 in hex of what a part of a film is made from.';

revoke execute on function private.part_hash(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0206_function_end_image.sql
create or replace function private.end_image(p_scene_id text)
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(following.image_url, projects.image_url)
  from public.scenes
  join public.projects using (project_id)
  join public.scenes as following
    on following.project_id = scenes.project_id
    and following.position = scenes.position + 1
    and following.continuity = 'shared_keyframe'
  where scenes.scene_id = p_scene_id;
$$;

comment on function private.end_image(text) is
'The image that the scene''s last clip has to end with, because the next scene starts from it; null when it may end as it likes.';

revoke execute on function private.end_image(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0206_function_film_part.sql
create or replace function private.film_part(p_project_id text, p_kind text, p_input jsonb)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select film_parts.output
  from public.projects
  join public.projects as made_for on made_for.user_id = projects.user_id and made_for.video_id = projects.video_id
  join private.film_parts on film_parts.project_id = made_for.project_id
  where projects.project_id = p_project_id
    and film_parts.kind = p_kind
    and film_parts.input_hash = private.part_hash(p_input)
  order by film_parts.made_at desc
  limit 1;
$$;

comment on function private.film_part(text, text, jsonb) is
'What was made from this input for any version of the project''s video; null when nothing was yet.';

revoke execute on function private.film_part(text, text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0206_function_film_seconds.sql
create or replace function private.film_seconds(p_project_id text)
returns numeric
language sql
stable
security invoker
set search_path = ''
as $$
  select case when count(*) = count(video_chunks.duration) then sum(video_chunks.duration) end
  from public.video_chunks
  where video_chunks.project_id = p_project_id
    and video_chunks.selected;
$$;

comment on function private.film_seconds(text) is
'Seconds of the film as they were ordered; null where one clip''s length is not known beforehand.';

revoke execute on function private.film_seconds(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0206_function_last_chunk.sql
create or replace function private.last_chunk(p_scene_id text)
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select video_chunks.chunk_id
  from public.video_chunks
  where video_chunks.scene_id = p_scene_id
    and video_chunks.selected
  order by video_chunks.position desc
  limit 1;
$$;

comment on function private.last_chunk(text) is 'The last clip of a scene''s selected take; steps of the scene as a whole name it.';

revoke execute on function private.last_chunk(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0207_function_end_frame.sql
create or replace function private.end_frame(p_chunk public.video_chunks)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object('end_image_url', case
    when not exists (
      select 1
      from public.video_chunks
      where video_chunks.scene_id = p_chunk.scene_id
        and video_chunks.take = p_chunk.take
        and video_chunks.position > p_chunk.position
    ) then private.end_image(p_chunk.scene_id)
  end));
$$;

comment on function private.end_frame(public.video_chunks) is
'{end_image_url} for the last clip of a scene before a shared keyframe, else {}.';

revoke execute on function private.end_frame(public.video_chunks) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0207_function_music_input.sql
-- Music that is made to order is as long as the film.

create or replace function private.music_input(p_project_id text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'prompt', projects.film_options -> 'music' ->> 'prompt',
    'model', projects.film_options -> 'music' ->> 'model',
    'seconds', private.film_seconds(p_project_id)
  )
  from public.projects
  where projects.project_id = p_project_id
    and projects.film_options -> 'music' ->> 'prompt' is not null;
$$;

comment on function private.music_input(text) is 'What generate_music is asked for; null where the job gave a file, or wants none.';

revoke execute on function private.music_input(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0207_function_voice_input.sql
create or replace function private.voice_input(p_scene public.scenes)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'text', p_scene.voice_over,
    'model', projects.film_options ->> 'speech_model',
    'voice', projects.film_options ->> 'voice'
  )
  from public.projects
  where projects.project_id = p_scene.project_id
    and p_scene.voice_over is not null
    and p_scene.audio_url is null;
$$;

comment on function private.voice_input(public.scenes) is 'What generate_voice is asked for; null for a scene that is not spoken.';

revoke execute on function private.voice_input(public.scenes) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0208_function_level_input.sql
create or replace function private.level_input(p_project_id text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object('audio_url', raw.url, 'loudness', projects.film_options -> 'music' -> 'loudness')
  from public.projects
  cross join lateral (
    select coalesce(
      projects.film_options -> 'music' ->> 'url',
      private.film_part(p_project_id, 'generate_music', private.music_input(p_project_id)) ->> 'audio_url'
    ) as url
  ) as raw
  where projects.project_id = p_project_id
    and projects.film_options -> 'music' -> 'loudness' is not null
    and raw.url is not null;
$$;

comment on function private.level_input(text) is
'The music, and the loudness in LUFS that it is brought to; null where its volume is set in mixing, or while it is not there.';

revoke execute on function private.level_input(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0208_function_mux_input.sql
create or replace function private.mux_input(p_scene public.scenes)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'audio_url', sound.url,
    'video_urls', jsonb_agg(video_chunks.kling_video_url order by video_chunks.position),
    'lengths', jsonb_agg(video_chunks.duration order by video_chunks.position),
    'seconds', case when count(*) = count(video_chunks.duration) then sum(video_chunks.duration) end
  )
  from (
    select coalesce(
      p_scene.audio_url,
      private.film_part(p_scene.project_id, 'generate_voice', private.voice_input(p_scene)) ->> 'audio_url'
    ) as url
  ) as sound
  join public.video_chunks on video_chunks.scene_id = p_scene.scene_id and video_chunks.selected
  where sound.url is not null
  group by sound.url
  having count(*) = count(video_chunks.kling_video_url);
$$;

comment on function private.mux_input(public.scenes) is
'A scene''s clips and the sound that goes under them; null for a scene without a sound of its own, or while a part is missing.';

revoke execute on function private.mux_input(public.scenes) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0209_function_film_pieces.sql
-- A scene with a sound of its own is one piece, its clips joined below it; any other as many as it has clips.

create or replace function private.film_pieces(p_project_id text)
returns table (place bigint, scene_id text, url text, transition text)
language sql
stable
security invoker
set search_path = ''
as $$
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
$$;

comment on function private.film_pieces(text) is
'What a film is joined from, in order, each with how the film comes to it; url is null for what is not there yet.';

revoke execute on function private.film_pieces(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0209_function_music_url.sql
-- Where nobody downstream can set a volume, the music is brought to its loudness beforehand.

create or replace function private.music_url(p_project_id text)
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select case
    when projects.film_options -> 'music' -> 'loudness' is null then raw.url
    else private.film_part(p_project_id, 'level_music', private.level_input(p_project_id)) ->> 'audio_url'
  end
  from public.projects
  cross join lateral (
    select coalesce(
      projects.film_options -> 'music' ->> 'url',
      private.film_part(p_project_id, 'generate_music', private.music_input(p_project_id)) ->> 'audio_url'
    ) as url
  ) as raw
  where projects.project_id = p_project_id;
$$;

comment on function private.music_url(text) is 'The music as it goes under the film; null while it is not there yet.';

revoke execute on function private.music_url(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0210_function_burns_captions.sql
create or replace function private.burns_captions(p_project_id text)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(
    (
      select projects.film_options ->> 'captions' = 'burn'
        and exists (
          select 1
          from public.scenes
          where scenes.project_id = p_project_id
            and coalesce(scenes.caption, scenes.voice_over, scenes.prompt, '') <> ''
        )
      from public.projects
      where projects.project_id = p_project_id
    ),
    false
  );
$$;

comment on function private.burns_captions(text) is 'True when the film is to show its captions, and has any.';

revoke execute on function private.burns_captions(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0210_function_captions_input.sql
-- The files' name cannot be guessed, and is another one for other captions: whoever has the URLs of the
-- film of before keeps what they were.

create or replace function private.captions_input(p_project_id text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
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
  having bool_or(cues.cue ->> 'text' <> '');
$$;

comment on function private.captions_input(text) is
'The texts of a film with the clips that they stand over, and the path of the two files; null where no captions are asked for, or no scene has a text.';

revoke execute on function private.captions_input(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0210_function_cut_input.sql
create or replace function private.cut_input(p_project_id text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
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
  where projects.project_id = p_project_id;
$$;

comment on function private.cut_input(text) is
'How the film is joined: {video_urls}, and {transitions, fps, width, height} where the job asked for them.';

revoke execute on function private.cut_input(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0210_function_mix_input.sql
create or replace function private.mix_input(p_project_id text, p_video_url text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'video_url', p_video_url,
    'music_url', private.music_url(p_project_id),
    'volume', case when projects.film_options -> 'music' -> 'loudness' is null
      then projects.film_options -> 'music' -> 'volume' end,
    'ducking', projects.film_options -> 'music' -> 'ducking',
    'has_sound', exists (
      select 1
      from public.scenes
      where scenes.project_id = p_project_id
        and coalesce(scenes.audio_url, scenes.voice_over) is not null
    ),
    'seconds', private.film_seconds(p_project_id)
  )
  from public.projects
  where projects.project_id = p_project_id
    and projects.film_options -> 'music' is not null;
$$;

comment on function private.mix_input(text, text) is 'This film and its music; null for a film without.';

revoke execute on function private.mix_input(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0210_function_step_input.sql
-- What the provider is going to be asked, read when the step is claimed and frozen in the attempt.

create or replace function private.step_input(p_step private.steps)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_context jsonb := jsonb_build_object('project_id', p_step.project_id);
  v_chunk public.video_chunks;
  v_aspect_ratio text;
begin
  select projects.aspect_ratio
  into v_aspect_ratio
  from public.projects
  where projects.project_id = p_step.project_id;

  if p_step.chunk_id is not null then
    select video_chunks.* into v_chunk from public.video_chunks where video_chunks.chunk_id = p_step.chunk_id;
    v_context := v_context || jsonb_build_object('scene_id', p_step.scene_id, 'chunk_id', p_step.chunk_id);
  end if;

  case p_step.kind
    when 'generate_clip' then
      return v_context || jsonb_build_object(
        'model', v_chunk.model,
        'prompt', v_chunk.prompt,
        'duration', v_chunk.duration,
        'aspect_ratio', v_aspect_ratio,
        'image_url', v_chunk.image_url,
        'driver_video_url', v_chunk.driver_video_url,
        'audio_url', v_chunk.audio_url
      ) || private.end_frame(v_chunk);
    when 'extract_last_frame' then
      return v_context || jsonb_build_object('video_url', v_chunk.kling_video_url);
    when 'extract_thumbnail' then
      return v_context || jsonb_build_object('video_url', v_chunk.kling_video_url);
    when 'stitch' then
      return v_context || jsonb_build_object('aspect_ratio', v_aspect_ratio) || private.cut_input(p_step.project_id);
    else
      return v_context || p_step.input;
  end case;
end;
$$;

comment on function private.step_input(private.steps) is 'The input of a step, in our words; the provider''s file translates it.';

revoke execute on function private.step_input(private.steps) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0211_function_film_captions.sql
create or replace function private.film_captions(p_project_id text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object('srt_url', made.output -> 'srt_url', 'vtt_url', made.output -> 'vtt_url')
  from (
    select private.film_part(p_project_id, 'store_captions', private.captions_input(p_project_id)) as output
  ) as made
  where made.output is not null;
$$;

comment on function private.film_captions(text) is
'{srt_url, vtt_url} of the captions of a film as it is now; null where it has none.';

revoke execute on function private.film_captions(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0211_function_is_last_cut.sql
create or replace function private.is_last_cut(p_step private.steps)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select case p_step.kind
    when 'burn_captions' then true
    when 'mix_music' then not private.burns_captions(p_step.project_id)
    else not private.burns_captions(p_step.project_id) and not exists (
      select 1
      from public.projects
      where projects.project_id = p_step.project_id
        and projects.film_options -> 'music' is not null
    )
  end;
$$;

comment on function private.is_last_cut(private.steps) is 'True when what this step makes is the film, with nothing to be done to it any more.';

revoke execute on function private.is_last_cut(private.steps) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0220_function_insert_project.sql
create or replace function private.insert_project(p_job jsonb, p_key text)
returns public.projects
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_project public.projects;
begin
  insert into public.projects (
    video_id, chat_id, user_id, user_email, user_name, source, prompt, image_url, model, aspect_ratio,
    version, revision_of, total_scenes, callback_url, idempotency_key, execution_mode, metadata,
    film_options
  )
  select
    p_job ->> 'video_id',
    p_job ->> 'chat_id',
    p_job ->> 'user_id',
    p_job ->> 'user_email',
    p_job ->> 'user_name',
    p_job ->> 'source',
    p_job ->> 'prompt',
    p_job ->> 'image_url',
    p_job ->> 'model',
    p_job ->> 'aspect_ratio',
    coalesce(latest.version, 0) + 1,
    case when (p_job ->> 'is_revision')::boolean then latest.project_id end,
    jsonb_array_length(p_job -> 'scenes'),
    p_job ->> 'callback_url',
    p_key,
    p_job ->> 'execution_mode',
    private.job_metadata(p_job),
    coalesce(jsonb_strip_nulls(nullif(p_job -> 'film_options', 'null')), '{}')
  from (values (1)) as one_row
  left join lateral (
    select projects.version, projects.project_id
    from public.projects
    where projects.user_id = p_job ->> 'user_id'
      and projects.video_id = p_job ->> 'video_id'
    order by projects.version desc
    limit 1
  ) as latest on true
  on conflict (user_id, idempotency_key) do nothing
  returning projects.* into v_project;

  return v_project;
end;
$$;

comment on function private.insert_project(jsonb, text) is
'Inserts the project with the next version of its video; null when the idempotency key is taken. The caller holds the lock of the version count.';

revoke execute on function private.insert_project(jsonb, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0220_function_insert_scenes.sql
create or replace function private.insert_scenes(p_project public.projects, p_scenes jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.scenes (
    project_id, position, prompt, image_url, continuity, metadata,
    audio_url, voice_over, caption, transition, reanchored
  )
  select
    p_project.project_id,
    item.position,
    item.scene ->> 'prompt',
    item.scene ->> 'image_url',
    item.scene ->> 'continuity',
    coalesce(item.scene -> 'metadata', '{}'),
    item.scene ->> 'audio_url',
    item.scene ->> 'voice_over',
    item.scene ->> 'caption',
    coalesce(item.scene ->> 'transition', 'cut'),
    coalesce((item.scene ->> 'reanchored')::boolean, false)
  from jsonb_array_elements(p_scenes) with ordinality as item (scene, position)
  order by item.position;

  insert into public.video_chunks (
    scene_id, project_id, position, model, prompt, duration, driver_video_url, audio_url
  )
  select
    scenes.scene_id,
    p_project.project_id,
    part.position,
    part.chunk ->> 'model',
    part.chunk ->> 'prompt',
    (part.chunk ->> 'duration')::numeric,
    part.chunk ->> 'driver_video_url',
    part.chunk ->> 'audio_url'
  from jsonb_array_elements(p_scenes) with ordinality as item (scene, position)
  join public.scenes on scenes.project_id = p_project.project_id and scenes.position = item.position
  cross join lateral jsonb_array_elements(item.scene -> 'chunks') with ordinality as part (chunk, position)
  order by item.position, part.position;
end;
$$;

comment on function private.insert_scenes(public.projects, jsonb) is
'Inserts scenes and their chunks in the order of the job; nothing is started yet.';

revoke execute on function private.insert_scenes(public.projects, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0225_function_reuse_scenes.sql
-- A revision keeps every clip whose inputs did not change: what the scene asks for, and the frame that
-- it starts from. It is copied from the selected take of the version before; nothing is paid again.

create or replace function private.reuse_scenes(p_project public.projects)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_scene public.scenes;
  v_old public.scenes;
  v_is_chain_same boolean := true;
begin
  for v_scene in
    select scenes.* from public.scenes where scenes.project_id = p_project.project_id order by scenes.position
  loop
    select scenes.*
    into v_old
    from public.scenes
    where scenes.project_id = p_project.revision_of
      and scenes.position = v_scene.position
      and scenes.status = 'completed'
      and scenes.continuity = v_scene.continuity
      and private.scene_input(scenes.scene_id) = private.scene_input(v_scene.scene_id);

    -- A chained scene starts from the frame before it: if that one changes, so does this one.
    v_is_chain_same := v_old.scene_id is not null
      and (v_is_chain_same or v_scene.continuity <> 'last_frame' or v_scene.position = 1);

    if v_is_chain_same then
      perform private.copy_clips(v_old, v_scene);
    end if;
  end loop;
end;
$$;

comment on function private.reuse_scenes(public.projects) is
'Copies the clips of unchanged scenes from the version that this project revises. Nothing for a first version.';

revoke execute on function private.reuse_scenes(public.projects) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0225_function_scene_input.sql
create or replace function private.scene_input(p_scene_id text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'aspect_ratio', projects.aspect_ratio,
    'image_url', case
      when scenes.position = 1 or scenes.continuity <> 'last_frame' then coalesce(scenes.image_url, projects.image_url)
    end,
    'end_image_url', private.end_image(scenes.scene_id),
    'chunks', (
      select jsonb_agg(
        jsonb_build_array(
          video_chunks.model, video_chunks.prompt, video_chunks.duration,
          video_chunks.driver_video_url, video_chunks.audio_url
        )
        order by video_chunks.position
      )
      from public.video_chunks
      where video_chunks.scene_id = scenes.scene_id
        and video_chunks.selected
    )
  )
  from public.scenes
  join public.projects using (project_id)
  where scenes.scene_id = p_scene_id;
$$;

comment on function private.scene_input(text) is
'All that the clips of a scene are made from, but for the frame that a scene before hands over.';

revoke execute on function private.scene_input(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0228_function_paid_seconds.sql
create or replace function private.paid_seconds(p_kind text, p_input jsonb)
returns numeric
language sql
stable
security invoker
set search_path = ''
as $$
  select case
    when p_kind = 'generate_clip' then (p_input ->> 'duration')::numeric
    when p_kind in ('extract_last_frame', 'extract_thumbnail') then (
      select video_chunks.duration
      from public.video_chunks
      where video_chunks.chunk_id = p_input ->> 'chunk_id'
    )
    -- One clip of unknown length makes the sum unknown.
    when p_kind in ('generate_music', 'mux_audio', 'mix_music') then (p_input ->> 'seconds')::numeric
    when p_kind = 'stitch' then (
      select case when count(*) = count(video_chunks.duration) then sum(video_chunks.duration) end
      from public.video_chunks
      where video_chunks.project_id = p_input ->> 'project_id'
        and video_chunks.selected
    )
  end;
$$;

comment on function private.paid_seconds(text, jsonb) is
'Seconds of video that a step works on, as they were ordered; null where nobody can tell beforehand.';

revoke execute on function private.paid_seconds(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0228_function_priced_model.sql
-- What fal asks money for is an endpoint, and only clips, voices and music name theirs; any other provider has one price
-- for each kind of step.

create or replace function private.priced_model(p_provider text, p_kind text, p_input jsonb)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select case
    when p_provider is distinct from 'fal' then p_provider
    when p_kind in ('extract_last_frame', 'extract_thumbnail') then 'fal-ai/ffmpeg-api/extract-frame'
    when p_kind = 'stitch' then 'fal-ai/ffmpeg-api/merge-videos'
    when p_kind = 'mux_audio' and p_input ->> 'seconds' is null then 'fal-ai/ffmpeg-api/merge-audio-video'
    when p_kind in ('mux_audio', 'mix_music') then 'fal-ai/ffmpeg-api/compose'
    when p_kind = 'level_music' then 'fal-ai/ffmpeg-api/loudnorm'
    else p_input ->> 'model'
  end;
$$;

comment on function private.priced_model(text, text, jsonb) is 'Under which model private.prices has the price of a step.';

revoke execute on function private.priced_model(text, text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0230_function_due_steps.sql
-- Which steps a runner may have next, in order: overdue ones first (they hold their place at the
-- provider already), then new ones, as many as provider and user have room for and the day's spending
-- cap reaches for, users taking turns.
--
-- Where a limit or the cap is set, claims go one after the other, so that what is counted here is still true
-- when the step is claimed.

create or replace function private.due_steps(p_limit integer, p_providers jsonb)
returns table (step_id text, status text, place bigint)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_budget numeric;
begin
  if exists (select 1 from private.providers where providers.name = '*' and providers.is_paused) then
    return;
  end if;
  if private.setting('max_usd_per_day') > 0
    or exists (
      select 1
      from private.providers
      where coalesce(providers.max_in_flight, providers.max_in_flight_per_user) is not null
        or providers.failures_in_a_row >= private.setting('breaker_failures')
    ) then
    perform pg_advisory_xact_lock(hashtextextended('claim', 0));
    v_budget := private.budget_left();
  end if;
  if v_budget = 0 and exists (
    select 1
    from private.steps
    where steps.status = 'queued'
      and steps.due_at <= v_now
      and steps.kind not in ('store_film', 'store_captions', 'check_frame', 'cancel_request')
  ) then
    perform private.note_spending_cap();
  end if;

  return query
  with
  overdue as (
    select steps.step_id, steps.status, steps.due_at
    from private.steps
    where steps.status in ('running', 'waiting')
      and steps.due_at <= v_now
      and p_providers ? steps.kind
    order by steps.due_at
    limit p_limit
  ),
  fresh as (
    select queued.step_id, queued.turn, queued.due_at
    from private.affordable_steps(p_limit, p_providers, v_now, v_budget) as queued
  )
  select ordered.step_id, ordered.status, row_number() over (order by ordered.turn, ordered.due_at)
  from (
    select overdue.step_id, overdue.status, 0::bigint as turn, overdue.due_at from overdue
    union all
    select fresh.step_id, 'queued', fresh.turn, fresh.due_at from fresh
  ) as ordered
  order by ordered.turn, ordered.due_at
  limit p_limit;
end;
$$;

comment on function private.due_steps(integer, jsonb) is
'Up to p_limit steps that are due and allowed, fair between users. The caller locks them.';

revoke execute on function private.due_steps(integer, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0235_function_affordable_steps.sql
-- A step is begun while what is spent, and what the steps before it in this claim will cost, has not
-- reached the day's cap. What costs nothing or saves what was paid for goes on.

create or replace function private.affordable_steps(
  p_limit integer,
  p_providers jsonb,
  p_now timestamptz,
  p_budget numeric
)
returns table (step_id text, turn bigint, due_at timestamptz)
language sql
volatile
security invoker
set search_path = ''
as $$
  select priced.step_id, priced.turn, priced.due_at
  from (
    select
      queued.*,
      steps.kind in ('store_film', 'store_captions', 'check_frame', 'cancel_request') as is_free,
      sum(case
        when p_budget is null or steps.kind in ('store_film', 'store_captions', 'check_frame', 'cancel_request') then 0
        else coalesce(private.estimate_cost(steps.kind, private.step_input(steps), p_providers ->> steps.kind), 0)
      end) over (
        order by queued.turn, queued.due_at, queued.step_id
        rows between unbounded preceding and 1 preceding
      ) as before_usd
    from private.queued_steps(p_limit, p_providers, p_now) as queued
    join private.steps using (step_id)
  ) as priced
  where p_budget is null
    or priced.is_free
    or coalesce(priced.before_usd, 0) < p_budget;
$$;

comment on function private.affordable_steps(integer, jsonb, timestamptz, numeric) is
'Of the queued steps that may be had, those that the day''s budget (null: no cap) reaches for.';

revoke execute on function private.affordable_steps(integer, jsonb, timestamptz, numeric)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0236_function_ask_for_part.sql
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
  v_output jsonb := private.film_part(p_project_id, p_kind, p_input);
begin
  if p_input is not null and v_output is null then
    perform private.add_step(p_project_id, p_kind, p_scene_id, p_chunk_id, p_input);
  end if;
  return v_output;
end;
$$;

comment on function private.ask_for_part(text, text, jsonb, text, text) is
'What was made from this input, else null and a step that makes it; nothing for a null input.';

revoke execute on function private.ask_for_part(text, text, jsonb, text, text)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0237_function_begin_sound.sql
-- Voices and music need no clip: they are made while the clips are.

create or replace function private.begin_sound(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_scene public.scenes;
begin
  for v_scene in
    select scenes.*
    from public.scenes
    where scenes.project_id = p_project_id
      and scenes.voice_over is not null
      and scenes.audio_url is null
    order by scenes.position
  loop
    perform private.ask_for_part(
      p_project_id, 'generate_voice', private.voice_input(v_scene), v_scene.scene_id,
      private.last_chunk(v_scene.scene_id)
    );
  end loop;

  perform private.ask_for_part(p_project_id, 'generate_music', private.music_input(p_project_id));
  perform private.ask_for_part(p_project_id, 'level_music', private.level_input(p_project_id));
end;
$$;

comment on function private.begin_sound(text) is
'Queues the voices and the music that a film asks for and that are not there. The caller holds the project''s lock.';

revoke execute on function private.begin_sound(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0238_function_continue_film.sql
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
  v_scene public.scenes;
  v_pieces text[];
  v_captions_input jsonb;
  v_captions jsonb;
  v_url text;
  v_input jsonb;
begin
  perform private.begin_sound(p_project_id);

  for v_scene in
    select scenes.* from public.scenes where scenes.project_id = p_project_id order by scenes.position
  loop
    perform private.ask_for_part(
      p_project_id, 'mux_audio', private.mux_input(v_scene), v_scene.scene_id, private.last_chunk(v_scene.scene_id)
    );
  end loop;

  select array_agg(film_pieces.url order by film_pieces.place)
  into v_pieces
  from private.film_pieces(p_project_id);

  if array_position(v_pieces, null) is not null then
    return null;
  end if;

  v_captions_input := private.captions_input(p_project_id);
  v_captions := private.ask_for_part(p_project_id, 'store_captions', v_captions_input);
  if v_captions_input is not null and v_captions is null then
    return null;
  end if;

  if cardinality(v_pieces) = 1 then
    v_url := v_pieces[1];
  elsif (private.film_step(p_project_id, 'stitch')).step_id is null then
    perform private.add_step(p_project_id, 'stitch');
  else
    v_url := (private.film_step(p_project_id, 'stitch')).output ->> 'video_url';
  end if;

  v_input := private.mix_input(p_project_id, v_url);
  if v_url is not null and v_input is not null then
    v_url := case when v_input ->> 'music_url' is not null
      then private.ask_for_part(p_project_id, 'mix_music', v_input) ->> 'video_url' end;
  end if;

  if v_url is not null and private.burns_captions(p_project_id) then
    v_url := private.ask_for_part(
      p_project_id, 'burn_captions', jsonb_build_object('video_url', v_url, 'captions_url', v_captions ->> 'srt_url')
    ) ->> 'video_url';
  end if;
  return v_url;
end;
$$;

comment on function private.continue_film(text) is
'Queues what a film whose clips are there needs next; the whole film''s URL once nothing is missing, else null. The caller holds the project''s lock.';

revoke execute on function private.continue_film(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_continue_project.sql
-- Asks for what each unfinished scene needs next: its first missing clip, if the image that it starts
-- from is there, else the frame that is missing. Scenes that wait for another one are started by it.

create or replace function private.continue_project(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_scene public.scenes;
begin
  -- An earlier take, or a scene before a cut, may have no last frame yet that now is needed.
  update public.scenes
  set status = 'pending', completed_at = null
  from public.scenes as following
  where scenes.project_id = p_project_id
    and scenes.status = 'completed'
    and scenes.last_frame_url is null
    and following.project_id = scenes.project_id
    and following.position = scenes.position + 1
    and following.continuity = 'last_frame'
    and following.status = 'pending';

  for v_scene in
    select scenes.*
    from public.scenes
    where scenes.project_id = p_project_id
      and scenes.status = 'pending'
    order by scenes.position
  loop
    perform private.continue_scene(v_scene);
  end loop;

  perform private.begin_sound(p_project_id);
end;
$$;

comment on function private.continue_project(text) is
'Queues the next step of every scene that is not finished and waits for no other one. The caller holds the project''s lock.';

revoke execute on function private.continue_project(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_continue_scene.sql
-- The first scene, and each after a cut, starts from its own image, else the job's, else from its prompt
-- alone; any other from the last frame of the scene before, once that is there.

create or replace function private.continue_scene(p_scene public.scenes)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_missing public.video_chunks;
  v_last public.video_chunks;
  v_image_url text;
begin
  select video_chunks.*
  into v_missing
  from public.video_chunks
  where video_chunks.scene_id = p_scene.scene_id
    and video_chunks.selected
    and video_chunks.status <> 'COMPLETED'
  order by video_chunks.position
  limit 1;

  select video_chunks.*
  into v_last
  from public.video_chunks
  where video_chunks.scene_id = p_scene.scene_id
    and video_chunks.selected
    and video_chunks.status = 'COMPLETED'
    and (v_missing.chunk_id is null or video_chunks.position = v_missing.position - 1)
  order by video_chunks.position desc
  limit 1;

  if v_missing.chunk_id is null then
    perform private.finish_scene_clip(v_last, '{}');
  elsif v_missing.position > 1 and v_missing.image_url is null then
    perform private.add_step(p_scene.project_id, 'extract_last_frame', p_scene.scene_id, v_last.chunk_id);
  elsif v_missing.position > 1 then
    perform private.add_step(p_scene.project_id, 'generate_clip', p_scene.scene_id, v_missing.chunk_id);
  else
    select case
      when p_scene.position = 1 or p_scene.continuity <> 'last_frame' then coalesce(p_scene.image_url, projects.image_url)
      else previous.last_frame_url
    end
    into v_image_url
    from public.projects
    left join public.scenes as previous
      on previous.project_id = projects.project_id
      and previous.position = p_scene.position - 1
      and previous.status = 'completed'
    where projects.project_id = p_scene.project_id;

    if v_image_url is not null or p_scene.position = 1 or p_scene.continuity <> 'last_frame' then
      perform private.start_scene(p_scene.scene_id, v_image_url);
    end if;
  end if;
end;
$$;

comment on function private.continue_scene(public.scenes) is
'Queues what a pending scene needs next, unless it waits for the scene before it.';

revoke execute on function private.continue_scene(public.scenes) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_end_lease.sql
-- created → lost | failed
--
-- The runner of this attempt is gone. Whether its call went out is unknown, so what costs money is
-- looked up; copying a film or giving up a request again does no harm.

create or replace function private.end_lease(p_step private.steps, p_attempt private.attempts)
returns private.attempts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_attempt private.attempts := p_attempt;
  v_now timestamptz := private.clock();
begin
  if p_attempt.status <> 'created' then
    return p_attempt;
  end if;

  if p_step.kind in ('store_film', 'store_captions', 'check_frame', 'cancel_request') then
    update private.attempts
    set status = 'failed', error_message = 'The lease ran out', ended_at = v_now
    where attempts.attempt_id = p_attempt.attempt_id
    returning attempts.* into v_attempt;
  else
    update private.attempts
    set
      status = 'lost',
      error_message = 'The runner ended before the answer was recorded',
      deadline_at = v_now + make_interval(secs => private.setting('lookup_seconds')::double precision)
    where attempts.attempt_id = p_attempt.attempt_id
    returning attempts.* into v_attempt;
    perform private.record_event(
      p_step.project_id, 'attempt.lost', p_step.scene_id, p_step.chunk_id,
      jsonb_build_object('kind', p_step.kind, 'attempt_id', p_attempt.attempt_id)
    );
  end if;

  perform private.record_error(
    'step',
    format('Cannot finish %s: the runner''s lease ran out', p_step.kind),
    jsonb_build_object('project_id', p_step.project_id, 'step_id', p_step.step_id, 'attempt_id', p_attempt.attempt_id),
    'warning'
  );
  return v_attempt;
end;
$$;

comment on function private.end_lease(private.steps, private.attempts) is
'created → lost (a paid call may have gone out) | failed (harmless to do again). Returns the attempt as it is now.';

revoke execute on function private.end_lease(private.steps, private.attempts)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_insert_attempt.sql
create or replace function private.insert_attempt(p_step private.steps, p_providers jsonb)
returns private.attempts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_provider text := p_providers ->> p_step.kind;
  v_input jsonb := private.step_input(p_step);
  v_attempt private.attempts;
begin
  -- A stitch service stores what it makes: its film is the film, unless it is to be copied first.
  if p_step.kind in ('stitch', 'mix_music', 'burn_captions') then
    v_input := v_input || jsonb_build_object(
      'is_film',
      v_provider = 'stitch'
        and p_providers ->> 'store_films' is distinct from 'always'
        and private.is_last_cut(p_step)
    );
  end if;

  insert into private.attempts (step_id, number, provider, input, input_hash, estimated_cost_usd)
  values (
    p_step.step_id,
    p_step.attempt_count + 1,
    v_provider,
    v_input,
    encode(sha256(convert_to(v_input::text, 'UTF8')), 'hex'),
    private.estimate_cost(p_step.kind, v_input, v_provider)
  )
  returning attempts.* into v_attempt;

  return v_attempt;
end;
$$;

comment on function private.insert_attempt(private.steps, jsonb) is
'→ created: the attempt exists, its input frozen, before the provider is called.';

revoke execute on function private.insert_attempt(private.steps, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0270_function_complete_attempt.sql
-- attempt created | submitted | in_progress | lost → completed · step → completed
--
-- The verb of what was made then moves chunk, scene or project on.

create or replace function private.complete_attempt(p_attempt_id text, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_step private.steps;
  v_is_film boolean;
begin
  select steps.*
  into v_step
  from private.steps
  join private.attempts using (step_id)
  where attempts.attempt_id = p_attempt_id;

  if not private.is_output_of(v_step.kind, p_output) then
    perform private.fail_attempt(p_attempt_id, jsonb_build_object(
      'message', format('The provider reported success without the result of %s', v_step.kind),
      'retryable', false
    ));
    return;
  end if;

  update private.attempts
  set
    status = 'completed',
    output = p_output,
    actual_cost_usd = case
      when jsonb_typeof(p_output -> 'cost_usd') = 'number' then greatest((p_output ->> 'cost_usd')::numeric, 0)
      else attempts.actual_cost_usd
    end,
    error_message = null,
    ended_at = v_now
  where attempts.attempt_id = p_attempt_id
    and attempts.status in ('created', 'submitted', 'in_progress', 'lost')
  returning (attempts.input ->> 'is_film')::boolean into v_is_film;

  if not found then
    return;
  end if;

  update private.steps
  set status = 'completed', output = p_output, claim_token = null, updated_at = v_now
  where steps.step_id = v_step.step_id;

  perform private.record_event(
    v_step.project_id, 'step.completed', v_step.scene_id, v_step.chunk_id,
    jsonb_build_object('kind', v_step.kind, 'step_id', v_step.step_id)
  );

  case v_step.kind
    when 'generate_clip' then
      perform private.complete_chunk(v_step.chunk_id, p_output);
    when 'extract_last_frame' then
      perform private.check_frame(v_step, p_output);
    when 'check_frame' then
      perform private.complete_frame_check(v_step, p_output);
    when 'stitch', 'extract_thumbnail' then
      if v_is_film then
        perform private.complete_project(v_step.project_id, private.with_thumbnail(v_step.project_id, p_output));
      else
        perform private.store_film_when_ready(v_step.project_id);
      end if;
    when 'generate_voice', 'generate_music', 'level_music', 'mux_audio', 'mix_music', 'store_captions', 'burn_captions' then
      perform private.complete_part(v_step, p_output, coalesce(v_is_film, false));
    when 'store_film' then
      perform private.complete_project(v_step.project_id, p_output);
    else
      null;
  end case;
end;
$$;

comment on function private.complete_attempt(text, jsonb) is
'→ completed, for attempt and step; what was made moves chunk, scene or project on. The caller holds the project''s lock.';

revoke execute on function private.complete_attempt(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0270_function_is_output_of.sql
create or replace function private.is_output_of(p_kind text, p_output jsonb)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
  select case
    when p_kind in ('generate_clip', 'stitch', 'store_film', 'mux_audio', 'mix_music', 'burn_captions') then coalesce(p_output ->> 'video_url', '') <> ''
    when p_kind in ('extract_last_frame', 'extract_thumbnail') then coalesce(p_output ->> 'image_url', '') <> ''
    when p_kind in ('generate_voice', 'generate_music', 'level_music') then coalesce(p_output ->> 'audio_url', '') <> ''
    when p_kind = 'store_captions' then p_output ?& array['srt_url', 'vtt_url']
    when p_kind = 'check_frame' then p_output ? 'is_plain'
    else true
  end;
$$;

comment on function private.is_output_of(text, jsonb) is 'True when the output has what this kind of step is for.';

revoke execute on function private.is_output_of(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0275_function_complete_part.sql
-- A part of the film is there: it is kept under the hash of what it was made from, and the film goes on.

create or replace function private.complete_part(p_step private.steps, p_output jsonb, p_is_film boolean)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into private.film_parts (project_id, kind, input_hash, output)
  values (p_step.project_id, p_step.kind, private.part_hash(p_step.input), p_output)
  on conflict (project_id, kind, input_hash) do update
  set output = excluded.output, made_at = excluded.made_at;

  if p_step.kind = 'mux_audio' then
    update public.video_chunks
    set final_video_url = p_output ->> 'video_url'
    where video_chunks.chunk_id = p_step.chunk_id;
  end if;

  if p_is_film then
    perform private.complete_project(p_step.project_id, private.with_thumbnail(p_step.project_id, p_output));
    return;
  end if;

  perform private.begin_sound(p_step.project_id);
  if exists (
    select 1
    from public.projects
    where projects.project_id = p_step.project_id
      and 'stitching' in (projects.status, projects.paused_from)
  ) then
    perform private.store_film_when_ready(p_step.project_id);
  end if;
end;
$$;

comment on function private.complete_part(private.steps, jsonb, boolean) is
'Keeps what a step made for a film beside its clips, and asks for what comes next. The caller holds the project''s lock.';

revoke execute on function private.complete_part(private.steps, jsonb, boolean)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0285_function_check_frame.sql
create or replace function private.check_frame(p_step private.steps, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if exists (
    select 1
    from public.projects
    where projects.project_id = p_step.project_id
      and projects.film_options -> 'check_frames' = 'true'
  ) then
    perform private.add_step(
      p_step.project_id, 'check_frame', p_step.scene_id, p_step.chunk_id,
      jsonb_build_object(
        'image_url', p_output -> 'image_url', 'width', p_output -> 'width', 'height', p_output -> 'height'
      )
    );
  else
    perform private.complete_frame(p_step.chunk_id, p_output);
  end if;
end;
$$;

comment on function private.check_frame(private.steps, jsonb) is
'A last frame is there: it is looked at where the job asked for that, else handed over. The caller holds the project''s lock.';

revoke execute on function private.check_frame(private.steps, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0286_function_complete_frame_check.sql
-- A clip that ends in black or in a blur would begin the next one with it, and all that follow. They begin
-- from an image that the job gave instead; without one the film ends before more is paid.

create or replace function private.complete_frame_check(p_step private.steps, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_message constant text := 'The clip ends in a frame that is almost of one colour';
  v_anchor text;
begin
  if not (p_output ->> 'is_plain')::boolean then
    perform private.complete_frame(p_step.chunk_id, p_step.input);
    return;
  end if;

  select coalesce(following.image_url, projects.image_url)
  into v_anchor
  from public.scenes
  join public.projects using (project_id)
  left join public.scenes as following
    on following.project_id = scenes.project_id
    and following.position = scenes.position + 1
  where scenes.scene_id = p_step.scene_id;

  perform private.record_error('frame', v_message, jsonb_build_object(
    'project_id', p_step.project_id, 'scene_id', p_step.scene_id, 'chunk_id', p_step.chunk_id,
    'bytes_per_pixel', p_output -> 'bytes_per_pixel', 'begins_from_an_image', v_anchor is not null
  ), 'warning');

  if v_anchor is null then
    perform private.fail_project(p_step.project_id, v_message, p_step.scene_id);
  else
    perform private.complete_frame(p_step.chunk_id, jsonb_build_object('image_url', v_anchor));
  end if;
end;
$$;

comment on function private.complete_frame_check(private.steps, jsonb) is
'Hands a good last frame over; in place of a plain one the next scene''s own image, else the job''s; without either the film fails. The caller holds the project''s lock.';

revoke execute on function private.complete_frame_check(private.steps, jsonb)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0290_function_begin_stitch.sql
-- What a project in stitching needs: its film put together, and the first frame of the first clip as its
-- thumbnail. What was made before from the same clips is not made again.

create or replace function private.begin_stitch(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_first_id text;
  v_thumbnail_url text;
begin
  select video_chunks.chunk_id, scenes.thumbnail_url
  into strict v_first_id, v_thumbnail_url
  from public.video_chunks
  join public.scenes using (scene_id)
  where scenes.project_id = p_project_id
    and video_chunks.selected
  order by scenes.position, video_chunks.position
  limit 1;

  -- A video service may have made one already.
  if v_thumbnail_url is null and (private.film_step(p_project_id, 'extract_thumbnail')).step_id is null then
    perform private.add_step(p_project_id, 'extract_thumbnail', null, v_first_id);
  end if;

  -- All may be there already: the project was paused, or failed when it stored its film.
  perform private.store_film_when_ready(p_project_id);
end;
$$;

comment on function private.begin_stitch(text) is
'Queues extract_thumbnail and what the film needs next. Called by the trigger on projects when a project starts stitching.';

revoke execute on function private.begin_stitch(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0290_function_complete_project.sql
-- project stitching → completed: the film is stored and its URL works

create or replace function private.complete_project(p_project_id text, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_project public.projects;
  v_captions jsonb;
begin
  update public.projects
  set
    status = 'completed',
    paused_from = null,
    progress = 100,
    final_video_url = p_output ->> 'video_url',
    thumbnail_url = p_output ->> 'thumbnail_url',
    duration = coalesce(
      (p_output ->> 'duration')::numeric,
      (select sum(scenes.duration) from public.scenes where scenes.project_id = p_project_id)
    ),
    completed_at = private.clock()
  where projects.project_id = p_project_id
    and 'stitching' in (projects.status, projects.paused_from)
  returning projects.* into v_project;

  if not found then
    return;
  end if;

  v_captions := private.film_captions(p_project_id);

  insert into public.media (project_id, type, url, duration)
  select v_project.project_id, made.type, made.url, made.duration
  from (values
    ('film', v_project.final_video_url, v_project.duration),
    ('thumbnail', v_project.thumbnail_url, null),
    ('captions', v_captions ->> 'srt_url', v_project.duration),
    ('captions', v_captions ->> 'vtt_url', v_project.duration)
  ) as made (type, url, duration)
  where made.url is not null;
end;
$$;

comment on function private.complete_project(text, jsonb) is
'stitching → completed, once; p_output is that of store_film, or of a stitch service. The caller holds the project''s lock.';

revoke execute on function private.complete_project(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0290_function_film_step.sql
-- The step that makes (or has made) the film's thumbnail or the joined film from the clips as they are
-- selected now. A step that was made from other clips does not count: they were generated anew since.

create or replace function private.film_step(p_project_id text, p_kind text)
returns private.steps
language sql
stable
security invoker
set search_path = ''
as $$
  select steps.*
  from private.steps
  left join private.attempts using (step_id)
  where steps.project_id = p_project_id
    and steps.kind = p_kind
    and steps.status in ('queued', 'running', 'waiting', 'completed')
    and case
      when attempts.attempt_id is null then true
      when p_kind = 'stitch' then attempts.input - 'is_film' = private.step_input(steps)
      else attempts.input ->> 'video_url' = (private.film_clips(p_project_id))[1]
    end
  order by steps.created_at desc
  limit 1;
$$;

comment on function private.film_step(text, text) is
'The open or completed stitch or extract_thumbnail step for the clips that are selected now; null when there is none.';

revoke execute on function private.film_step(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0290_function_store_film_when_ready.sql
-- Asks for what the film needs next. Once it is whole and its thumbnail is there or given up, both are copied into Storage:
-- the provider's URLs expire. The names are drawn here, so that a second try writes the same files.

create or replace function private.store_film_when_ready(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_film_url text := private.continue_film(p_project_id);
  v_thumbnail private.steps := private.film_step(p_project_id, 'extract_thumbnail');
  v_name text := p_project_id || '/' || encode(extensions.gen_random_bytes(16), 'hex');
begin
  if v_film_url is null or v_thumbnail.status in ('queued', 'running', 'waiting') then
    return;
  end if;

  perform private.add_step(p_project_id, 'store_film', null, null, jsonb_build_object(
    'film_url', v_film_url,
    'thumbnail_url', coalesce(
      v_thumbnail.output ->> 'image_url',
      (
        select scenes.thumbnail_url
        from public.scenes
        where scenes.project_id = p_project_id
          and scenes.position = 1
      )
    ),
    'film_path', v_name || '.mp4',
    'thumbnail_path', v_name || '.jpg'
  ));

  update public.projects
  set progress = greatest(projects.progress, 95)
  where projects.project_id = p_project_id;
end;
$$;

comment on function private.store_film_when_ready(text) is
'Queues what the film needs next, and store_film when it is whole and no thumbnail is pending. The caller holds the project''s lock.';

revoke execute on function private.store_film_when_ready(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0309_function_is_same_output.sql
create or replace function private.is_same_output(p_output jsonb, p_other jsonb)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
  select (p_output ->> 'video_url') is not distinct from (p_other ->> 'video_url')
    and (p_output ->> 'image_url') is not distinct from (p_other ->> 'image_url')
    and (p_output ->> 'audio_url') is not distinct from (p_other ->> 'audio_url');
$$;

comment on function private.is_same_output(jsonb, jsonb) is
'True when two outputs hold the same file; true for two failures, which hold none.';

revoke execute on function private.is_same_output(jsonb, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0310_function_callback_flags.sql
-- What this very callback caused, read off the timeline: under the project's lock everything after
-- p_last_event is ours.

create or replace function private.callback_flags(p_step private.steps, p_last_event bigint)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'project_id', p_step.project_id,
    'chunk_updated', coalesce(bool_or(events.type like 'chunk.%' and events.chunk_id = p_step.chunk_id), false),
    'scene_updated', coalesce(bool_or(events.type like 'scene.%' and events.scene_id = p_step.scene_id), false),
    'last_frame_triggered', coalesce(
      bool_or(events.type = 'step.queued' and events.data ->> 'kind' = 'extract_last_frame'), false
    ),
    'next_scene_triggered', coalesce(
      bool_or(
        events.type = 'step.queued' and events.data ->> 'kind' = 'generate_clip'
        and events.scene_id <> p_step.scene_id
      ),
      false
    ),
    'project_updated', p_step.kind in ('stitch', 'mix_music', 'burn_captions') and coalesce(bool_or(events.type like 'step.%'), false),
    'user_notified', coalesce(bool_or(events.type = 'delivery.queued'), false),
    'final_video_url', (
      select projects.final_video_url from public.projects where projects.project_id = p_step.project_id
    )
  )
  from public.pipeline_events as events
  where events.project_id = p_step.project_id
    and events.event_id > p_last_event;
$$;

comment on function private.callback_flags(private.steps, bigint) is
'Which chunk, scene or project a callback updated and what it triggered, for the door''s answer.';

revoke execute on function private.callback_flags(private.steps, bigint) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0330_function_read_task.sql
-- A project as its sender sees it. An unknown id and a wrong token get the same nothing.

create or replace function public.read_task(p_project_id text, p_token text, p_trusted boolean)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'task_id', projects.project_id,
    'status', projects.status,
    'progress', projects.progress,
    'scenes', coalesce(
      (
        select jsonb_agg(
          jsonb_build_object(
            'scene_id', scenes.scene_id,
            'position', scenes.position,
            'status', scenes.status,
            'video_url', scenes.video_url
          )
          order by scenes.position
        )
        from public.scenes
        where scenes.project_id = projects.project_id
      ),
      '[]'
    ),
    'final_video_url', projects.final_video_url,
    'error', projects.error_message
  ) || case
    when projects.status = 'completed' and projects.film_options ? 'captions'
      then jsonb_strip_nulls(jsonb_build_object('captions', private.film_captions(projects.project_id)))
    else '{}'
  end
  from public.projects
  where projects.project_id = p_project_id
    and (p_trusted or private.is_signed('task', p_project_id, p_token));
$$;

comment on function public.read_task(text, text, boolean) is
'{task_id, status, progress, scenes, final_video_url, error}, and captions {srt_url, vtt_url} of a film that has any; null for an unknown id or a wrong token. p_trusted: the sender showed credentials. Called by webhook.';

revoke execute on function public.read_task(text, text, boolean) from public, anon, authenticated;
grant execute on function public.read_task(text, text, boolean) to service_role;
--! end included

--! included supabase/schemas/0345_function_broken_films.sql
create or replace function private.broken_films()
returns table (invariant text, id text)
language sql
stable
security invoker
set search_path = ''
as $$
  select 'a completed film has all its parts', projects.project_id
  from public.projects
  where projects.status = 'completed'
    and not (
      projects.final_video_url is not null
      and exists (
        select 1
        from public.media
        where media.project_id = projects.project_id
          and media.type = 'film'
          and media.url = projects.final_video_url
      )
      and exists (select 1 from public.scenes where scenes.project_id = projects.project_id)
      and not exists (
        select 1
        from public.scenes
        where scenes.project_id = projects.project_id
          and (
            scenes.status <> 'completed'
            or not exists (
              select 1
              from public.video_chunks
              where video_chunks.scene_id = scenes.scene_id
                and video_chunks.selected
            )
          )
      )
      and not exists (
        select 1
        from public.video_chunks
        where video_chunks.project_id = projects.project_id
          and video_chunks.selected
          and video_chunks.status <> 'COMPLETED'
      )
    )
  union all
  select 'a completed film with captions has them as files', projects.project_id
  from public.projects
  where projects.status = 'completed'
    and projects.film_options ? 'captions'
    and private.captions_input(projects.project_id) is not null
    and (
      select count(*)
      from public.media
      where media.project_id = projects.project_id
        and media.type = 'captions'
    ) < 2
  union all
  select 'a completed film has the sound of each scene', scenes.scene_id
  from public.scenes
  join public.projects using (project_id)
  where projects.status = 'completed'
    and coalesce(scenes.audio_url, scenes.voice_over) is not null
    and private.film_part(projects.project_id, 'mux_audio', private.mux_input(scenes)) is null
  union all
  select 'a scene has one selected take', video_chunks.scene_id
  from public.video_chunks
  where video_chunks.scene_id is not null
  group by video_chunks.scene_id
  having count(distinct video_chunks.take) filter (where video_chunks.selected) <> 1
  union all
  select 'chunks of a take count up from 1', video_chunks.scene_id
  from public.video_chunks
  where video_chunks.scene_id is not null
  group by video_chunks.scene_id, video_chunks.take
  having min(video_chunks.position) <> 1 or max(video_chunks.position) <> count(*)
  union all
  select 'scenes of a project count up from 1', scenes.project_id
  from public.scenes
  group by scenes.project_id
  having min(scenes.position) <> 1 or max(scenes.position) <> count(*)
  union all
  select 'versions of a video count up from 1', min(projects.project_id)
  from public.projects
  group by projects.user_id, projects.video_id
  having min(projects.version) <> 1 or max(projects.version) <> count(*);
$$;

comment on function private.broken_films() is 'Broken invariants of projects, scenes and chunks.';

revoke execute on function private.broken_films() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0530_function_chained_scenes.sql
create or replace function private.chained_scenes(p_scene_id text)
returns text[]
language sql
stable
security invoker
set search_path = ''
as $$
  select array_agg(following.scene_id order by following.position)
  from public.scenes
  join public.scenes as following using (project_id)
  where scenes.scene_id = p_scene_id
    and following.position >= scenes.position
    and not exists (
      select 1
      from public.scenes as cuts
      where cuts.project_id = scenes.project_id
        and cuts.position > scenes.position
        and cuts.position <= following.position
        and cuts.continuity <> 'last_frame'
    );
$$;

comment on function private.chained_scenes(text) is
'The scene and all that continue from its last frame, directly or through others, in order.';

revoke execute on function private.chained_scenes(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0530_function_regenerate_scene.sql
-- project any but paused → generating · the scene, and those chained to it, get a new take
--
-- Old takes stay, unselected. p_changes may give this scene another prompt, image_url or model, or
-- chunks as a job has them; the caller has checked that the model offers them. What failed beside it is asked for again.

create or replace function public.regenerate_scene(p_scene_id text, p_changes jsonb default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_scene public.scenes;
  v_project public.projects;
  v_followers text[];
  v_take integer;
begin
  select scenes.* into v_scene from public.scenes where scenes.scene_id = p_scene_id;
  if not found then
    raise exception 'Cannot regenerate scene "%": no such scene', p_scene_id using errcode = 'RL404';
  end if;

  v_project := private.lock_project(v_scene.project_id);
  if v_project.status = 'paused' then
    raise exception 'Cannot regenerate scene "%": its project is paused, and has to be resumed first', p_scene_id
      using errcode = 'RL409';
  end if;

  if p_changes ->> 'image_url' is not null and v_scene.position > 1 and v_scene.continuity = 'last_frame' then
    raise exception 'Cannot regenerate scene "%" from an image: it starts from the last frame of the scene before it', p_scene_id
      using errcode = 'RL400';
  end if;

  v_followers := private.chained_scenes(p_scene_id);
  -- The clip before it ends with the image that is changed.
  if p_changes ->> 'image_url' is not null and v_scene.continuity = 'shared_keyframe' then
    v_followers := (
      select private.chained_scenes(scenes.scene_id)
      from public.scenes
      where scenes.project_id = v_scene.project_id
        and scenes.position = v_scene.position - 1
    ) || v_followers;
  end if;
  select max(video_chunks.take) + 1
  into v_take
  from public.video_chunks
  where video_chunks.scene_id = any (v_followers);

  perform private.close_steps(v_project.project_id, v_followers);
  perform private.keep_take(v_followers);
  perform private.insert_take(v_followers, v_take, p_scene_id, p_changes);

  update public.scenes
  set
    status = 'pending',
    error_message = null,
    thumbnail_url = null,
    last_frame_url = null,
    duration = null,
    fps = null,
    width = null,
    height = null,
    quality_score = null,
    completed_at = null,
    prompt = case when scenes.scene_id = p_scene_id then coalesce(p_changes ->> 'prompt', scenes.prompt) else scenes.prompt end,
    image_url = case when scenes.scene_id = p_scene_id then coalesce(p_changes ->> 'image_url', scenes.image_url) else scenes.image_url end
  where scenes.scene_id = any (v_followers);

  perform private.revive_scenes(v_project.project_id);
  perform private.reopen_project(v_project.project_id);
  return private.verb_answer(v_project) || jsonb_build_object('take', v_take, 'scenes', to_jsonb(v_followers));
end;
$$;

comment on function public.regenerate_scene(text, jsonb) is
'A new take of a scene and of those chained to it. {project_id, was, status, requests_given_up, take, scenes}. Raises RL400, RL404, RL409.';

revoke execute on function public.regenerate_scene(text, jsonb) from public, anon, authenticated;
grant execute on function public.regenerate_scene(text, jsonb) to service_role;
--! end included

--! included supabase/schemas/0655_function_read_scene.sql
create or replace function public.read_scene(p_scene_id text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'scene_id', scenes.scene_id,
    'prompt', video_chunks.prompt,
    'is_chained', scenes.position > 1 and scenes.continuity = 'last_frame',
    'image_url', coalesce(scenes.image_url, projects.image_url),
    'end_image_url', private.end_image(scenes.scene_id),
    'aspect_ratio', projects.aspect_ratio,
    'model', video_chunks.model,
    'duration', (
      select sum(parts.duration)
      from public.video_chunks as parts
      where parts.scene_id = scenes.scene_id
        and parts.selected
    ),
    'driver_video_url', video_chunks.driver_video_url,
    'audio_url', video_chunks.audio_url
  )
  from public.scenes
  join public.projects using (project_id)
  join public.video_chunks using (scene_id)
  where scenes.scene_id = p_scene_id
    and video_chunks.selected
  order by video_chunks.position
  limit 1;
$$;

comment on function public.read_scene(text) is
'What the clips of a scene are asked for with, by its first one; null for an unknown id. Called by webhook-manage.';

revoke execute on function public.read_scene(text) from public, anon, authenticated;
grant execute on function public.read_scene(text) to service_role;
--! end included

--! included supabase/schemas/0730_function_films_stored_for.sql
create or replace function private.films_stored_for(p_project_ids text[])
returns text[]
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(array_agg(distinct stored.path order by stored.path), '{}')
  from (
    select objects.name as path
    from unnest(p_project_ids) as project (id)
    join storage.objects on objects.bucket_id = 'films' and objects.name like project.id || '/%'
    union all
    -- A copy that is under way may not be on record there yet.
    select unnest(array[
      steps.input ->> 'film_path', steps.input ->> 'thumbnail_path',
      (steps.input ->> 'path') || '.srt', (steps.input ->> 'path') || '.vtt'
    ])
    from private.steps
    where steps.project_id = any (p_project_ids)
      and steps.kind in ('store_film', 'store_captions')
  ) as stored
  where stored.path is not null;
$$;

comment on function private.films_stored_for(text[]) is
'Paths in the bucket films that belong to these projects, whether the file is there already or not.';

revoke execute on function private.films_stored_for(text[]) from public, anon, authenticated, service_role;
--! end included

insert into private.settings (name, value, description) values
  ('lease_seconds.check_frame', '90', 'How long a runner has for one claim of it'),
  ('deadline_seconds.check_frame', '60', 'A callback is awaited this long, then the provider is asked'),
  ('give_up_seconds.check_frame', '900', 'A provider that is still at it after this long is given up'),
  ('lease_seconds.generate_voice', '90', 'How long a runner has for one claim of it'),
  ('lease_seconds.generate_music', '90', 'How long a runner has for one claim of it'),
  ('lease_seconds.level_music', '90', 'How long a runner has for one claim of it'),
  ('lease_seconds.mux_audio', '90', 'How long a runner has for one claim of it'),
  ('lease_seconds.mix_music', '90', 'How long a runner has for one claim of it'),
  ('lease_seconds.store_captions', '300', 'How long a runner has for one claim of it'),
  ('lease_seconds.burn_captions', '90', 'How long a runner has for one claim of it'),
  ('deadline_seconds.generate_voice', '60', 'A callback is awaited this long, then the provider is asked'),
  ('deadline_seconds.generate_music', '180', 'A callback is awaited this long, then the provider is asked'),
  ('deadline_seconds.level_music', '60', 'A callback is awaited this long, then the provider is asked'),
  ('deadline_seconds.mux_audio', '120', 'A callback is awaited this long, then the provider is asked'),
  ('deadline_seconds.mix_music', '180', 'A callback is awaited this long, then the provider is asked'),
  ('deadline_seconds.store_captions', '180', 'A callback is awaited this long, then the provider is asked'),
  ('deadline_seconds.burn_captions', '180', 'A callback is awaited this long, then the provider is asked'),
  ('give_up_seconds.generate_voice', '900', 'A provider that is still at it after this long is given up'),
  ('give_up_seconds.generate_music', '1800', 'A provider that is still at it after this long is given up'),
  ('give_up_seconds.level_music', '900', 'A provider that is still at it after this long is given up'),
  ('give_up_seconds.mux_audio', '1800', 'A provider that is still at it after this long is given up'),
  ('give_up_seconds.mix_music', '1800', 'A provider that is still at it after this long is given up'),
  ('give_up_seconds.store_captions', '1800', 'A provider that is still at it after this long is given up'),
  ('give_up_seconds.burn_captions', '1800', 'A provider that is still at it after this long is given up');

insert into private.prices (model, kind, usd_per_second, as_of, source) values
  ('fal-ai/ffmpeg-api/merge-audio-video', 'mux_audio', 0.0002, '2026-11-22', 'https://fal.ai/models/fal-ai/ffmpeg-api/merge-audio-video/llms.txt'),
  ('fal-ai/ffmpeg-api/compose', 'mux_audio', 0.0002, '2026-11-22', 'https://fal.ai/models/fal-ai/ffmpeg-api/compose/llms.txt'),
  ('fal-ai/ffmpeg-api/compose', 'mix_music', 0.0002, '2026-11-22', 'https://fal.ai/models/fal-ai/ffmpeg-api/compose/llms.txt');
