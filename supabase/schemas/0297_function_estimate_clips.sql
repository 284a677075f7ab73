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
set enable_mergejoin = off
set enable_hashagg = off
as $$
declare
  v_providers jsonb := private.chosen_providers(p_job -> 'providers');
  v_stills bigint := private.count_stills(p_job);
begin
  if p_job ->> 'execution_mode' = 'test' then
    return 0;
  end if;

  return (
    with
    clips as (
      select
        row_number() over film as position,
        part.chunk ->> 'model' as model,
        (part.chunk ->> 'duration')::numeric as seconds,
        lead(part.position > 1 or shot.scene ->> 'continuity' = 'last_frame') over film as hands_over
      from jsonb_array_elements(p_job -> 'scenes') with ordinality as shot (scene, position)
      cross join lateral jsonb_array_elements(shot.scene -> 'chunks') with ordinality as part (chunk, position)
      window film as (order by shot.position, part.position)
    ),

    pieces (kind, model, seconds, n) as (
      select piece.kind, piece.model, clips.seconds, count(*)
      from clips
      cross join lateral (values
        ('generate_clip', clips.model, true),
        ('extract_last_frame', null, clips.hands_over),
        ('extract_thumbnail', null, clips.position = 1)
      ) as piece (kind, model, is_wanted)
      where piece.is_wanted
      group by piece.kind, piece.model, clips.seconds
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
      select pieces.n * dearest.usd
      from pieces
      cross join lateral (
        select case when count(*) = count(priced.usd) then max(priced.usd) end as usd
        from (
          select pieces.model as name
          union all
          select model_fallbacks.fallback
          from private.model_fallbacks
          where model_fallbacks.model = pieces.model
        ) as models
        cross join lateral (
          select case when v_providers ->> pieces.kind in ('test', 'storage') then 0 else (
            -- One look into the index for each: joined, all prices would be sorted.
            select coalesce(prices.usd_per_call, 0)
              + case when prices.usd_per_second > 0 then prices.usd_per_second * pieces.seconds else 0 end
              + case when prices.usd_per_character > 0 then null else 0 end
            from private.prices
            where prices.kind = pieces.kind
              and prices.model = private.priced_model(
                v_providers ->> pieces.kind, pieces.kind, jsonb_build_object('model', models.name)
              )
          ) end as usd
          offset 0
        ) as priced
      ) as dearest
    )
    select case when count(*) = count(costs.usd) then sum(costs.usd) end
    from costs
  );
end;
$$;

comment on function private.estimate_clips(jsonb) is
'US dollars of the new film of a plain job; null where something has no price. A test costs nothing.';

revoke execute on function private.estimate_clips(jsonb) from public, anon, authenticated, service_role;
