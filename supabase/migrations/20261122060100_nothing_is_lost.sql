alter table private.attempts add column sent_at timestamptz;

comment on column private.attempts.sent_at is
'When its runner announced the call; infinity: it has not, so that nothing was sent; null: its runner announces nothing.';

drop function private.lose_attempt(text, text);

--! altered supabase/schemas/0150_table_attempts.sql sha256:58da6992cdc3c8cae9bf8dc368362961035984cfcd89c9a9d98748287b1f1588

--! included supabase/schemas/0230_function_due_steps.sql
-- Which steps a runner may have next, in order: overdue ones first (they hold their place at the
-- provider already), then new ones, as many as provider and user have room for and the day's spending
-- cap reaches for, users taking turns.
--
-- Where a limit or the cap is set, claims go one after the other, so that what is counted here is still true
-- when the step is claimed.

create or replace function private.due_steps(p_limit integer, p_providers jsonb)
returns table (step_id text, status text, place bigint)
language plpgsql
volatile
security invoker
rows 20
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_budget numeric;
begin
  if exists (select 1 from private.providers where providers.name = '*' and providers.is_paused) then
    return;
  end if;
  if private.setting('max_usd_per_day') > 0
    or exists (
      select 1
      from private.providers
      where coalesce(providers.max_in_flight, providers.max_in_flight_per_user) is not null
        or providers.failures_in_a_row >= private.setting('breaker_failures')
    ) then
    perform pg_advisory_xact_lock(hashtextextended('claim', 0));
    v_budget := private.budget_left();
  end if;
  if v_budget = 0 and exists (
    select 1
    from private.steps
    where steps.status = 'queued'
      and steps.due_at <= v_now
      and steps.kind not in ('store_film', 'cancel_request')
  ) then
    perform private.note_spending_cap();
  end if;

  return query
  with
  overdue as (
    select steps.step_id, steps.status, steps.due_at
    from private.steps
    where steps.status in ('running', 'waiting')
      and steps.due_at <= v_now
      and p_providers ? steps.kind
    order by steps.due_at
    limit p_limit
  ),
  fresh as (
    select queued.step_id, queued.turn, queued.due_at
    from private.affordable_steps(p_limit, p_providers, v_now, v_budget) as queued
  )
  select ordered.step_id, ordered.status, row_number() over (order by ordered.turn, ordered.due_at)
  from (
    select overdue.step_id, overdue.status, 0::bigint as turn, overdue.due_at from overdue
    union all
    select fresh.step_id, 'queued', fresh.turn, fresh.due_at from fresh
  ) as ordered
  order by ordered.turn, ordered.due_at
  limit p_limit;
end;
$$;

comment on function private.due_steps(integer, jsonb) is
'Up to p_limit steps that are due and allowed, fair between users. The caller locks them.';

revoke execute on function private.due_steps(integer, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0230_function_queued_steps.sql
-- A user's n-th due step has turn n plus what is in flight for the user already: whoever has least
-- comes first, and five hundred films of one user do not hold up another one's first. Of one user's
-- steps those go first that bring a film nearer to its end.
--
-- Giving a request up takes no place at a provider, it makes one: no limit holds it back.
--
-- What is read grows with the users who wait, not with the steps that do.

create or replace function private.queued_steps(p_limit integer, p_providers jsonb, p_now timestamptz)
returns table (step_id text, turn bigint, due_at timestamptz)
language sql
volatile
security invoker
rows 20
set search_path = ''
as $$
  with recursive
  -- The first step of each user and kind, by hopping along the index from one pair to the next
  firsts (user_id, kind, due_at) as (
    (
      select steps.user_id, steps.kind, steps.due_at
      from private.steps
      where steps.status = 'queued'
      order by steps.user_id, steps.kind, steps.due_at
      limit 1
    )
    union all
    select next.user_id, next.kind, next.due_at
    from firsts
    cross join lateral (
      select steps.user_id, steps.kind, steps.due_at
      from private.steps
      where steps.status = 'queued'
        and (steps.user_id, steps.kind) > (firsts.user_id, firsts.kind)
      order by steps.user_id, steps.kind, steps.due_at
      limit 1
    ) as next
  ),
  -- What is in flight, by provider and user
  in_flight as (
    select steps.provider, steps.user_id, count(*) as n
    from private.steps
    where steps.status in ('running', 'waiting')
      and steps.kind <> 'cancel_request'
    group by steps.provider, steps.user_id
  ),
  -- Room at each open provider; one step at a time feels the way after a row of failures
  room as (
    select
      providers.name,
      providers.max_in_flight_per_user,
      least(
        p_limit,
        providers.max_in_flight - coalesce(sum(in_flight.n), 0),
        case when providers.failures_in_a_row >= private.setting('breaker_failures') then 1 - (
          select count(*)
          from private.steps
          where steps.provider = providers.name
            and steps.status = 'running'
            and steps.kind <> 'cancel_request'
            and steps.updated_at >= providers.held_until
        ) end
      ) as n
    from private.providers
    left join in_flight on in_flight.provider = providers.name
    where not providers.is_paused
      and coalesce(providers.held_until <= p_now, true)
    group by providers.name
  ),
  -- Who may begin something there, with the turn of the first step
  openings as (
    select distinct on (firsts.user_id, kinds.provider, firsts.kind = 'cancel_request')
      firsts.user_id,
      kinds.provider,
      firsts.kind = 'cancel_request' as is_free,
      firsts.due_at,
      coalesce(in_flight.n, 0) as before
    from firsts
    join jsonb_each_text(p_providers) as kinds (name, provider) on kinds.name = firsts.kind
    join room on room.name = kinds.provider
    left join in_flight on in_flight.user_id = firsts.user_id and in_flight.provider = kinds.provider
    where firsts.due_at <= p_now
    order by firsts.user_id, kinds.provider, firsts.kind = 'cancel_request', firsts.kind = 'generate_clip', firsts.due_at
  ),
  -- No other user's steps can be among the first p_limit
  nearest as (
    select ranked.*
    from (
      select
        openings.*,
        row_number() over (
          partition by openings.provider, openings.is_free order by openings.before, openings.due_at
        ) as rank
      from openings
    ) as ranked
    where ranked.rank <= p_limit
  ),
  -- Their first due steps, with their turn
  turns as (
    select
      due.step_id,
      due.due_at,
      nearest.provider,
      nearest.is_free,
      nearest.before + row_number() over (
        partition by nearest.user_id, nearest.provider, nearest.is_free
        order by kinds.name = 'generate_clip', due.due_at
      ) as turn
    from nearest
    join jsonb_each_text(p_providers) as kinds (name, provider)
      on kinds.provider = nearest.provider
      and (kinds.name = 'cancel_request') = nearest.is_free
    cross join lateral (
      select steps.step_id, steps.due_at
      from private.steps
      where steps.status = 'queued'
        and steps.user_id = nearest.user_id
        and steps.kind = kinds.name
        and steps.due_at <= p_now
      order by steps.due_at
      limit p_limit
    ) as due
  ),
  -- As many as each provider has room for
  allowed as (
    select
      turns.*,
      room.n as room,
      row_number() over (partition by turns.provider, turns.is_free order by turns.turn, turns.due_at) as place
    from turns
    join room on room.name = turns.provider
    where turns.is_free
      or turns.turn <= coalesce(room.max_in_flight_per_user, turns.turn)
  )
  select allowed.step_id, allowed.turn, allowed.due_at
  from allowed
  where allowed.is_free
    or allowed.place <= allowed.room
  order by allowed.turn, allowed.due_at
  limit p_limit;
$$;

comment on function private.queued_steps(integer, jsonb, timestamptz) is
'Due queued steps within the limits of their providers, users taking turns.';

revoke execute on function private.queued_steps(integer, jsonb, timestamptz)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0235_function_affordable_steps.sql
-- A step is begun while what is spent, and what the steps before it in this claim will cost, has not
-- reached the day's cap. What costs nothing or saves what was paid for goes on.

create or replace function private.affordable_steps(
  p_limit integer,
  p_providers jsonb,
  p_now timestamptz,
  p_budget numeric
)
returns table (step_id text, turn bigint, due_at timestamptz)
language sql
volatile
security invoker
rows 20
set search_path = ''
as $$
  select priced.step_id, priced.turn, priced.due_at
  from (
    select
      queued.*,
      steps.kind in ('store_film', 'cancel_request') as is_free,
      sum(case
        when p_budget is null or steps.kind in ('store_film', 'cancel_request') then 0
        else coalesce(private.estimate_cost(steps.kind, private.step_input(steps), p_providers ->> steps.kind), 0)
      end) over (
        order by queued.turn, queued.due_at, queued.step_id
        rows between unbounded preceding and 1 preceding
      ) as before_usd
    from private.queued_steps(p_limit, p_providers, p_now) as queued
    join private.steps using (step_id)
  ) as priced
  where p_budget is null
    or priced.is_free
    or coalesce(priced.before_usd, 0) < p_budget;
$$;

comment on function private.affordable_steps(integer, jsonb, timestamptz, numeric) is
'Of the queued steps that may be had, those that the day''s budget (null: no cap) reaches for.';

revoke execute on function private.affordable_steps(integer, jsonb, timestamptz, numeric)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_attempt_for_runner.sql
create or replace function private.attempt_for_runner(p_attempt private.attempts)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'attempt_id', p_attempt.attempt_id,
    'attempt_token', p_attempt.attempt_id || '.' || private.sign('attempt', p_attempt.attempt_id),
    'number', p_attempt.number,
    'provider', p_attempt.provider,
    'input', p_attempt.input,
    'request_id', p_attempt.request_id,
    'status_url', p_attempt.status_url,
    'response_url', p_attempt.response_url,
    'cancel_url', p_attempt.cancel_url,
    'created_at', p_attempt.created_at,
    'age_seconds', extract(epoch from private.clock() - p_attempt.created_at),
    'announce', coalesce(p_attempt.sent_at = 'infinity', false)
  );
$$;

comment on function private.attempt_for_runner(private.attempts) is
'An attempt as the runner sees it, with the token that goes into the callback URL.';

revoke execute on function private.attempt_for_runner(private.attempts) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_claim_step.sql
-- queued → running · waiting stays waiting, under a lease · running with a lease that ran out → waiting,
-- or queued where nothing was sent
--
-- A runner that died between its call and our commit may have been understood by the provider: its
-- attempt is lost, and looked up before anything else. Steps that may safely be done twice start again.

create or replace function private.claim_step(p_step private.steps, p_providers jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_claim_token uuid := gen_random_uuid();
  v_lease_until timestamptz := v_now
    + make_interval(secs => private.setting('lease_seconds.' || p_step.kind)::double precision);
  v_attempt private.attempts;
  v_mode text;
begin
  select attempts.*
  into v_attempt
  from private.attempts
  where attempts.step_id = p_step.step_id
  order by attempts.number desc
  limit 1;

  if p_step.status = 'running' and v_attempt.status = 'created' and v_attempt.sent_at = 'infinity' then
    perform private.requeue_unsent(p_step, v_attempt);
    return null;
  end if;

  if p_step.status = 'running' then
    v_attempt := private.end_lease(p_step, v_attempt);
    if v_attempt.status = 'failed' and p_step.attempt_count >= private.setting('max_attempts') then
      perform private.fail_exhausted_step(p_step, v_attempt);
      return null;
    end if;
  end if;

  if p_step.status = 'queued' or v_attempt.status = 'failed' then
    v_mode := 'start';
    v_attempt := private.insert_attempt(p_step, p_providers);
  else
    v_mode := case when v_attempt.request_id is null then 'lookup' else 'ask' end;
  end if;

  update private.steps
  set
    status = case when v_mode = 'start' then 'running' else 'waiting' end,
    provider = v_attempt.provider,
    attempt_count = v_attempt.number,
    claim_token = v_claim_token,
    due_at = v_lease_until,
    updated_at = v_now
  where steps.step_id = p_step.step_id;

  return jsonb_build_object(
    'kind', 'step',
    'step_id', p_step.step_id,
    'step', p_step.kind,
    'mode', v_mode,
    'claim_token', v_claim_token,
    'project_id', p_step.project_id,
    'attempt', private.attempt_for_runner(v_attempt)
  );
end;
$$;

comment on function private.claim_step(private.steps, jsonb) is
'Leases one due step that the caller has locked; null when there is nothing to do about it now.';

revoke execute on function private.claim_step(private.steps, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0240_function_insert_attempt.sql
create or replace function private.insert_attempt(p_step private.steps, p_providers jsonb)
returns private.attempts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_provider text := p_providers ->> p_step.kind;
  v_input jsonb := private.step_input(p_step);
  v_attempt private.attempts;
begin
  -- A stitch service stores what it makes: its film is the film, unless it is to be copied first.
  if p_step.kind = 'stitch' then
    v_input := v_input || jsonb_build_object(
      'is_film', v_provider = 'stitch' and p_providers ->> 'store_films' is distinct from 'always'
    );
  end if;

  insert into private.attempts (step_id, number, provider, input, input_hash, estimated_cost_usd, sent_at)
  values (
    p_step.step_id,
    p_step.attempt_count + 1,
    v_provider,
    v_input,
    encode(sha256(convert_to(v_input::text, 'UTF8')), 'hex'),
    private.estimate_cost(p_step.kind, v_input, v_provider),
    case
      when p_step.kind not in ('store_film', 'cancel_request') and p_providers -> 'announced' ? v_provider
        then 'infinity'::timestamptz
    end
  )
  returning attempts.* into v_attempt;

  return v_attempt;
end;
$$;

comment on function private.insert_attempt(private.steps, jsonb) is
'→ created: the attempt exists, its input frozen, before the provider is called.';

revoke execute on function private.insert_attempt(private.steps, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0245_function_fail_unsent.sql
-- attempt created | lost → failed · step running | waiting → queued, or failed
--
-- For a call that provably did not go out: nothing can come back, and nobody has to be asked. The caller
-- holds the project's lock.

create or replace function private.fail_unsent(p_step private.steps, p_attempt_id text, p_message text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_number integer;
begin
  update private.attempts
  set status = 'failed', error_message = p_message, ended_at = private.clock()
  where attempts.attempt_id = p_attempt_id
    and attempts.step_id = p_step.step_id
    and attempts.status in ('created', 'lost')
    and attempts.request_id is null
  returning attempts.number into v_number;

  if not found then
    return false;
  end if;

  perform private.record_error(
    'step',
    format('Cannot finish %s: %s', p_step.kind, p_message),
    jsonb_build_object('project_id', p_step.project_id, 'step_id', p_step.step_id, 'attempt_id', p_attempt_id),
    'warning'
  );

  if v_number < private.setting('max_attempts') then
    perform private.requeue_step(p_step, p_message, null);
  else
    perform private.fail_step(p_step.step_id, p_message);
  end if;
  return true;
end;
$$;

comment on function private.fail_unsent(private.steps, text, text) is
'The call of this attempt was never made: its step is queued again, after max_attempts failed. False where it has ended.';

revoke execute on function private.fail_unsent(private.steps, text, text)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0245_function_requeue_unsent.sql
-- running → queued, or failed
--
-- Its runner ended before it announced the call. Called below a step lock, where waiting for the project
-- would break the lock order: if the project is busy, the lease goes on for a moment, so that the steps of
-- a project that somebody holds for minutes do not come first in every claim and hide the others.

create or replace function private.requeue_unsent(p_step private.steps, p_attempt private.attempts)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform 1
  from public.projects
  where projects.project_id = p_step.project_id
  for no key update skip locked;

  if found then
    perform private.fail_unsent(p_step, p_attempt.attempt_id, 'The lease ran out before anything was sent');
  else
    update private.steps
    set due_at = private.clock() + interval '2 seconds'
    where steps.step_id = p_step.step_id;
  end if;
end;
$$;

comment on function private.requeue_unsent(private.steps, private.attempts) is
'running → queued: the runner ended before its call; after max_attempts → failed.';

revoke execute on function private.requeue_unsent(private.steps, private.attempts)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0250_function_announce_call.sql
-- A runner says that its call goes out now, in this attempt: committed before the call is made, so that an
-- attempt whose runner died without it was provably never sent. It waits for nothing above the step: what
-- has closed the step meanwhile (a cancellation, the end of the lease) has taken the claim with it.

create or replace function public.announce_call(p_step_id text, p_claim_token uuid, p_attempt_id text)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_now timestamptz;
begin
  perform 1
  from private.steps
  where steps.step_id = p_step_id
    and steps.status = 'running'
    and steps.claim_token = p_claim_token
  for no key update;

  if not found then
    return 'stale';
  end if;

  -- After the lock, which may have taken as long as the lease.
  v_now := private.clock();

  update private.attempts
  set sent_at = least(attempts.sent_at, v_now)
  from private.steps
  where attempts.attempt_id = p_attempt_id
    and attempts.step_id = p_step_id
    and attempts.status = 'created'
    and steps.step_id = attempts.step_id
    and steps.due_at > v_now;

  return case when found then 'applied' else 'stale' end;
end;
$$;

comment on function public.announce_call(text, uuid, text) is
'Notes that the call goes out. Idempotent; stale, and the call must not be made, once claim or lease is over. Called by the runner.';

revoke execute on function public.announce_call(text, uuid, text) from public, anon, authenticated;
grant execute on function public.announce_call(text, uuid, text) to service_role;
--! end included

--! included supabase/schemas/0250_function_withdraw_call.sql
-- attempt created | lost → failed · step running | waiting → queued, or failed
--
-- A runner says that it did not make the call of this attempt, and will not. No claim is asked for: an
-- attempt is begun by one runner alone, and that one comes here because its claim is over, perhaps after
-- an announcement whose answer never reached it.

create or replace function public.withdraw_call(p_step_id text, p_attempt_id text)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_step private.steps := private.lock_step(p_step_id);
begin
  return case
    when v_step.status in ('running', 'waiting')
      and private.fail_unsent(v_step, p_attempt_id, 'The claim was over before anything was sent') then 'applied'
    else 'stale'
  end;
end;
$$;

comment on function public.withdraw_call(text, text) is
'Notes that an attempt''s call was not made, so that its step is begun anew; stale where it has ended. Called by the runner.';

revoke execute on function public.withdraw_call(text, text) from public, anon, authenticated;
grant execute on function public.withdraw_call(text, text) to service_role;
--! end included

--! included supabase/schemas/0260_function_end_unknown.sql
-- lost → outcome_unknown
--
-- Then the step fails: nobody pays twice. An installation that would rather risk that than lose a film
-- sets on_outcome_unknown to resubmit; what happens then is on the timeline and in error_logs.

create or replace function private.end_unknown(p_attempt private.attempts)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_message text := format('Cannot tell whether %s accepted the request: %s', p_attempt.provider, p_attempt.error_message);
  v_step private.steps;
  v_limit private.settings;
begin
  update private.attempts
  set status = 'outcome_unknown', ended_at = private.clock()
  where attempts.attempt_id = p_attempt.attempt_id
    and attempts.status = 'lost';

  if not found then
    return;
  end if;

  select steps.* into v_step from private.steps where steps.step_id = p_attempt.step_id;

  v_limit := private.step_setting('give_up_seconds', v_step.kind, p_attempt.input ->> 'model');
  if p_attempt.created_at + make_interval(secs => (v_limit.value #>> '{}')::double precision) > private.clock() then
    select settings.* into v_limit from private.settings where settings.name = 'lookup_seconds';
  end if;
  perform private.record_event(
    v_step.project_id, 'attempt.outcome_unknown', v_step.scene_id, v_step.chunk_id,
    jsonb_build_object(
      'kind', v_step.kind, 'attempt_id', p_attempt.attempt_id,
      'deadline', v_limit.name, 'seconds', v_limit.value
    )
  );

  perform private.record_error('step', format('Cannot finish %s: %s', v_step.kind, v_message), jsonb_build_object(
    'project_id', v_step.project_id, 'scene_id', v_step.scene_id, 'chunk_id', v_step.chunk_id,
    'step_id', v_step.step_id, 'attempt_id', p_attempt.attempt_id, 'attempt', p_attempt.number
  ));

  if p_attempt.number < private.setting('max_attempts') and private.is_resubmitting() then
    perform private.record_event(
      v_step.project_id, 'attempt.resubmitted_unknown', v_step.scene_id, v_step.chunk_id,
      jsonb_build_object('kind', v_step.kind, 'attempt_id', p_attempt.attempt_id, 'reason', v_message)
    );
    perform private.requeue_step(v_step, v_message, null);
  else
    perform private.fail_step(v_step.step_id, v_message);
  end if;
end;
$$;

comment on function private.end_unknown(private.attempts) is
'lost → outcome_unknown: visibly unknown; the step fails, or is queued again where on_outcome_unknown says resubmit.';

revoke execute on function private.end_unknown(private.attempts) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0260_function_lose_attempt.sql
-- created → lost, looked up again and again; lost → outcome_unknown once the look-up's time is over
--
-- Nobody pays twice: an attempt whose outcome cannot be learnt is never submitted again by itself. A
-- look-up that reached nobody taught nothing: where the last one did, another is worth its time, until
-- the provider has had all that it may have (give_up_seconds).

create or replace function private.lose_attempt(p_attempt_id text, p_message text, p_was_asked boolean default true)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_attempt private.attempts;
  v_step private.steps;
  v_patience timestamptz;
begin
  select steps.*
  into v_step
  from private.steps
  join private.attempts using (step_id)
  where attempts.attempt_id = p_attempt_id
    and attempts.status = 'created';

  if found then
    perform private.record_event(
      v_step.project_id, 'attempt.lost', v_step.scene_id, v_step.chunk_id,
      jsonb_build_object('kind', v_step.kind, 'attempt_id', p_attempt_id, 'reason', p_message)
    );
  end if;

  update private.attempts
  set
    status = 'lost',
    error_message = coalesce(attempts.error_message, p_message),
    deadline_at = coalesce(
      attempts.deadline_at,
      v_now + make_interval(secs => private.setting('lookup_seconds')::double precision)
    )
  where attempts.attempt_id = p_attempt_id
    and attempts.status in ('created', 'lost')
  returning attempts.* into v_attempt;

  select v_attempt.created_at + make_interval(secs => (limits.value #>> '{}')::double precision)
  into v_patience
  from private.steps
  cross join lateral private.step_setting('give_up_seconds', steps.kind, v_attempt.input ->> 'model') as limits
  where steps.step_id = v_attempt.step_id;

  -- A request id that came meanwhile (a late record, an early callback) can be asked about.
  if v_attempt.request_id is null
    and v_attempt.deadline_at <= v_now
    and (p_was_asked or v_patience <= v_now) then
    perform private.end_unknown(v_attempt);
    return;
  end if;

  update private.steps
  set
    status = 'waiting',
    claim_token = null,
    due_at = v_now + make_interval(secs => private.setting('lookup_again_seconds')::double precision),
    updated_at = v_now
  where steps.step_id = v_attempt.step_id
    and steps.status in ('running', 'waiting');
end;
$$;

comment on function private.lose_attempt(text, text, boolean) is
'created → lost: the call may have been understood, the answer never came. Past its deadline: outcome_unknown.';

revoke execute on function private.lose_attempt(text, text, boolean) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0260_function_record_answer.sql
-- What became of an attempt, as a runner learnt it by calling or by asking.

create or replace function public.record_answer(
  p_step_id text,
  p_claim_token uuid,
  p_attempt_id text,
  p_answer jsonb
)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_step private.steps := private.lock_step(p_step_id);
begin
  if v_step.claim_token is distinct from p_claim_token or v_step.status not in ('running', 'waiting') then
    return 'stale';
  end if;

  case p_answer ->> 'state'
    when 'completed' then
      if v_step.status = 'running' then
        perform private.release_provider(v_step.provider);
      end if;
      perform private.complete_attempt(p_attempt_id, p_answer -> 'output');
    when 'failed' then
      -- It refused the call itself, not what was asked for: that says something about the provider.
      if v_step.status = 'running' and (p_answer -> 'error' ->> 'retryable')::boolean then
        perform private.hold_provider(v_step.provider, p_answer -> 'error');
      end if;
      perform private.fail_attempt(p_attempt_id, p_answer -> 'error');
    when 'cancelled' then
      perform private.fail_attempt(p_attempt_id, '{"message": "The provider cancelled the request", "retryable": false}');
    when 'lost' then
      perform private.lose_attempt(
        p_attempt_id, p_answer ->> 'message', not coalesce((p_answer ->> 'unasked')::boolean, false)
      );
    when 'in_progress' then
      perform private.report_progress(p_attempt_id, (p_answer ->> 'progress')::numeric);
      perform private.ask_again(p_attempt_id, 'The provider did not finish in time');
    when 'unreachable' then
      perform private.ask_again(p_attempt_id, p_answer ->> 'message');
    else
      raise exception 'Cannot record answer "%": no such state', p_answer ->> 'state' using errcode = 'RL400';
  end case;

  return 'applied';
end;
$$;

comment on function public.record_answer(text, uuid, text, jsonb) is
'p_answer: {state, output | error {message, retryable, retry_after} | message, unasked | progress}. Stale without the claim. Called by the runner.';

revoke execute on function public.record_answer(text, uuid, text, jsonb) from public, anon, authenticated;
grant execute on function public.record_answer(text, uuid, text, jsonb) to service_role;
--! end included

--! included supabase/schemas/0345_function_broken_attempts.sql
create or replace function private.broken_attempts()
returns table (invariant text, id text)
language sql
stable
security invoker
set search_path = ''
as $$
  select 'an attempt that is waited for has a deadline', attempts.attempt_id
  from private.attempts
  where attempts.status in ('submitted', 'in_progress', 'lost')
    and coalesce(attempts.deadline_at, 'infinity') = 'infinity'
  union all
  select 'a request belongs to a call that was announced', attempts.attempt_id
  from private.attempts
  where attempts.sent_at = 'infinity'
    and (attempts.request_id is not null or attempts.status not in ('created', 'failed', 'cancelled'))
  union all
  select 'a running or waiting step is looked at again', steps.step_id
  from private.steps
  where steps.status in ('running', 'waiting')
    and steps.due_at = 'infinity'
  union all
  select 'a paused project asks for nothing new', steps.step_id
  from private.steps
  join public.projects using (project_id)
  where projects.status = 'paused'
    and steps.status = 'queued'
    and steps.kind <> 'cancel_request'
    and steps.due_at < 'infinity'
  union all
  select 'only a paused project has steps that wait for ever', steps.step_id
  from private.steps
  join public.projects using (project_id)
  where projects.status <> 'paused'
    and steps.status = 'queued'
    and steps.due_at = 'infinity'
  union all
  select 'a step''s attempts are all on record', steps.step_id
  from private.steps
  left join private.attempts using (step_id)
  group by steps.step_id
  having count(attempts.attempt_id) <> steps.attempt_count
    or coalesce(max(attempts.number), 0) <> steps.attempt_count
  union all
  select 'a completed step has its result from a completed attempt', steps.step_id
  from private.steps
  where steps.status = 'completed'
    and not exists (
      select 1
      from private.attempts
      where attempts.step_id = steps.step_id
        and attempts.status = 'completed'
    )
  union all
  select 'a request that is under way has an attempt behind it', video_chunks.chunk_id
  from public.video_chunks
  where video_chunks.project_id is not null
    and video_chunks.status in ('SUBMITTED', 'IN_PROGRESS')
    and not exists (
      select 1
      from private.steps
      join private.attempts using (step_id)
      where steps.chunk_id = video_chunks.chunk_id
        and steps.kind = 'generate_clip'
        and attempts.request_id = video_chunks.request_id
    )
  union all
  select 'a cancelled attempt''s request is given up', attempts.attempt_id
  from private.attempts
  join private.steps using (step_id)
  where attempts.status = 'cancelled'
    and attempts.request_id is not null
    and not exists (
      select 1
      from private.steps as giving_up
      where giving_up.project_id = steps.project_id
        and giving_up.kind = 'cancel_request'
        and giving_up.input ->> 'attempt_id' = attempts.attempt_id
    )
  union all
  select 'a step belongs to its project''s user', steps.step_id
  from private.steps
  join public.projects using (project_id)
  where steps.user_id <> projects.user_id
  union all
  select 'a cost is not negative', attempts.attempt_id
  from private.attempts
  where least(attempts.estimated_cost_usd, attempts.actual_cost_usd) < 0;
$$;

comment on function private.broken_attempts() is 'Broken invariants of steps and attempts.';

revoke execute on function private.broken_attempts() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0730_function_callbacks_about.sql
create or replace function private.callbacks_about(p_project_ids text[])
returns text[]
language sql
stable
security invoker
set search_path = ''
as $$
  -- By project where the callback was matched, by request where it was not.
  select coalesce(array_agg(webhook_logs.webhook_log_id), '{}')
  from public.webhook_logs
  where webhook_logs.project_id = any (p_project_ids)
    or (webhook_logs.source, webhook_logs.request_id) in (
      select attempts.provider, attempts.request_id
      from private.attempts
      join private.steps using (step_id)
      where steps.project_id = any (p_project_ids)
        and attempts.request_id is not null
    );
$$;

comment on function private.callbacks_about(text[]) is 'Ids of the recorded callbacks that concern these projects.';

revoke execute on function private.callbacks_about(text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0730_function_delete_records.sql
create or replace function private.delete_records(
  p_project_ids text[],
  out callbacks integer,
  out deliveries integer,
  out media integer,
  out errors integer
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_logs text[] := private.callbacks_about(p_project_ids);
begin
  select count(*) into deliveries from public.webhook_deliveries where webhook_deliveries.project_id = any (p_project_ids);
  select count(*) into media from public.media where media.project_id = any (p_project_ids);

  delete from private.seen_deliveries
  using public.webhook_logs
  where webhook_logs.webhook_log_id = any (v_logs)
    and seen_deliveries.source = webhook_logs.source
    and seen_deliveries.webhook_id = webhook_logs.webhook_id;

  delete from public.error_logs
  where error_logs.context ->> 'project_id' = any (p_project_ids)
    or error_logs.context ->> 'webhook_log_id' = any (v_logs);
  get diagnostics errors = row_count;

  delete from public.webhook_logs where webhook_logs.webhook_log_id = any (v_logs);
  get diagnostics callbacks = row_count;
end;
$$;

comment on function private.delete_records(text[]) is
'Deletes what was recorded about these projects and hangs on none of their rows; counts that and what will go with them.';

revoke execute on function private.delete_records(text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0730_function_is_letting_go.sql
-- A request that is being given up at its provider needs its row for that; and so does a call that was
-- under way when its project was cancelled, because the request that it began has to be given up too.

create or replace function private.is_letting_go(p_project_id text)
returns boolean
language sql
volatile
security invoker
set search_path = ''
as $$
  select exists (
    select 1
    from private.steps
    where steps.project_id = p_project_id
      and steps.status in ('queued', 'running', 'waiting')
  ) or exists (
    select 1
    from private.steps
    join private.attempts using (step_id)
    where steps.project_id = p_project_id
      and attempts.status = 'cancelled'
      and attempts.request_id is null
      and attempts.sent_at is distinct from 'infinity'
      and attempts.ended_at > private.clock()
        - make_interval(secs => private.setting('lease_seconds.' || steps.kind)::double precision)
  );
$$;

comment on function private.is_letting_go(text) is
'True while an ended project still has a request to give up, or a call under way that may begin one.';

revoke execute on function private.is_letting_go(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0745_function_preview_user_data.sql
-- What delete_user_data would delete, counted; nothing is changed.

create or replace function public.preview_user_data(p_user_id text)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  v_ids text[];
  v_logs text[];
begin
  select coalesce(array_agg(projects.project_id), '{}')
  into v_ids
  from public.projects
  where projects.user_id = p_user_id;

  v_logs := private.callbacks_about(v_ids);

  return jsonb_build_object(
    'projects', cardinality(v_ids),
    'unfinished', (
      select count(*)
      from public.projects
      where projects.user_id = p_user_id
        and projects.status not in ('completed', 'failed', 'cancelled')
    ),
    'callbacks', cardinality(v_logs),
    'deliveries', (select count(*) from public.webhook_deliveries where webhook_deliveries.project_id = any (v_ids)),
    'media', (select count(*) from public.media where media.project_id = any (v_ids)),
    'errors', (
      select count(*)
      from public.error_logs
      where error_logs.context ->> 'project_id' = any (v_ids)
        or error_logs.context ->> 'webhook_log_id' = any (v_logs)
    ),
    'files', cardinality(private.films_stored_for(v_ids))
  );
end;
$$;

comment on function public.preview_user_data(text) is
'What delete_user_data would delete: {projects, unfinished, callbacks, deliveries, media, errors, files}. Changes nothing.';

revoke execute on function public.preview_user_data(text) from public, anon, authenticated;
grant execute on function public.preview_user_data(text) to service_role;
--! end included
