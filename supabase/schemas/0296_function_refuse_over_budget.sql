create or replace function private.refuse_over_budget(p_project_id text, p_scenes jsonb default '[]')
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_max numeric := (select projects.max_cost_usd from public.projects where projects.project_id = p_project_id);
  v_usd numeric;
  v_unpriced text[];
begin
  if v_max is null then
    return;
  end if;

  select
    case when count(pieces.model) = count(pieces.usd) then film.usd + coalesce(sum(pieces.usd), 0) end,
    film.unpriced || coalesce(array_agg(distinct pieces.model) filter (where pieces.model is not null and pieces.usd is null), '{}')
  into v_usd, v_unpriced
  from private.estimate_film(p_project_id) as film
  left join (
    select part.clip ->> 'model' as model, private.estimate_cost('generate_clip', part.clip, private.provider_of(
      p_project_id, 'generate_clip', coalesce(job_requests.providers, '{"generate_clip": "fal"}')
    )) as usd
    from private.job_requests
    cross join jsonb_array_elements(p_scenes) as item (scene)
    cross join jsonb_array_elements(item.scene -> 'chunks') as part (clip)
    where job_requests.project_id = p_project_id
    union all
    select voices.input ->> 'model', private.estimate_cost('generate_voice', voices.input, private.provider_of(
      p_project_id, 'generate_voice', coalesce(job_requests.providers, '{"generate_voice": "fal"}')
    ))
    from private.job_requests
    join public.projects using (project_id)
    cross join jsonb_array_elements(p_scenes) as item (scene)
    cross join lateral (select jsonb_build_object(
      'model', projects.film_options ->> 'speech_model', 'text', item.scene ->> 'voice_over'
    )) as voices (input)
    where job_requests.project_id = p_project_id
      and item.scene ->> 'voice_over' is not null
  ) as pieces on true
  group by film.usd, film.unpriced;

  if v_usd is null or v_usd > v_max then
    raise exception 'Cannot create project: it does not fit into its budget' using
      errcode = 'RL402',
      detail = jsonb_build_object(
        'outcome', 'over_budget', 'estimated_cost_usd', v_usd, 'max_cost_usd', v_max, 'unpriced', to_jsonb(v_unpriced)
      )::text;
  end if;
end;
$$;

comment on function private.refuse_over_budget(text, jsonb) is
'Raises RL402 where a new film, and the clips and voices of p_scenes besides, cost more than its max_cost_usd, or an unknown sum.';

revoke execute on function private.refuse_over_budget(text, jsonb) from public, anon, authenticated, service_role;
