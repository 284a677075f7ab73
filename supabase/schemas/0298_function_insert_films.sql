-- As insert_scenes and continue_project, but for many films at once, of which nothing is there yet: the first scene and
-- each that does not go on from the one before begin, with a clip, or with the still that the clip
-- starts from where it has to be made first.

create or replace function private.insert_films(p_jobs jsonb, p_ids text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- Planned for a thousand times as many rows as there are, a hash table is megabytes of zeroes.
set enable_hashjoin = off
set enable_hashagg = off
as $$
declare
  v_now timestamptz := private.clock();
  -- As new_id makes ids, but the time is told once.
  v_born text := lpad(to_hex((date_part('epoch', clock_timestamp()) * 1000)::bigint), 12, '0');
begin
  with
  shots as materialized (
    select
      'scene_' || v_born || overlay(gen_random_uuid()::text placing '' from 9 for 16) as scene_id,
      -- Its first clip's, so that the step which begins it need not be joined with what was inserted
      'chunk_' || v_born || overlay(gen_random_uuid()::text placing '' from 9 for 16) as chunk_id,
      p_ids[item.n] as project_id,
      item.job ->> 'user_id' as user_id,
      shot.position,
      shot.scene,
      shot.scene ->> 'reframe_to' as ratio,
      begun.is_begun,
      case when begun.is_begun then coalesce(shot.scene ->> 'image_url', item.job ->> 'image_url') end as image_url
    from jsonb_array_elements(p_jobs) with ordinality as item (job, n)
    cross join lateral jsonb_array_elements(item.job -> 'scenes') with ordinality as shot (scene, position)
    cross join lateral (
      select shot.position = 1 or shot.scene ->> 'continuity' <> 'last_frame' as is_begun
    ) as begun
    where p_ids[item.n] is not null
  ),

  filmed as (
    insert into public.scenes (
      scene_id, project_id, position, prompt, image_url, continuity, metadata, reframe_to, caption, transition,
      reanchored, created_at, updated_at
    )
    select
      shots.scene_id,
      shots.project_id,
      shots.position,
      shots.scene ->> 'prompt',
      shots.scene ->> 'image_url',
      shots.scene ->> 'continuity',
      coalesce(shots.scene -> 'metadata', '{}'),
      shots.ratio,
      shots.scene ->> 'caption',
      coalesce(shots.scene ->> 'transition', 'cut'),
      coalesce((shots.scene ->> 'reanchored')::boolean, false),
      v_now,
      v_now
    from shots
  ),

  clips as (
    insert into public.video_chunks (
      chunk_id, scene_id, project_id, position, model, prompt, image_url, duration, driver_video_url, audio_url,
      created_at, updated_at
    )
    select
      case when part.position = 1 then shots.chunk_id
        else 'chunk_' || v_born || overlay(gen_random_uuid()::text placing '' from 9 for 16) end,
      shots.scene_id,
      shots.project_id,
      part.position,
      part.chunk ->> 'model',
      part.chunk ->> 'prompt',
      case when part.position = 1 and shots.ratio is null then shots.image_url end,
      (part.chunk ->> 'duration')::numeric,
      part.chunk ->> 'driver_video_url',
      part.chunk ->> 'audio_url',
      v_now,
      v_now
    from shots
    cross join lateral jsonb_array_elements(shots.scene -> 'chunks') with ordinality as part (chunk, position)
  ),

  -- Several scenes may start from one image: it is paid for once
  begun as (
    select
      shots.project_id, shots.scene_id, shots.chunk_id, shots.user_id, shots.position, shots.image_url, shots.ratio,
      shots.image_url is not null and shots.ratio is not null as is_still,
      row_number() over (partition by shots.project_id, shots.image_url, shots.ratio order by shots.position) as place,
      -- The first scene's comes first.
      v_now + shots.position * interval '1 microsecond' as at
    from shots
    where shots.is_begun
  ),

  queued as (
    insert into private.steps (
      step_id, project_id, scene_id, chunk_id, user_id, kind, due_at, input, created_at, updated_at
    )
    select
      'step_' || v_born || overlay(gen_random_uuid()::text placing '' from 9 for 16),
      begun.project_id,
      begun.scene_id,
      begun.chunk_id,
      begun.user_id,
      case when begun.is_still then 'reframe_image' else 'generate_clip' end,
      begun.at,
      case when begun.is_still
        then jsonb_build_object('image_url', begun.image_url, 'aspect_ratio', begun.ratio) else '{}' end,
      begun.at,
      begun.at
    from begun
    where not (begun.is_still and begun.place > 1)
    order by begun.project_id, begun.position
    returning steps.step_id, steps.project_id, steps.scene_id, steps.chunk_id, steps.kind
  )

  insert into public.pipeline_events (project_id, scene_id, chunk_id, type, data, at)
  select
    queued.project_id,
    queued.scene_id,
    queued.chunk_id,
    'step.queued',
    jsonb_build_object('kind', queued.kind, 'step_id', queued.step_id),
    v_now
  from queued;
end;
$$;

comment on function private.insert_films(jsonb, text[]) is
'Inserts scenes and clips of the projects of these plain jobs, in their order, and queues what each film needs first; null: the job has none.';

revoke execute on function private.insert_films(jsonb, text[]) from public, anon, authenticated, service_role;
