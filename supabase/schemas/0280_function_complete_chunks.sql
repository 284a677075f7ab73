-- chunks → COMPLETED; then the last frame of each, or the end of its scene

create or replace function private.complete_chunks(p_chunk_ids text[], p_inputs jsonb[], p_outputs jsonb[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- A plan from when the tables were small is kept; there is an index for each of these joins.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_now timestamptz := private.clock();
  v_project_ids text[];
  v_inner_ids text[];
  v_last_ids text[];
  v_last_outputs jsonb[];
begin
  with
  done as (
    update public.video_chunks
    set
      status = 'COMPLETED',
      kling_video_url = given.output ->> 'video_url',
      kling_completed_at = v_now,
      input_hash = private.clip_hash(given.input),
      progress = 100,
      error_message = null
    from unnest(p_chunk_ids, p_inputs, p_outputs) as given (chunk_id, input, output)
    where video_chunks.chunk_id = given.chunk_id
      -- Said twice, as in update_progress.
      and video_chunks.chunk_id = any (p_chunk_ids)
      and video_chunks.status not in ('COMPLETED', 'FAILED', 'CANCELLED')
    returning
      video_chunks.chunk_id, video_chunks.project_id, video_chunks.scene_id, video_chunks.position, video_chunks.take,
      video_chunks.duration, video_chunks.model, given.output
  ),

  kept as (
    insert into public.media (project_id, scene_id, type, url, width, height, duration, metadata)
    select
      done.project_id, done.scene_id, 'generated-video', done.output ->> 'video_url',
      (done.output ->> 'width')::numeric, (done.output ->> 'height')::numeric,
      coalesce((done.output ->> 'duration')::numeric, done.duration),
      jsonb_build_object('chunk_id', done.chunk_id, 'model', done.model)
    from done
  )

  select
    array_agg(done.project_id),
    array_agg(done.chunk_id) filter (where following.chunk_id is not null),
    array_agg(done.chunk_id) filter (where following.chunk_id is null),
    array_agg(done.output) filter (where following.chunk_id is null)
  into v_project_ids, v_inner_ids, v_last_ids, v_last_outputs
  from done
  left join public.video_chunks as following
    on following.scene_id = done.scene_id
    and following.take = done.take
    and following.position = done.position + 1;

  perform private.update_progress(v_project_ids);

  if v_inner_ids is not null then
    -- A scene looks like its beginning.
    update public.scenes
    set thumbnail_url = given.output ->> 'thumbnail_url'
    from unnest(p_chunk_ids, p_outputs) as given (chunk_id, output)
    join public.video_chunks using (chunk_id)
    where video_chunks.chunk_id = any (v_inner_ids)
      and video_chunks.position = 1
      and scenes.scene_id = video_chunks.scene_id
      and given.output ->> 'thumbnail_url' is not null;
    perform private.ask_for_frames(v_inner_ids);
  end if;

  if v_last_ids is not null then
    perform private.finish_scene_clips(v_last_ids, v_last_outputs);
  end if;
end;
$$;

comment on function private.complete_chunks(text[], jsonb[], jsonb[]) is
'PENDING | SUBMITTED | IN_PROGRESS → COMPLETED, once, with what each was made from and what was made. The caller holds their projects'' locks.';

revoke execute on function private.complete_chunks(text[], jsonb[], jsonb[]) from public, anon, authenticated, service_role;
