-- What estimate_film comes to for a film of which nothing is made yet and that has neither sound nor
-- captions: by its clips alone, before they have rows.

create or replace function private.estimate_clips(
  p_providers jsonb,
  p_models text[],
  p_seconds numeric[],
  p_continues boolean[],
  p_stills bigint
)
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
-- The lengths of its arrays would have it planned each time.
set plan_cache_mode = force_generic_plan
-- Planned for a thousand times as many rows as there are, a hash table is megabytes of zeroes.
set enable_hashjoin = off
set enable_hashagg = off
as $$
declare
  v_providers jsonb := coalesce(
    nullif(p_providers, 'null'),
    '{"reframe_image": "fal", "generate_clip": "fal", "extract_last_frame": "fal", "extract_thumbnail": "fal",
      "stitch": "fal"}'
  );
begin
  return (
    with
    clips as (
      select clip.*
      from unnest(p_models, p_seconds, p_continues) with ordinality as clip (model, seconds, continues, position)
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
      select 'reframe_image', null, null, p_stills
      where p_stills > 0
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

comment on function private.estimate_clips(jsonb, text[], numeric[], boolean[], bigint) is
'US dollars of a new film of these clips, in order: their models, their seconds, whether each continues the one before, and how many stills are made first; null where something has no price.';

revoke execute on function private.estimate_clips(jsonb, text[], numeric[], boolean[], bigint)
from public, anon, authenticated, service_role;
