-- Plain: nothing is to be approved, written, revised or heard, and no clip waits for another scene's still. A
-- shape is what estimate_clips reads of a job, and nothing else of it; JSON's own quotes keep its words apart.

create or replace function private.job_shapes(p_jobs jsonb[], p_scenes jsonb[])
returns text[]
language plpgsql
immutable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
  return array(
    select case
      when num_nonnulls(item.job ->> 'stop_at', item.job ->> 'max_cost_usd') = 0
        and item.job ->> 'is_revision' is distinct from 'true'
        and item.job ->> 'storyboard' is distinct from 'model'
        and not coalesce(item.job -> 'film_options' ?| array['music', 'captions'], false)
      then (
        select case
          when not bool_and(
            clip.chunk is not null
            and clip.scene ->> 'audio_url' is null
            and clip.scene ->> 'voice_over' is null
            and (clip.ratio is null or clip.continuity is distinct from 'shared_keyframe')
          ) then null
          when item.job ->> 'execution_mode' = 'test' then 'test'
          else concat(
            item.job ->> 'providers',
            string_agg(
              coalesce(clip.chunk ->> 'duration', '') || coalesce((clip.chunk -> 'model')::text, 'null')
              || case when clip.part > 1 or clip.continuity = 'last_frame' then '+' else '-' end
              || case when clip.still_of is null then '' else '*' end,
              ''
            ),
            -- One image is one still; of several, some may be the same
            case when count(clip.still_of) > 1 then private.count_stills(item.job) end
          )
        end
        from (
          select
            each.scene,
            each.part,
            each.chunks -> (each.part - 1) as chunk,
            each.scene ->> 'continuity' as continuity,
            each.ratio,
            case when each.ratio is not null and each.part = 1
              then coalesce(each.scene ->> 'image_url', item.job ->> 'image_url') end as still_of
          from (
            select
              shot.scene,
              shot.scene -> 'chunks' as chunks,
              shot.scene ->> 'reframe_to' as ratio,
              -- A row for a scene that has no clip, too
              generate_series(1, greatest(jsonb_array_length(shot.scene -> 'chunks'), 1)) as part
            from (
              select p_scenes[item.n] -> (counted.position - 1) as scene
              from (select generate_series(1, jsonb_array_length(p_scenes[item.n])) as position) as counted
            ) as shot
          ) as each
          -- Taken out once, and not wherever it is named above
          offset 0
        ) as clip
      )
    end
    from (select each.n, p_jobs[each.n] as job from generate_series(1, cardinality(p_jobs)) as each (n)) as item
  );
end;
$$;

comment on function private.job_shapes(jsonb[], jsonb[]) is
'The shape of the film of each plain job, with its scenes beside it: films of one shape have one estimate. Null: the job is not plain, so what its film needs first is not known from it alone.';

revoke execute on function private.job_shapes(jsonb[], jsonb[]) from public, anon, authenticated, service_role;
