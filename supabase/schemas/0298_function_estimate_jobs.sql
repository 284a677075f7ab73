create or replace function private.estimate_jobs(p_jobs jsonb, p_taken boolean[])
returns numeric[]
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- Planned for a thousand times as many rows as there are, a hash table is megabytes of zeroes.
set enable_hashjoin = off
set enable_hashagg = off
as $$
begin
  return (
    with
    clips as (
      select
        item.n,
        case when item.job ->> 'execution_mode' is distinct from 'test'
          then coalesce(item.job -> 'providers', 'null') end as providers,
        shot.position as scene,
        part.position,
        part.chunk ->> 'model' as model,
        (part.chunk ->> 'duration')::numeric as seconds,
        part.position > 1 or shot.scene ->> 'continuity' = 'last_frame' as continues,
        case
          when part.position = 1
            and (shot.position = 1 or shot.scene ->> 'continuity' <> 'last_frame')
            and shot.scene ->> 'reframe_to' is not null
          then jsonb_build_array(
            coalesce(shot.scene ->> 'image_url', item.job ->> 'image_url'), shot.scene ->> 'reframe_to'
          )
        end as still
      from jsonb_array_elements(p_jobs) with ordinality as item (job, n)
      cross join lateral jsonb_array_elements(item.job -> 'scenes') with ordinality as shot (scene, position)
      cross join lateral jsonb_array_elements(shot.scene -> 'chunks') with ordinality as part (chunk, position)
      where p_taken[item.n]
    ),

    films as (
      select
        clips.n,
        array_agg(clips.model order by clips.scene, clips.position) as models,
        array_agg(clips.seconds order by clips.scene, clips.position) as seconds,
        array_agg(clips.continues order by clips.scene, clips.position) as continues,
        count(distinct clips.still) filter (where clips.still ->> 0 is not null) as stills,
        clips.providers
      from clips
      group by clips.n, clips.providers
    ),

    -- Most jobs of a moment ask for films of one shape
    shapes as (
      select
        shape.*,
        case
          when shape.providers is null then 0
          else private.estimate_clips(shape.providers, shape.models, shape.seconds, shape.continues, shape.stills)
        end as usd
      from (
        select distinct films.models, films.seconds, films.continues, films.stills, films.providers
        from films
      ) as shape
    )

    select array_agg(shapes.usd order by each.n)
    from generate_series(1, jsonb_array_length(p_jobs)) as each (n)
    left join films using (n)
    left join shapes
      on shapes.models = films.models
      and shapes.seconds is not distinct from films.seconds
      and shapes.continues = films.continues
      and shapes.stills = films.stills
      and shapes.providers is not distinct from films.providers
  );
end;
$$;

comment on function private.estimate_jobs(jsonb, boolean[]) is
'What estimate_film will say of the film of each plain job that is taken, in the order of the jobs. A test costs nothing.';

revoke execute on function private.estimate_jobs(jsonb, boolean[]) from public, anon, authenticated, service_role;
