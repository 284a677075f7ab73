-- As insert_scenes and continue_project, but for many films at once, of which nothing is there yet: the first scene and
-- each that does not go on from the one before begin, with a clip, or with the still that the clip
-- starts from where it has to be made first.

create or replace function private.insert_films(p_jobs jsonb[], p_scenes jsonb[], p_ids text[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now timestamptz := private.clock();
begin
  with
  -- A row for each clip, with its scene. What counts up in a select's own list is kept in no table on the way, as rows of a
  -- function would be. Ids are made of the project's: in place of its last six digits stand the places of scene and clip
  clips as materialized (
    select
      shot.n,
      shot.position,
      shot.part,
      shot.scene,
      shot.chunks -> (shot.part - 1) as chunk,
      substr(p_ids[shot.n], 6, 26) || lpad(to_hex(shot.position), 3, '0') as stem,
      shot.position = 1 or shot.scene ->> 'continuity' <> 'last_frame' as is_begun
    from (
      select
        each.*,
        each.scene -> 'chunks' as chunks,
        generate_series(1, jsonb_array_length(each.scene -> 'chunks')) as part
      from (
        select film.n, film.position, p_scenes[film.n] -> (film.position - 1) as scene
        from (
          select job.n, generate_series(1, jsonb_array_length(p_scenes[job.n])) as position
          from generate_series(1, cardinality(p_ids)) as job (n)
          where p_ids[job.n] is not null
        ) as film
      ) as each
    ) as shot
  ),

  -- The scenes, each at its first clip
  filmed as (
    insert into public.scenes (
      scene_id, project_id, position, prompt, image_url, continuity, metadata, reframe_to, caption, transition,
      reanchored, created_at, updated_at
    )
    select
      'scene_' || clips.stem || '000',
      p_ids[clips.n],
      clips.position,
      clips.scene ->> 'prompt',
      clips.scene ->> 'image_url',
      clips.scene ->> 'continuity',
      coalesce(clips.scene -> 'metadata', '{}'),
      clips.scene ->> 'reframe_to',
      clips.scene ->> 'caption',
      coalesce(clips.scene ->> 'transition', 'cut'),
      coalesce((clips.scene ->> 'reanchored')::boolean, false),
      v_now,
      v_now
    from clips
    where clips.part = 1
  ),

  -- The clips; one that says nothing else has its scene's prompt
  cut as (
    insert into public.video_chunks (
      chunk_id, scene_id, project_id, position, model, prompt, image_url, duration, driver_video_url, audio_url,
      created_at, updated_at
    )
    select
      'chunk_' || clips.stem || lpad(to_hex(clips.part), 3, '0'),
      'scene_' || clips.stem || '000',
      p_ids[clips.n],
      clips.part,
      clips.chunk ->> 'model',
      coalesce(clips.chunk ->> 'prompt', clips.scene ->> 'prompt'),
      case when clips.part = 1 and clips.is_begun and clips.scene ->> 'reframe_to' is null
        then coalesce(clips.scene ->> 'image_url', p_jobs[clips.n] ->> 'image_url') end,
      (clips.chunk ->> 'duration')::numeric,
      clips.chunk ->> 'driver_video_url',
      clips.chunk ->> 'audio_url',
      v_now,
      v_now
    from clips
  ),

  -- The scenes that begin at once; still_of: the image that first has to be brought to the film's aspect ratio
  begun as materialized (
    select
      clips.n,
      clips.position,
      clips.stem,
      clips.scene ->> 'reframe_to' as ratio,
      case when clips.scene ->> 'reframe_to' is not null
        then coalesce(clips.scene ->> 'image_url', p_jobs[clips.n] ->> 'image_url') end as still_of
    from clips
    where clips.is_begun
      and clips.part = 1
  ),

  -- What each of them needs first
  queued as (
    insert into private.steps (
      step_id, project_id, scene_id, chunk_id, user_id, kind, due_at, input, created_at, updated_at
    )
    select
      'step_' || wanted.stem || '001',
      p_ids[wanted.n],
      'scene_' || wanted.stem || '000',
      'chunk_' || wanted.stem || '001',
      p_jobs[wanted.n] ->> 'user_id',
      wanted.kind,
      wanted.at,
      wanted.input,
      wanted.at,
      wanted.at
    from (
      select begun.n, begun.position, begun.stem, 'generate_clip' as kind, '{}'::jsonb as input,
        -- The first scene's comes first.
        v_now + begun.position * interval '1 microsecond' as at
      from begun
      where begun.still_of is null
      union all
      -- Several scenes may start from one image: it is paid for once
      (
        select distinct on (begun.n, begun.still_of, begun.ratio)
          begun.n, begun.position, begun.stem, 'reframe_image',
          jsonb_build_object('image_url', begun.still_of, 'aspect_ratio', begun.ratio),
          v_now + begun.position * interval '1 microsecond'
        from begun
        where begun.still_of is not null
        order by begun.n, begun.still_of, begun.ratio, begun.position
      )
    ) as wanted
    order by wanted.n, wanted.position
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

comment on function private.insert_films(jsonb[], jsonb[], text[]) is
'Inserts scenes and clips of the projects of these plain jobs, in their order, and queues what each film needs first; null: the job has none.';

revoke execute on function private.insert_films(jsonb[], jsonb[], text[]) from public, anon, authenticated, service_role;
