-- What was spent, what is reserved, and what is left to do; a clip counts as the dearer one of its
-- model and that model's fallback. One try of each: what is tried again after it was paid for adds
-- to what was spent.

create or replace function private.estimate_film(p_project_id text)
returns table (usd numeric, unpriced text[])
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return query
  with
  chosen (providers) as (
    select private.chosen_providers(
      (select job_requests.providers from private.job_requests where job_requests.project_id = p_project_id)
    )
  ),

  -- Equal pieces of work are priced once; one that somebody is at already is an attempt's
  pieces as (
    select remaining.kind, (array_agg(remaining.input))[1] as input, count(*) as n
    from private.remaining_work(p_project_id) as remaining
    where not exists (
      select 1
      from private.steps
      join private.attempts using (step_id)
      where steps.project_id = p_project_id
        and steps.kind = remaining.kind
        and (
          steps.chunk_id is not distinct from remaining.chunk_id
          -- They outlive the take that they were asked for with.
          or steps.kind in ('generate_voice', 'reframe_image') and steps.input = remaining.input
        )
        and steps.status not in ('queued', 'completed', 'failed', 'cancelled')
        and attempts.status in ('created', 'submitted', 'in_progress', 'lost')
    )
    group by remaining.kind, remaining.input ->> 'model', remaining.seconds, char_length(remaining.input ->> 'text')
  ),

  -- Each with each model that may do it
  work as (
    select
      pieces.kind,
      pieces.input,
      pieces.n,
      models.name,
      private.estimate_cost(
        pieces.kind,
        pieces.input || jsonb_build_object('model', models.name),
        private.provider_of(p_project_id, pieces.kind, chosen.providers)
      ) as usd
    from chosen
    cross join pieces
    cross join lateral (
      select pieces.input ->> 'model' as name
      union
      select model_fallbacks.fallback
      from private.model_fallbacks
      where model_fallbacks.model = pieces.input ->> 'model'
    ) as models
  ),

  spent as (
    select
      -- Of a film that is begun again its first attempts may be pruned: the ledger is not.
      private.committed_on(p_project_id) as usd,
      array_agg(steps.kind) filter (where private.attempt_cost(attempts) is null) as unpriced
    from private.steps
    join private.attempts using (step_id)
    where steps.project_id = p_project_id
      and not private.is_free_kind(steps.kind)
  )

  select
    case when unknown.names is null then spent.usd + dearest.usd end,
    coalesce(unknown.names, '{}')
  from spent
  cross join (
    select coalesce(sum(priced.usd), 0) as usd
    from (select max(work.usd) * work.n as usd from work group by work.kind, work.input, work.n) as priced
  ) as dearest
  cross join (
    select array_agg(distinct names.name) as names
    from (
      select coalesce(work.name, work.kind) from work where work.usd is null
      union all
      select unnest(spent.unpriced) from spent
    ) as names (name)
  ) as unknown;
end;
$$;

comment on function private.estimate_film(text) is
'US dollars of the whole film; null where something has no price, and then what that is.';

revoke execute on function private.estimate_film(text) from public, anon, authenticated, service_role;
