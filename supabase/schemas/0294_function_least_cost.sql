-- A film whose scenes are still being written costs at least what it does with the splitter's.

create or replace function private.least_cost(p_project_id text, p_scenes jsonb default null)
returns table (usd numeric, unpriced text[])
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_scenes jsonb := coalesce(p_scenes, (
    select steps.input -> 'fallback'
    from private.steps
    where steps.project_id = p_project_id
      and steps.kind = 'storyboard'
      and not exists (select 1 from public.scenes where scenes.project_id = p_project_id)
    order by steps.created_at desc, steps.step_id desc
    limit 1
  ), '[]');
begin
  return query
  with
  pieces as (
    select part.clip ->> 'model' as model, private.estimate_cost('generate_clip', part.clip, private.provider_of(
      p_project_id, 'generate_clip', private.chosen_providers(job_requests.providers)
    )) as usd
    from private.job_requests
    cross join jsonb_array_elements(v_scenes) as item (scene)
    cross join jsonb_array_elements(item.scene -> 'chunks') as part (clip)
    where job_requests.project_id = p_project_id
    union all
    select voices.input ->> 'model', private.estimate_cost('generate_voice', voices.input, private.provider_of(
      p_project_id, 'generate_voice', private.chosen_providers(job_requests.providers)
    ))
    from private.job_requests
    join public.projects using (project_id)
    cross join jsonb_array_elements(v_scenes) as item (scene)
    cross join lateral (select jsonb_build_object(
      'model', projects.film_options ->> 'speech_model', 'text', item.scene ->> 'voice_over'
    )) as voices (input)
    where job_requests.project_id = p_project_id
      and item.scene ->> 'voice_over' is not null
  )
  select
    case when count(pieces.model) = count(pieces.usd) then film.usd + coalesce(sum(pieces.usd), 0) end,
    film.unpriced || coalesce(array_agg(distinct pieces.model) filter (where pieces.model is not null and pieces.usd is null), '{}')
  from private.estimate_film(p_project_id) as film
  left join pieces on true
  group by film.usd, film.unpriced;
end;
$$;

comment on function private.least_cost(text, jsonb) is
'US dollars of the whole film, with the clips and voices of p_scenes (null: the splitter''s, until its own are written); null where something has no price, and then what that is.';

revoke execute on function private.least_cost(text, jsonb) from public, anon, authenticated, service_role;
