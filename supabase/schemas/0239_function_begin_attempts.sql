-- queued → running, each with an attempt that is created
--
-- The attempt exists, its input frozen, before the provider is called. All at once: ten steps are one statement.

create or replace function private.begin_attempts(p_step_ids text[], p_providers jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_work jsonb;
begin
  with
  leased as (
    update private.steps
    set
      status = 'running',
      provider = case
        when projects.execution_mode = 'test' then private.provider_of(steps.project_id, steps.kind, p_providers)
        else p_providers ->> steps.kind
      end,
      attempt_count = steps.attempt_count + 1,
      claim_token = gen_random_uuid(),
      due_at = v_now + make_interval(secs => coalesce(
        (
          select (settings.value #>> '{}')::double precision
          from private.settings
          where settings.name = 'lease_seconds.' || steps.kind
        ),
        private.setting('lease_seconds.' || steps.kind)::double precision
      )),
      updated_at = v_now
    from public.projects
    where steps.step_id = any (p_step_ids)
      and projects.project_id = steps.project_id
    returning steps as step, projects.aspect_ratio, projects.metadata ? 'traceparent' as is_traced
  ),
  asked as materialized (
    select
      (leased.step).*,
      private.input_of(leased.step, leased.aspect_ratio, video_chunks)
        || private.film_flag(leased.step, p_providers) as asked_input
    from leased
    left join public.video_chunks on video_chunks.chunk_id = (leased.step).chunk_id
  ),
  begun as (
    insert into private.attempts (
      step_id, number, provider, input, input_hash, estimated_cost_usd, created_at, sent_at
    )
    select
      asked.step_id,
      asked.attempt_count,
      asked.provider,
      asked.asked_input,
      encode(sha256(convert_to(asked.asked_input::text, 'UTF8')), 'hex'),
      private.estimate_cost(asked.kind, asked.asked_input, asked.provider),
      v_now,
      case
        when asked.kind not in ('store_film', 'store_captions', 'check_frame', 'cancel_request')
          and p_providers -> 'announced' ? asked.provider then 'infinity'::timestamptz
      end
    from asked
    returning attempts as attempt
  ),
  -- As private.sign does, the key read once
  signed as (
    select begun.attempt, encode(extensions.hmac('attempt:' || (begun.attempt).attempt_id, key.value, 'sha256'), 'hex') as signature
    from begun
    cross join (select settings.value #>> '{}' as value from private.settings where settings.name = 'token_key') as key
  )
  select coalesce(jsonb_agg(
    private.step_work(
      leased.step, signed.attempt, 'start', v_now, signed.signature,
      case when leased.is_traced then private.traceparent_of((leased.step).project_id, (signed.attempt).attempt_id) end
    )
    order by array_position(p_step_ids, (leased.step).step_id)
  ), '[]')
  into v_work
  from signed
  join leased on (leased.step).step_id = (signed.attempt).step_id;

  return v_work;
end;
$$;

comment on function private.begin_attempts(text[], jsonb) is
'Begins an attempt of each of these steps, which the caller has locked; the work for the runner, in their order.';

revoke execute on function private.begin_attempts(text[], jsonb) from public, anon, authenticated, service_role;
