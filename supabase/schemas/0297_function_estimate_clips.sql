-- What estimate_film comes to for a film of which nothing is made yet and that has neither sound nor
-- captions: by its clips alone, before they have rows.

create or replace function private.estimate_clips(p_job jsonb)
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
-- Planned for a thousand times as many rows as there are, a hash table is megabytes of zeroes.
set enable_hashjoin = off
set enable_hashagg = off
as $$
declare
  v_providers jsonb := coalesce(
    nullif(p_job -> 'providers', 'null'),
    '{"reframe_image": "fal", "generate_clip": "fal", "extract_last_frame": "fal", "extract_thumbnail": "fal",
      "stitch": "fal"}'
  );
  v_stills bigint := private.count_stills(p_job);
begin
  if p_job ->> 'execution_mode' = 'test' then
    return 0;
  end if;

  return (
    with
    clips as (
      select
        row_number() over (order by shot.position, part.position) as position,
        part.chunk ->> 'model' as model,
        (part.chunk ->> 'duration')::numeric as seconds,
        part.position > 1 or shot.scene ->> 'continuity' = 'last_frame' as continues
      from jsonb_array_elements(p_job -> 'scenes') with ordinality as shot (scene, position)
      cross join lateral jsonb_array_elements(shot.scene -> 'chunks') with ordinality as part (chunk, position)
    ),

    pieces (kind, model, seconds, n) as (
      select 'generate_clip', clips.model, clips.seconds, count(*)
      from clips
      group by clips.model, clips.seconds
      union all
      select 'extract_last_frame', null, clips.seconds, count(*)
      from clips
      join clips as following on following.position = clips.position + 1
      where following.continues
      group by clips.seconds
      union all
      select 'extract_thumbnail', null, clips.seconds, 1
      from clips
      where clips.position = 1
      union all
      select 'stitch', null, case when count(*) = count(clips.seconds) then sum(clips.seconds) end, 1
      from clips
      having count(*) > 1
      union all
      select 'reframe_image', null, null, v_stills
      where v_stills > 0
    ),

    -- The dearest of the models that may do it; without a price of each nobody knows
    costs (usd) as (
      select pieces.n * case when count(*) = count(priced.usd) then max(priced.usd) end
      from pieces
      cross join lateral (select v_providers ->> pieces.kind as provider) as chosen
      cross join lateral (
        select pieces.model as name
        union
        select model_fallbacks.fallback
        from private.model_fallbacks
        where model_fallbacks.model = pieces.model
      ) as models
      left join lateral (
        select 0 as usd
        where chosen.provider in ('test', 'storage')
        union all
        select coalesce(prices.usd_per_call, 0)
          + case when prices.usd_per_second > 0 then prices.usd_per_second * pieces.seconds else 0 end
          + case when prices.usd_per_character > 0 then null else 0 end
        from private.prices
        where chosen.provider not in ('test', 'storage')
          and prices.kind = pieces.kind
          and prices.model = private.priced_model(
            chosen.provider, pieces.kind, jsonb_build_object('model', models.name)
          )
      ) as priced on true
      group by pieces.kind, pieces.model, pieces.seconds, pieces.n
    )
    select case when count(*) = count(costs.usd) then sum(costs.usd) end
    from costs
  );
end;
$$;

comment on function private.estimate_clips(jsonb) is
'US dollars of the new film of a plain job; null where something has no price. A test costs nothing.';

revoke execute on function private.estimate_clips(jsonb) from public, anon, authenticated, service_role;
