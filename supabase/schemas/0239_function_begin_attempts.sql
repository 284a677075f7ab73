-- queued → running, each with an attempt that is created
--
-- The attempt exists, its input frozen, before the provider is called. Ten steps are one statement, as one is: parts of it
-- that were functions of their own would be statements of their own. What few of them need (a flag, a last image) is asked
-- of no other.

create or replace function private.begin_attempts(p_step_ids text[], p_providers jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  -- Of this claim, whichever of its steps it is shown for
  v_claim_token uuid := gen_random_uuid();
  v_ids text[] := private.new_ids('att', coalesce(cardinality(p_step_ids), 0));
  v_work jsonb;
begin
  with
  -- The steps, each under a lease, with what of its film its input needs
  leased as (
    update private.steps
    set
      status = 'running',
      provider = case
        when film.execution_mode = 'test' then private.provider_of(steps.project_id, steps.kind, p_providers)
        else p_providers ->> steps.kind
      end,
      attempt_count = steps.attempt_count + 1,
      claim_token = v_claim_token,
      due_at = v_now + make_interval(secs => coalesce(
        (lease.value #>> '{}')::double precision,
        private.setting('lease_seconds.' || steps.kind)::double precision
      )),
      updated_at = v_now
    from private.steps as due
    -- Offset 0: found by its key, for each step, and never by reading all films.
    cross join lateral (
      select projects.aspect_ratio, projects.execution_mode, projects.metadata ? 'traceparent' as is_traced
      from public.projects
      where projects.project_id = due.project_id
      offset 0
    ) as film
    left join private.settings as lease on lease.name = 'lease_seconds.' || due.kind
    where due.step_id = any (p_step_ids)
      and steps.step_id = due.step_id
    returning
      steps as step, steps.step_id, steps.kind, steps.scene_id, steps.chunk_id, steps.project_id, steps.provider,
      steps.attempt_count, film.aspect_ratio, film.is_traced
  ),
  -- What each asks for, of whom, and whether its call is announced first
  asked as materialized (
    select
      leased.step_id,
      leased.kind,
      leased.project_id,
      leased.provider,
      leased.attempt_count,
      leased.is_traced,
      v_ids[array_position(p_step_ids, leased.step_id)] as attempt_id,
      case
        -- is_free_kind, in place: a call for each step would be felt
        when leased.kind not in ('store_film', 'store_captions', 'check_frame', 'cancel_request')
          and p_providers -> 'announced' ? leased.provider then 'infinity'::timestamptz
      end as sent_at,
      private.input_of(leased.step, leased.aspect_ratio, video_chunks, leased.kind = 'generate_clip' and coalesce((
        select following.continuity = 'shared_keyframe'
        from public.scenes
        join public.scenes as following
          on following.project_id = scenes.project_id
          and following.position = scenes.position + 1
        where scenes.scene_id = leased.scene_id
      ), false)) || case
        when leased.kind in ('stitch', 'mix_music', 'burn_captions') then private.film_flag(leased.step, p_providers)
        else '{}'
      end as input
    from leased
    left join public.video_chunks on video_chunks.chunk_id = leased.chunk_id
  ),
  -- The attempts, each with what it is expected to cost
  begun as (
    insert into private.attempts (
      attempt_id, step_id, number, provider, input, input_hash, estimated_cost_usd, created_at, sent_at
    )
    select
      asked.attempt_id,
      asked.step_id,
      asked.attempt_count,
      asked.provider,
      asked.input,
      encode(sha256(convert_to(asked.input::text, 'UTF8')), 'hex'),
      case
        when asked.provider in ('test', 'storage') then 0
        when prices.model is not null then private.priced_cost(prices, asked.kind, asked.input)
      end,
      v_now,
      asked.sent_at
    from asked
    left join private.prices
      on prices.kind = asked.kind
      and prices.model = private.priced_model(asked.provider, asked.kind, asked.input)
  )
  -- The work for the runner, as step_work has it, but as rows: they are written out as JSON once, all together
  select coalesce(jsonb_agg(work order by array_position(p_step_ids, work.step_id)), '[]')
  into v_work
  from (
    select
      'step' as kind,
      asked.step_id,
      asked.kind as step,
      'start' as mode,
      v_claim_token as claim_token,
      asked.project_id,
      attempt
    from asked
    -- As private.sign does, the key read once
    cross join (select settings.value #>> '{}' as value from private.settings where settings.name = 'token_key') as key
    cross join lateral (
      select
        asked.attempt_id,
        asked.attempt_id || '.' || encode(extensions.hmac('attempt:' || asked.attempt_id, key.value, 'sha256'), 'hex') as attempt_token,
        asked.attempt_count as number,
        case when asked.is_traced then private.traceparent_of(asked.project_id, asked.attempt_id) end as traceparent,
        asked.provider,
        asked.input,
        null as request_id,
        null as status_url,
        null as response_url,
        null as cancel_url,
        v_now as created_at,
        0 as age_seconds,
        asked.sent_at is not null as announce
    ) as attempt
  ) as work;

  return v_work;
end;
$$;

comment on function private.begin_attempts(text[], jsonb) is
'Begins an attempt of each of these steps, which the caller has locked; the work for the runner, in their order.';

revoke execute on function private.begin_attempts(text[], jsonb) from public, anon, authenticated, service_role;
