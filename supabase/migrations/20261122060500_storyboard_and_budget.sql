alter table public.projects
  add column storyboard jsonb,
  add column stop_at text,
  add column awaiting_approval text,
  add column max_cost_usd numeric,
  add column estimated_cost_usd numeric,
  add column cut_hash text,
  add constraint stop_is_known check (stop_at in ('storyboard', 'stills')),
  add constraint approval_is_known check (awaiting_approval in ('storyboard', 'stills', 'budget')),
  add constraint budget_is_not_negative check (max_cost_usd >= 0);
comment on column public.projects.storyboard is
'Who wrote the scenes: {by: model | splitter, title, scenes, input_hash}, and why not the model (fell_back). Null where the job had scenes.';
comment on column public.projects.stop_at is 'Where the job wants to be asked before it goes on; null once that was approved.';
comment on column public.projects.awaiting_approval is
'What a paused project waits for: the storyboard, the stills, or a budget above max_cost_usd. Only an approval resumes it.';
comment on column public.projects.max_cost_usd is 'Beyond this nothing is begun without an approval, which raises it; null: no limit.';
comment on column public.projects.estimated_cost_usd is
'What the whole film costs by private.prices: what was spent so far and what is left to do. Null: unknown.';
comment on column public.projects.cut_hash is 'Of all that the film is joined from: the same cut is not stitched twice.';

alter table public.scenes
  add column reframe_to text,
  add column reframed_image_url text,
  add column input_hash text;
comment on column public.scenes.reframe_to is
'The aspect ratio that the image it starts from is brought to before it is used; null: used as it is.';
comment on column public.scenes.reframed_image_url is 'That image in that aspect ratio; its own URL where it had it already.';
comment on column public.scenes.input_hash is
'SHA-256 in hex of all that its selected take was made from, the scenes that it continues included.';

alter table public.video_chunks add column input_hash text;
comment on column public.video_chunks.input_hash is 'SHA-256 in hex of what the clip was asked for with.';

alter table private.steps drop constraint step_kind_is_known;
alter table private.steps add constraint step_kind_is_known check (
    kind in (
      'storyboard', 'reframe_image', 'generate_clip', 'extract_last_frame', 'extract_thumbnail', 'stitch',
      'store_film', 'cancel_request'
    )
  );
alter table private.prices drop constraint price_is_of_a_kind_of_step;
alter table private.prices add constraint price_is_of_a_kind_of_step check (
    kind in (
      'storyboard', 'reframe_image', 'generate_clip', 'extract_last_frame', 'extract_thumbnail', 'stitch',
      'store_film', 'cancel_request'
    )
  );
comment on column private.prices.model is
'fal''s endpoint id; for another provider its name: video, lastframe, stitch, openai. The provider test and Storage cost nothing.';

alter table private.job_requests add column providers jsonb;
comment on column private.job_requests.providers is
'Who would do each kind of step when the job came, {"stitch": "fal", ...}: estimates go by it. Null: fal does all it can.';

drop function public.create_project(jsonb);

--! altered supabase/schemas/0100_table_projects.sql sha256:1d12f3769bfac130917e075ba578e122aadcfecea13a7cc569a0d56ce9c8a9dd
--! altered supabase/schemas/0110_table_scenes.sql sha256:2b39cb1c7a8f8edbf79be0f9dfe588a66c26441bbfeff0fa6932c630e78c99a3
--! altered supabase/schemas/0120_table_video_chunks.sql sha256:3263f2acb6f847f5969299f2561c1d0f55f73b14a9e5a4926756d01604079052
--! altered supabase/schemas/0140_table_steps.sql sha256:efb402a5a50433fdd1d769e3e0322db0ef944eafdf477c3ebeec8c5d865edf47
--! altered supabase/schemas/0195_table_job_requests.sql sha256:e021bc95ab28d45d419d8c25ee2b9dbbaf1f98667e21e0fd4c09d203eff5d753
--! altered supabase/schemas/0197_table_prices.sql sha256:2cf318a27fffc8944b836d3c853ded756c1a6b5cd804c078ee907824bde498c5

--! included supabase/schemas/0155_table_ledger.sql
create table private.ledger (
  entry_id bigint generated always as identity,
  project_id text not null,
  user_id text not null,
  attempt_id text not null,
  kind text not null,
  usd numeric not null,
  at timestamptz not null default private.clock(),
  constraint ledger_pkey primary key (entry_id),
  constraint entry_of_a_project foreign key (project_id) references public.projects (project_id) on delete cascade,
  constraint entry_kind_is_known check (kind in ('reserve', 'release', 'settle')),
  constraint reservation_is_of_something check (kind = 'settle' or usd > 0)
);

comment on table private.ledger is
'Money, written by the trigger on attempts and never changed: what an attempt was expected to cost is reserved when it begins and released when it ends; what it did cost is settled. Outlives the attempts.';
comment on column private.ledger.usd is
'US dollars. Reserved are sum(reserve) - sum(release), spent is sum(settle); a later correction is a settle too, and may be negative.';

create index ledger_project_id on private.ledger (project_id);
create index ledger_attempt_id on private.ledger (attempt_id);

alter table private.ledger enable row level security;
revoke all on table private.ledger from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0199_table_model_fallbacks.sql
create table private.model_fallbacks (
  model text not null,
  fallback text not null,
  updated_at timestamptz not null default private.clock(),
  constraint model_fallbacks_pkey primary key (model),
  constraint fallback_is_another_model check (model <> fallback)
);

comment on table private.model_fallbacks is
'Which model makes a clip where the first refuses it or is down. Names as video_chunks.model has them: fal''s endpoint ids. Written through webhook-manage, which checks that the second can do what the first was asked for.';

alter table private.model_fallbacks enable row level security;
revoke all on table private.model_fallbacks from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0212_function_is_test.sql
create or replace function private.is_test(p_project_id text)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(
    (select projects.execution_mode = 'test' from public.projects where projects.project_id = p_project_id),
    false
  );
$$;

comment on function private.is_test(text) is 'True for a project that goes through everything and pays for nothing.';

revoke execute on function private.is_test(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0213_function_provider_of.sql
-- Storing costs nothing, also in a test: its film goes to where films are. Giving up goes to whoever
-- has the request.

create or replace function private.provider_of(p_project_id text, p_kind text, p_providers jsonb)
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select case
    when p_kind not in ('store_film', 'cancel_request') and private.is_test(p_project_id) then 'test'
    else p_providers ->> p_kind
  end;
$$;

comment on function private.provider_of(text, text, jsonb) is
'Who does this kind of step for this project, of those that are configured; test, where it is a test.';

revoke execute on function private.provider_of(text, text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0220_function_insert_project.sql
create or replace function private.insert_project(p_job jsonb, p_key text)
returns public.projects
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_project public.projects;
begin
  insert into public.projects (
    video_id, chat_id, user_id, user_email, user_name, source, prompt, image_url, model, aspect_ratio,
    version, revision_of, total_scenes, callback_url, idempotency_key, execution_mode, metadata,
    storyboard, stop_at, max_cost_usd
  )
  select
    p_job ->> 'video_id',
    p_job ->> 'chat_id',
    p_job ->> 'user_id',
    p_job ->> 'user_email',
    p_job ->> 'user_name',
    p_job ->> 'source',
    p_job ->> 'prompt',
    p_job ->> 'image_url',
    p_job ->> 'model',
    p_job ->> 'aspect_ratio',
    coalesce(latest.version, 0) + 1,
    case when (p_job ->> 'is_revision')::boolean then latest.project_id end,
    jsonb_array_length(p_job -> 'scenes'),
    p_job ->> 'callback_url',
    p_key,
    p_job ->> 'execution_mode',
    private.job_metadata(p_job),
    case when p_job ->> 'storyboard' = 'splitter'
      then jsonb_build_object('by', 'splitter', 'scenes', jsonb_array_length(p_job -> 'scenes')) end,
    p_job ->> 'stop_at',
    (p_job ->> 'max_cost_usd')::numeric
  from (values (1)) as one_row
  left join lateral (
    select projects.version, projects.project_id
    from public.projects
    where projects.user_id = p_job ->> 'user_id'
      and projects.video_id = p_job ->> 'video_id'
    order by projects.version desc
    limit 1
  ) as latest on true
  on conflict (user_id, idempotency_key) do nothing
  returning projects.* into v_project;

  return v_project;
end;
$$;

comment on function private.insert_project(jsonb, text) is
'Inserts the project with the next version of its video; null when the idempotency key is taken. The caller holds the lock of the version count.';

revoke execute on function private.insert_project(jsonb, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0220_function_insert_scenes.sql
create or replace function private.insert_scenes(p_project public.projects, p_scenes jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.scenes (project_id, position, prompt, image_url, continuity, metadata, reframe_to)
  select
    p_project.project_id,
    item.position,
    item.scene ->> 'prompt',
    item.scene ->> 'image_url',
    item.scene ->> 'continuity',
    coalesce(item.scene -> 'metadata', '{}'),
    item.scene ->> 'reframe_to'
  from jsonb_array_elements(p_scenes) with ordinality as item (scene, position)
  order by item.position;

  insert into public.video_chunks (
    scene_id, project_id, position, model, prompt, duration, driver_video_url, audio_url
  )
  select
    scenes.scene_id,
    p_project.project_id,
    part.position,
    part.chunk ->> 'model',
    part.chunk ->> 'prompt',
    (part.chunk ->> 'duration')::numeric,
    part.chunk ->> 'driver_video_url',
    part.chunk ->> 'audio_url'
  from jsonb_array_elements(p_scenes) with ordinality as item (scene, position)
  join public.scenes on scenes.project_id = p_project.project_id and scenes.position = item.position
  cross join lateral jsonb_array_elements(item.scene -> 'chunks') with ordinality as part (chunk, position)
  order by item.position, part.position;
end;
$$;

comment on function private.insert_scenes(public.projects, jsonb) is
'Inserts scenes and their chunks in the order of the job; nothing is started yet.';

revoke execute on function private.insert_scenes(public.projects, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0225_function_copy_clips.sql
-- chunks PENDING → COMPLETED, with the clips of another project's scene

create or replace function private.copy_clips(p_from public.scenes, p_to public.scenes)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.video_chunks
  set
    status = 'COMPLETED',
    progress = 100,
    image_url = made.image_url,
    kling_video_url = made.kling_video_url,
    kling_completed_at = made.kling_completed_at,
    input_hash = made.input_hash,
    metadata = video_chunks.metadata || jsonb_build_object('reused_from', made.chunk_id)
  from public.video_chunks as made
  where video_chunks.scene_id = p_to.scene_id
    and made.scene_id = p_from.scene_id
    and made.selected
    and made.position = video_chunks.position;

  update public.scenes
  set
    -- The film's thumbnail is its first clip's; a signed URL would not open for ever.
    thumbnail_url = coalesce(p_from.thumbnail_url, (
      select projects.thumbnail_url
      from public.projects
      where projects.project_id = p_from.project_id
        and p_from.position = 1
        and projects.thumbnail_url not like '%/object/sign/%'
    )),
    last_frame_url = p_from.last_frame_url,
    duration = p_from.duration,
    fps = p_from.fps,
    width = p_from.width,
    height = p_from.height,
    quality_score = p_from.quality_score
  where scenes.scene_id = p_to.scene_id;
end;
$$;

comment on function private.copy_clips(public.scenes, public.scenes) is
'Takes the finished clips and the last frame of a scene over into the same scene of a later version.';

revoke execute on function private.copy_clips(public.scenes, public.scenes) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0225_function_reuse_scenes.sql
-- A revision keeps every clip whose inputs did not change: what the scene asks for, and the frame that
-- it starts from. It is copied from the selected take of the version before; nothing is paid again.

create or replace function private.reuse_scenes(p_project public.projects)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_scene public.scenes;
  v_old public.scenes;
  v_is_chain_same boolean := true;
begin
  for v_scene in
    select scenes.* from public.scenes where scenes.project_id = p_project.project_id order by scenes.position
  loop
    select scenes.*
    into v_old
    from public.scenes
    where scenes.project_id = p_project.revision_of
      and scenes.position = v_scene.position
      and scenes.status = 'completed'
      and scenes.continuity = v_scene.continuity
      and private.scene_input(scenes.scene_id) = private.scene_input(v_scene.scene_id);

    -- A chained scene starts from the frame before it: if that one changes, so does this one.
    v_is_chain_same := v_old.scene_id is not null
      and (v_is_chain_same or v_scene.continuity = 'cut' or v_scene.position = 1);

    if v_is_chain_same then
      perform private.copy_clips(v_old, v_scene);
    end if;
  end loop;

  update public.scenes
  set reframed_image_url = made.reframed_image_url
  from public.projects
  join public.scenes as made on made.project_id = projects.project_id
  where projects.project_id = p_project.revision_of
    and scenes.project_id = p_project.project_id
    and made.reframed_image_url is not null
    and made.reframe_to = scenes.reframe_to
    and coalesce(made.image_url, projects.image_url) = coalesce(scenes.image_url, p_project.image_url);
end;
$$;

comment on function private.reuse_scenes(public.projects) is
'Copies the clips of unchanged scenes, and images that were reframed, from the version that this project revises. Nothing for a first version.';

revoke execute on function private.reuse_scenes(public.projects) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0228_function_priced_model.sql
-- What fal asks money for is an endpoint, and only clips name theirs; any other provider has one price
-- for each kind of step.

create or replace function private.priced_model(p_provider text, p_kind text, p_input jsonb)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select case
    when p_provider is distinct from 'fal' then p_provider
    when p_kind in ('extract_last_frame', 'extract_thumbnail') then 'fal-ai/ffmpeg-api/extract-frame'
    when p_kind = 'stitch' then 'fal-ai/ffmpeg-api/merge-videos'
    when p_kind = 'reframe_image' then 'fal-ai/image-editing/reframe'
    else p_input ->> 'model'
  end;
$$;

comment on function private.priced_model(text, text, jsonb) is 'Under which model private.prices has the price of a step.';

revoke execute on function private.priced_model(text, text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0229_function_estimate_cost.sql
create or replace function private.estimate_cost(p_kind text, p_input jsonb, p_provider text default 'fal')
returns numeric
language sql
stable
security invoker
set search_path = ''
as $$
  select case
    when p_provider in ('test', 'storage') then 0
    else (
      select case
        when prices.usd_per_second is null then prices.usd_per_call
        when prices.usd_per_second = 0 then coalesce(prices.usd_per_call, 0)
        else coalesce(prices.usd_per_call, 0) + prices.usd_per_second * private.paid_seconds(p_kind, p_input)
      end
      from private.prices
      where prices.kind = p_kind
        and prices.model = private.priced_model(p_provider, p_kind, p_input)
    )
  end;
$$;

comment on function private.estimate_cost(text, jsonb, text) is
'US dollars that this input will cost by private.prices; null where no price, or no length, is known.';

revoke execute on function private.estimate_cost(text, jsonb, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0229_function_spent_on.sql
create or replace function private.spent_on(p_project_id text)
returns numeric
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(sum(ledger.usd), 0)
  from private.ledger
  where ledger.project_id = p_project_id
    and ledger.kind = 'settle';
$$;

comment on function private.spent_on(text) is 'US dollars that a film has cost so far, by the ledger, as far as prices are known.';

revoke execute on function private.spent_on(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0230_function_queued_steps.sql
-- A user's n-th due step has turn n plus what is in flight for the user already: whoever has least
-- comes first, and five hundred films of one user do not hold up another one's first. Of one user's
-- steps those go first that bring a film nearer to its end.
--
-- Giving a request up takes no place at a provider, it makes one: no limit holds it back.

create or replace function private.queued_steps(p_limit integer, p_providers jsonb, p_now timestamptz)
returns table (step_id text, turn bigint, due_at timestamptz)
language sql
volatile
security invoker
set search_path = ''
as $$
  with recursive
  -- Users with queued steps, by hopping along the index from one to the next
  users (user_id) as (
    (select min(steps.user_id) from private.steps where steps.status = 'queued')
    union all
    select (
      select min(steps.user_id) from private.steps where steps.status = 'queued' and steps.user_id > users.user_id
    )
    from users
    where users.user_id is not null
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
  -- The first due steps of each user, with their turn
  turns as (
    select
      due.step_id,
      due.due_at,
      kinds.provider,
      kinds.name = 'cancel_request' as is_free,
      coalesce(in_flight.n, 0) + row_number() over (
        partition by users.user_id, kinds.provider, kinds.name = 'cancel_request'
        order by kinds.name = 'generate_clip', due.due_at
      ) as turn
    from users
    cross join jsonb_each_text(p_providers) as kinds (name, provider)
    cross join lateral (
      select steps.step_id, steps.due_at
      from private.steps
      where steps.status = 'queued'
        and steps.user_id = users.user_id
        and steps.kind = kinds.name
        and steps.due_at <= p_now
        -- What nobody here can do is done for a test alone.
        and (kinds.provider <> 'test' or private.is_test(steps.project_id))
      order by steps.due_at
      limit p_limit
    ) as due
    left join in_flight on in_flight.user_id = users.user_id and in_flight.provider = kinds.provider
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

--! included supabase/schemas/0232_function_ask_for_still.sql
create or replace function private.ask_for_still(
  p_project_id text,
  p_scene_id text,
  p_chunk_id text,
  p_image_url text,
  p_aspect_ratio text
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_input jsonb := jsonb_build_object('image_url', p_image_url, 'aspect_ratio', p_aspect_ratio);
begin
  -- Several scenes may start from one image: it is paid for once.
  if not exists (
    select 1
    from private.steps
    where steps.project_id = p_project_id
      and steps.kind = 'reframe_image'
      and steps.status in ('queued', 'running', 'waiting')
      and steps.input = v_input
  ) then
    perform private.add_step(p_project_id, 'reframe_image', p_scene_id, p_chunk_id, v_input);
  end if;
end;
$$;

comment on function private.ask_for_still(text, text, text, text, text) is
'Queues reframe_image for an image of the project, unless that is under way. The caller holds the project''s lock.';

revoke execute on function private.ask_for_still(text, text, text, text, text)
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
set search_path = ''
as $$
  select priced.step_id, priced.turn, priced.due_at
  from (
    select
      queued.*,
      steps.kind in ('store_film', 'cancel_request') or private.is_test(steps.project_id) as is_free,
      sum(case
        when p_budget is null or steps.kind in ('store_film', 'cancel_request') or private.is_test(steps.project_id) then 0
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

--! included supabase/schemas/0240_function_continue_scene.sql
-- The first scene, and each after a cut, starts from its own image, else the job's, else from its prompt
-- alone; any other from the last frame of the scene before, once that is there. An image that has to
-- have the film's aspect ratio first is brought to it.

create or replace function private.continue_scene(p_scene public.scenes)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_missing public.video_chunks;
  v_last public.video_chunks;
  v_image_url text;
  v_begins boolean := p_scene.position = 1 or p_scene.continuity = 'cut';
begin
  select video_chunks.*
  into v_missing
  from public.video_chunks
  where video_chunks.scene_id = p_scene.scene_id
    and video_chunks.selected
    and video_chunks.status <> 'COMPLETED'
  order by video_chunks.position
  limit 1;

  select video_chunks.*
  into v_last
  from public.video_chunks
  where video_chunks.scene_id = p_scene.scene_id
    and video_chunks.selected
    and video_chunks.status = 'COMPLETED'
    and (v_missing.chunk_id is null or video_chunks.position = v_missing.position - 1)
  order by video_chunks.position desc
  limit 1;

  if v_missing.chunk_id is null then
    perform private.finish_scene_clip(v_last, '{}');
  elsif v_missing.position > 1 and v_missing.image_url is null then
    perform private.add_step(p_scene.project_id, 'extract_last_frame', p_scene.scene_id, v_last.chunk_id);
  elsif v_missing.position > 1 then
    perform private.add_step(p_scene.project_id, 'generate_clip', p_scene.scene_id, v_missing.chunk_id);
  else
    select case
      when v_begins then coalesce(p_scene.reframed_image_url, p_scene.image_url, projects.image_url)
      else previous.last_frame_url
    end
    into v_image_url
    from public.projects
    left join public.scenes as previous
      on previous.project_id = projects.project_id
      and previous.position = p_scene.position - 1
      and previous.status = 'completed'
    where projects.project_id = p_scene.project_id;

    if v_begins and v_image_url is not null and p_scene.reframe_to is not null and p_scene.reframed_image_url is null then
      perform private.ask_for_still(
        p_scene.project_id, p_scene.scene_id, v_missing.chunk_id, v_image_url, p_scene.reframe_to
      );
    elsif v_image_url is not null or v_begins then
      perform private.start_scene(p_scene.scene_id, v_image_url);
    end if;
  end if;
end;
$$;

comment on function private.continue_scene(public.scenes) is
'Queues what a pending scene needs next, unless it waits for the scene before it.';

revoke execute on function private.continue_scene(public.scenes) from public, anon, authenticated, service_role;
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
  v_provider text := private.provider_of(p_step.project_id, p_step.kind, p_providers);
  v_input jsonb := private.step_input(p_step);
  v_attempt private.attempts;
begin
  -- A stitch service stores what it makes: its film is the film, unless it is to be copied first.
  if p_step.kind = 'stitch' then
    v_input := v_input || jsonb_build_object(
      'is_film', v_provider = 'stitch' and p_providers ->> 'store_films' is distinct from 'always'
    );
  end if;

  insert into private.attempts (step_id, number, provider, input, input_hash, estimated_cost_usd)
  values (
    p_step.step_id,
    p_step.attempt_count + 1,
    v_provider,
    v_input,
    encode(sha256(convert_to(v_input::text, 'UTF8')), 'hex'),
    private.estimate_cost(p_step.kind, v_input, v_provider)
  )
  returning attempts.* into v_attempt;

  return v_attempt;
end;
$$;

comment on function private.insert_attempt(private.steps, jsonb) is
'→ created: the attempt exists, its input frozen, before the provider is called.';

revoke execute on function private.insert_attempt(private.steps, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0260_function_lose_attempt.sql
-- created → lost, looked up again and again; lost → outcome_unknown once the look-up's time is over
--
-- Nobody pays twice: an attempt whose outcome cannot be learnt is never submitted again by itself.

create or replace function private.lose_attempt(p_attempt_id text, p_message text)
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
begin
  select steps.*
  into v_step
  from private.steps
  join private.attempts using (step_id)
  where attempts.attempt_id = p_attempt_id;

  if exists (
    select 1 from private.attempts where attempts.attempt_id = p_attempt_id and attempts.status = 'created'
  ) then
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

  -- A request id that came meanwhile (a late record, an early callback) can be asked about. What a
  -- language model was asked nobody can be asked about.
  if v_attempt.request_id is null and (v_attempt.deadline_at <= v_now or v_step.kind = 'storyboard') then
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

comment on function private.lose_attempt(text, text) is
'created → lost: the call may have been understood, the answer never came. Past its deadline: outcome_unknown.';

revoke execute on function private.lose_attempt(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0269_function_switch_model.sql
-- chunk → PENDING with another model, its step → failed, and a new step
--
-- Once a clip. What the first model was asked has ended, so that nothing is paid twice.

create or replace function private.switch_model(p_step private.steps, p_message text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_chunk public.video_chunks;
  v_fallback text;
begin
  select video_chunks.*
  into v_chunk
  from public.video_chunks
  where video_chunks.chunk_id = p_step.chunk_id
    and p_step.kind = 'generate_clip'
    and not video_chunks.metadata ? 'fell_back_from'
    and video_chunks.status in ('PENDING', 'SUBMITTED', 'IN_PROGRESS');

  select model_fallbacks.fallback
  into v_fallback
  from private.model_fallbacks
  where model_fallbacks.model = v_chunk.model;

  if v_fallback is null then
    return false;
  end if;

  update private.steps
  set status = 'failed', claim_token = null, error_message = p_message, updated_at = v_now
  where steps.step_id = p_step.step_id
    and steps.status in ('queued', 'running', 'waiting');

  update public.video_chunks
  set
    status = 'PENDING',
    request_id = null,
    progress = 0,
    model = v_fallback,
    metadata = video_chunks.metadata || jsonb_build_object('fell_back_from', v_chunk.model)
  where video_chunks.chunk_id = v_chunk.chunk_id;

  perform private.record_event(
    p_step.project_id, 'chunk.model_switched', p_step.scene_id, p_step.chunk_id,
    jsonb_build_object('from', v_chunk.model, 'to', v_fallback, 'reason', p_message, 'step_id', p_step.step_id)
  );
  perform private.add_step(p_step.project_id, 'generate_clip', p_step.scene_id, p_step.chunk_id);
  if exists (
    select 1
    from public.projects
    where projects.project_id = p_step.project_id
      and projects.max_cost_usd is not null
  ) then
    perform private.hold_over_budget(p_step.project_id);
  end if;
  return true;
end;
$$;

comment on function private.switch_model(private.steps, text) is
'Asks the model''s fallback for a clip that the model refused, or was down for; false where there is none. The caller holds the project''s lock.';

revoke execute on function private.switch_model(private.steps, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0270_function_complete_attempt.sql
-- attempt created | submitted | in_progress | lost → completed · step → completed
--
-- The verb of what was made then moves chunk, scene or project on.

create or replace function private.complete_attempt(p_attempt_id text, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_step private.steps;
  v_is_film boolean;
begin
  select steps.*
  into v_step
  from private.steps
  join private.attempts using (step_id)
  where attempts.attempt_id = p_attempt_id;

  if not private.is_output_of(v_step.kind, p_output) then
    perform private.fail_attempt(p_attempt_id, jsonb_build_object(
      'message', format('The provider reported success without the result of %s', v_step.kind),
      'retryable', false
    ));
    return;
  end if;

  update private.attempts
  set
    status = 'completed',
    output = p_output,
    actual_cost_usd = case
      when jsonb_typeof(p_output -> 'cost_usd') = 'number' then greatest((p_output ->> 'cost_usd')::numeric, 0)
      else attempts.actual_cost_usd
    end,
    error_message = null,
    ended_at = v_now
  where attempts.attempt_id = p_attempt_id
    and attempts.status in ('created', 'submitted', 'in_progress', 'lost')
  returning (attempts.input ->> 'is_film')::boolean into v_is_film;

  if not found then
    return;
  end if;

  update private.steps
  set status = 'completed', output = p_output, claim_token = null, updated_at = v_now
  where steps.step_id = v_step.step_id;

  perform private.record_event(
    v_step.project_id, 'step.completed', v_step.scene_id, v_step.chunk_id,
    jsonb_build_object('kind', v_step.kind, 'step_id', v_step.step_id)
  );

  case v_step.kind
    when 'storyboard' then
      perform private.complete_storyboard(v_step.project_id, p_output);
    when 'reframe_image' then
      perform private.complete_still(v_step, p_output);
    when 'generate_clip' then
      perform private.complete_chunk(v_step.chunk_id, p_output);
    when 'extract_last_frame' then
      perform private.complete_frame(v_step.chunk_id, p_output);
    when 'stitch', 'extract_thumbnail' then
      if v_is_film then
        perform private.complete_project(v_step.project_id, private.with_thumbnail(v_step.project_id, p_output));
      else
        perform private.store_film_when_ready(v_step.project_id);
      end if;
    when 'store_film' then
      perform private.complete_project(v_step.project_id, p_output);
    else
      null;
  end case;
end;
$$;

comment on function private.complete_attempt(text, jsonb) is
'→ completed, for attempt and step; what was made moves chunk, scene or project on. The caller holds the project''s lock.';

revoke execute on function private.complete_attempt(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0270_function_fail_attempt.sql
-- attempt created | submitted | in_progress | lost → failed · step → queued again, or failed
--
-- p_error: {message, retryable, retry_after, billed}. A failure that can pass goes back to the queue, its
-- chunk to PENDING; any other ends the step, and with it the film, unless another model may make the clip.

create or replace function private.fail_attempt(p_attempt_id text, p_error jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_message text := coalesce(nullif(p_error ->> 'message', ''), 'The provider gave no reason');
  v_attempt private.attempts;
  v_step private.steps;
begin
  update private.attempts
  set
    status = 'failed',
    error_message = v_message,
    actual_cost_usd = case
      when (p_error ->> 'billed')::boolean then coalesce(attempts.actual_cost_usd, attempts.estimated_cost_usd)
      else attempts.actual_cost_usd
    end,
    ended_at = v_now
  where attempts.attempt_id = p_attempt_id
    and attempts.status in ('created', 'submitted', 'in_progress', 'lost')
  returning attempts.* into v_attempt;

  if not found then
    return;
  end if;

  select steps.* into v_step from private.steps where steps.step_id = v_attempt.step_id;

  perform private.record_error('step', format('Cannot finish %s: %s', v_step.kind, v_message), jsonb_build_object(
    'project_id', v_step.project_id, 'scene_id', v_step.scene_id, 'chunk_id', v_step.chunk_id,
    'step_id', v_step.step_id, 'attempt_id', p_attempt_id, 'attempt', v_attempt.number
  ));

  if (p_error ->> 'retryable')::boolean and v_attempt.number < private.setting('max_attempts') then
    perform private.requeue_step(v_step, v_message, (p_error ->> 'retry_after')::numeric);
  -- A request that may still run might be paid for: then no other model is asked besides.
  elsif not coalesce((p_error ->> 'ended')::boolean, true) or not private.switch_model(v_step, v_message) then
    perform private.fail_step(v_step.step_id, v_message);
  end if;

  -- It failed for us, perhaps not for the provider: past our patience a request still runs.
  if not coalesce((p_error ->> 'ended')::boolean, true) then
    perform private.abandon_request(v_attempt, v_step);
  end if;
end;
$$;

comment on function private.fail_attempt(text, jsonb) is
'→ failed; the step is queued again with backoff where that may help, else it fails. The caller holds the project''s lock.';

revoke execute on function private.fail_attempt(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0270_function_fail_step.sql
-- step → failed; what cannot do without it fails too
--
-- A film does without a thumbnail and without a written storyboard, and a request that cannot be given up ends by itself.

create or replace function private.fail_step(p_step_id text, p_message text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_step private.steps;
begin
  update private.steps
  set status = 'failed', claim_token = null, error_message = p_message, updated_at = v_now
  where steps.step_id = p_step_id
    and steps.status in ('queued', 'running', 'waiting')
  returning steps.* into v_step;

  if not found then
    return;
  end if;

  perform private.record_event(
    v_step.project_id, 'step.failed', v_step.scene_id, v_step.chunk_id,
    jsonb_build_object('kind', v_step.kind, 'step_id', v_step.step_id, 'reason', p_message)
  );

  case v_step.kind
    when 'cancel_request' then
      null;
    when 'storyboard' then
      perform private.fail_storyboard(v_step, p_message);
    when 'extract_thumbnail' then
      perform private.store_film_when_ready(v_step.project_id);
    when 'generate_clip' then
      update public.video_chunks
      set status = 'FAILED', error_message = p_message, kling_completed_at = v_now
      where video_chunks.chunk_id = v_step.chunk_id
        and video_chunks.status in ('PENDING', 'SUBMITTED', 'IN_PROGRESS');
      perform private.fail_project(v_step.project_id, p_message, v_step.scene_id);
    else
      perform private.fail_project(v_step.project_id, p_message, v_step.scene_id);
  end case;
end;
$$;

comment on function private.fail_step(text, text) is
'→ failed; chunk, scene and project fail with the provider''s own words. The caller holds the project''s lock.';

revoke execute on function private.fail_step(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0270_function_is_output_of.sql
create or replace function private.is_output_of(p_kind text, p_output jsonb)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
  select case
    when p_kind in ('generate_clip', 'stitch', 'store_film') then coalesce(p_output ->> 'video_url', '') <> ''
    when p_kind in ('reframe_image', 'extract_last_frame', 'extract_thumbnail') then coalesce(p_output ->> 'image_url', '') <> ''
    when p_kind = 'storyboard' then case
      when jsonb_typeof(p_output -> 'scenes') = 'array' then jsonb_array_length(p_output -> 'scenes') between 1 and 100
      else false
    end
    else true
  end;
$$;

comment on function private.is_output_of(text, jsonb) is 'True when the output has what this kind of step is for.';

revoke execute on function private.is_output_of(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0270_function_requeue_step.sql
-- step → queued, due later · chunk SUBMITTED | IN_PROGRESS → PENDING

create or replace function private.requeue_step(p_step private.steps, p_message text, p_retry_after numeric)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_delay interval := private.retry_delay(p_step.attempt_count, p_retry_after);
  v_status text := (select projects.status from public.projects where projects.project_id = p_step.project_id);
begin
  update public.video_chunks
  set status = 'PENDING', request_id = null
  where video_chunks.chunk_id = p_step.chunk_id
    and p_step.kind = 'generate_clip'
    and video_chunks.status in ('PENDING', 'SUBMITTED', 'IN_PROGRESS');

  update private.steps
  set
    status = 'queued',
    claim_token = null,
    due_at = private.due_at(v_status, p_step.kind) + v_delay,
    updated_at = private.clock()
  where steps.step_id = p_step.step_id
    and steps.status in ('running', 'waiting');

  perform private.record_event(
    p_step.project_id, 'step.retried', p_step.scene_id, p_step.chunk_id,
    jsonb_build_object(
      'kind', p_step.kind, 'step_id', p_step.step_id, 'attempt', p_step.attempt_count,
      'reason', p_message, 'delay_s', round(extract(epoch from v_delay), 1)
    )
  );

  -- What failed may have been paid for: another try is begun only if it still fits.
  if exists (
    select 1
    from public.projects
    where projects.project_id = p_step.project_id
      and projects.max_cost_usd is not null
  ) then
    perform private.hold_over_budget(p_step.project_id);
  end if;
end;
$$;

comment on function private.requeue_step(private.steps, text, numeric) is
'running | waiting → queued, after a backoff; a failed chunk that is retried goes back to PENDING.';

revoke execute on function private.requeue_step(private.steps, text, numeric)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0271_function_fail_storyboard.sql
-- A film need not fail because nobody wrote its scenes: the job's own words, split, are scenes too.

create or replace function private.fail_storyboard(p_step private.steps, p_message text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if coalesce(
    (select settings.value #>> '{}' = 'fail' from private.settings where settings.name = 'on_storyboard_failure'),
    false
  ) then
    perform private.fail_project(p_step.project_id, format('Storyboard: %s', p_message), null);
    return;
  end if;

  perform private.complete_storyboard(p_step.project_id, jsonb_build_object(
    'by', 'splitter', 'scenes', p_step.input -> 'fallback', 'fell_back', p_message
  ));
end;
$$;

comment on function private.fail_storyboard(private.steps, text) is
'The splitter''s scenes instead, or, where on_storyboard_failure says fail, a failed project. The caller holds the project''s lock.';

revoke execute on function private.fail_storyboard(private.steps, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0279_function_clip_hash.sql
create or replace function private.clip_hash(p_chunk public.video_chunks)
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select encode(sha256(convert_to(
    jsonb_build_array(
      projects.aspect_ratio, p_chunk.model, p_chunk.prompt, p_chunk.duration, p_chunk.image_url,
      p_chunk.driver_video_url, p_chunk.audio_url
    )::text,
    'UTF8'
  )), 'hex')
  from public.projects
  where projects.project_id = p_chunk.project_id;
$$;

comment on function private.clip_hash(public.video_chunks) is 'SHA-256 in hex of what a clip is asked for with.';

revoke execute on function private.clip_hash(public.video_chunks) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0279_function_scene_hash.sql
create or replace function private.scene_hash(p_scene_id text)
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select encode(sha256(convert_to(
    jsonb_build_array(private.scene_input(scenes.scene_id), previous.input_hash)::text,
    'UTF8'
  )), 'hex')
  from public.scenes
  left join public.scenes as previous
    on previous.project_id = scenes.project_id
    and previous.position = scenes.position - 1
    and scenes.continuity = 'last_frame'
  where scenes.scene_id = p_scene_id;
$$;

comment on function private.scene_hash(text) is
'SHA-256 in hex of all that a scene is made from; one that continues another depends on that one''s hash.';

revoke execute on function private.scene_hash(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0280_function_complete_chunk.sql
-- chunk → COMPLETED; then its last frame, or the end of its scene

create or replace function private.complete_chunk(p_chunk_id text, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_chunk public.video_chunks;
begin
  update public.video_chunks
  set
    status = 'COMPLETED',
    kling_video_url = p_output ->> 'video_url',
    kling_completed_at = private.clock(),
    input_hash = private.clip_hash(video_chunks),
    progress = 100,
    error_message = null
  where video_chunks.chunk_id = p_chunk_id
    and video_chunks.status in ('PENDING', 'SUBMITTED', 'IN_PROGRESS')
  returning video_chunks.* into v_chunk;

  if not found then
    return;
  end if;

  -- The callback may be faster than the record of the submission.
  perform private.advance_project(v_chunk.project_id, array['queued', 'storyboarding'], 'generating');

  insert into public.media (project_id, scene_id, type, url, width, height, duration, metadata)
  values (
    v_chunk.project_id, v_chunk.scene_id, 'generated-video', v_chunk.kling_video_url,
    (p_output ->> 'width')::numeric, (p_output ->> 'height')::numeric,
    coalesce((p_output ->> 'duration')::numeric, v_chunk.duration),
    jsonb_build_object('chunk_id', v_chunk.chunk_id, 'model', v_chunk.model)
  );
  perform private.update_progress(v_chunk.project_id);

  if exists (select 1 from private.next_chunk(v_chunk)) then
    -- A scene looks like its beginning.
    update public.scenes
    set thumbnail_url = coalesce(p_output ->> 'thumbnail_url', scenes.thumbnail_url)
    where scenes.scene_id = v_chunk.scene_id
      and v_chunk.position = 1;
    perform private.add_step(v_chunk.project_id, 'extract_last_frame', v_chunk.scene_id, v_chunk.chunk_id);
  else
    perform private.finish_scene_clip(v_chunk, p_output);
  end if;
end;
$$;

comment on function private.complete_chunk(text, jsonb) is
'PENDING | SUBMITTED | IN_PROGRESS → COMPLETED, once. The caller holds the project''s lock.';

revoke execute on function private.complete_chunk(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0280_function_complete_scene.sql
-- scene pending | generating | extracting_frame → completed; the next scene starts, or the film is stitched

create or replace function private.complete_scene(p_scene_id text, p_last_frame_url text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_scene public.scenes;
  v_next_id text;
begin
  update public.scenes
  set
    status = 'completed',
    last_frame_url = coalesce(p_last_frame_url, scenes.last_frame_url),
    input_hash = private.scene_hash(scenes.scene_id),
    completed_at = private.clock()
  where scenes.scene_id = p_scene_id
    and scenes.status in ('pending', 'generating', 'extracting_frame')
  returning scenes.* into v_scene;

  if not found then
    return;
  end if;

  select scenes.scene_id
  into v_next_id
  from public.scenes
  where scenes.project_id = v_scene.project_id
    and scenes.position = v_scene.position + 1
    and scenes.continuity = 'last_frame'
    and scenes.status = 'pending';

  if found then
    perform private.start_scene(v_next_id, v_scene.last_frame_url);
  end if;

  -- Whichever scene is the last one to complete, the project's lock makes it see all the others.
  if not exists (
    select 1
    from public.scenes
    where scenes.project_id = v_scene.project_id
      and scenes.status <> 'completed'
  ) then
    perform private.advance_project(v_scene.project_id, array['queued', 'storyboarding', 'generating'], 'stitching');
  end if;
end;
$$;

comment on function private.complete_scene(text, text) is
'→ completed; starts the scene that continues from its last frame, and the stitching once all are complete. The caller holds the project''s lock.';

revoke execute on function private.complete_scene(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0283_function_complete_still.sql
-- An image has the film's aspect ratio now: every scene that starts from it starts from the new one.

create or replace function private.complete_still(p_step private.steps, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.scenes
  set reframed_image_url = p_output ->> 'image_url'
  from public.projects
  where projects.project_id = p_step.project_id
    and scenes.project_id = projects.project_id
    and scenes.reframe_to = p_step.input ->> 'aspect_ratio'
    and scenes.reframed_image_url is null
    and coalesce(scenes.image_url, projects.image_url) = p_step.input ->> 'image_url'
    and (scenes.position = 1 or scenes.continuity = 'cut');

  if p_output ->> 'image_url' <> p_step.input ->> 'image_url' then
    insert into public.media (project_id, scene_id, type, url, width, height, metadata)
    values (
      p_step.project_id, p_step.scene_id, 'generated-image', p_output ->> 'image_url',
      (p_output ->> 'width')::numeric, (p_output ->> 'height')::numeric,
      jsonb_build_object('reframed_to', p_step.input ->> 'aspect_ratio')
    );
  end if;

  perform private.prepare_film(p_step.project_id);
end;
$$;

comment on function private.complete_still(private.steps, jsonb) is
'A reframed image is there: the scenes that waited for it go on. The caller holds the project''s lock.';

revoke execute on function private.complete_still(private.steps, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0289_function_cut_hash.sql
-- All that project and scenes say counts, but for what says nothing about the film: a column that is
-- added later changes the hash, and at worst a film is joined once too often.

create or replace function private.cut_hash(p_project_id text)
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select encode(sha256(convert_to(
    jsonb_build_array(
      to_jsonb(private.film_clips(p_project_id)),
      to_jsonb(projects) - array[
        'project_id', 'chat_id', 'user_email', 'user_name', 'source', 'prompt', 'model', 'image_url', 'status',
        'progress', 'version', 'revision_of', 'final_video_url', 'thumbnail_url', 'duration', 'callback_url',
        'idempotency_key', 'error_message', 'metadata', 'created_at', 'updated_at', 'completed_at', 'paused_from',
        'storyboard', 'stop_at', 'awaiting_approval', 'max_cost_usd', 'estimated_cost_usd', 'cut_hash'
      ],
      projects.metadata - array['request_timestamp', 'webhookUrl', 'version'],
      (
        select jsonb_agg(
          to_jsonb(scenes) - array[
            'scene_id', 'project_id', 'image_url', 'status', 'thumbnail_url', 'last_frame_url', 'error_message',
            'created_at', 'updated_at', 'completed_at', 'reframe_to', 'reframed_image_url'
          ]
          order by scenes.position
        )
        from public.scenes
        where scenes.project_id = p_project_id
      )
    )::text,
    'UTF8'
  )), 'hex')
  from public.projects
  where projects.project_id = p_project_id;
$$;

comment on function private.cut_hash(text) is 'SHA-256 in hex of all that the film is joined from: its clips, and what else its job says about it.';

revoke execute on function private.cut_hash(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0289_function_same_cut.sql
-- The film of a version before that was joined from the same. One whose URL is signed, and has been
-- for a day, is left alone: it will not open much longer. So is one that lacks its thumbnail.

create or replace function private.same_cut(p_project public.projects)
returns public.projects
language sql
stable
security invoker
set search_path = ''
as $$
  select earlier.*
  from public.projects as earlier
  where earlier.user_id = p_project.user_id
    and earlier.video_id = p_project.video_id
    and earlier.project_id <> p_project.project_id
    and earlier.cut_hash = p_project.cut_hash
    and earlier.status = 'completed'
    and earlier.thumbnail_url is not null
    and (
      earlier.final_video_url not like '%/object/sign/%'
      or earlier.completed_at > private.clock() - interval '1 day'
    )
  order by earlier.version desc
  limit 1;
$$;

comment on function private.same_cut(public.projects) is 'A completed version of the same video that is the same cut; null where there is none.';

revoke execute on function private.same_cut(public.projects) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0290_function_begin_stitch.sql
-- What a project in stitching needs: its clips joined (one clip alone is not stitched), and the first
-- frame of the first one as its thumbnail. What was made before from the same clips is not made again:
-- a version that is the same cut as one before it has that one's film.

create or replace function private.begin_stitch(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_first_id text;
  v_thumbnail_url text;
  v_project public.projects;
  v_same public.projects;
begin
  update public.projects
  set cut_hash = private.cut_hash(p_project_id)
  where projects.project_id = p_project_id
  returning projects.* into v_project;
  v_same := private.same_cut(v_project);
  if v_same.project_id is not null then
    perform private.record_event(p_project_id, 'film.reused', null, null, jsonb_build_object('from', v_same.project_id));
    perform private.complete_project(p_project_id, jsonb_build_object(
      'video_url', v_same.final_video_url, 'thumbnail_url', v_same.thumbnail_url, 'duration', v_same.duration
    ));
    return;
  end if;

  select video_chunks.chunk_id, scenes.thumbnail_url
  into strict v_first_id, v_thumbnail_url
  from public.video_chunks
  join public.scenes using (scene_id)
  where scenes.project_id = p_project_id
    and video_chunks.selected
  order by scenes.position, video_chunks.position
  limit 1;

  -- A video service may have made one already.
  if v_thumbnail_url is null and (private.film_step(p_project_id, 'extract_thumbnail')).step_id is null then
    perform private.add_step(p_project_id, 'extract_thumbnail', null, v_first_id);
  end if;

  if cardinality(private.film_clips(p_project_id)) > 1
    and (private.film_step(p_project_id, 'stitch')).step_id is null then
    perform private.add_step(p_project_id, 'stitch');
  end if;

  -- Both may be there already: the project was paused, or failed when it stored its film.
  perform private.store_film_when_ready(p_project_id);
end;
$$;

comment on function private.begin_stitch(text) is
'Queues stitch and extract_thumbnail. Called by the trigger on projects when a project starts stitching.';

revoke execute on function private.begin_stitch(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0291_function_missing_stills.sql
create or replace function private.missing_stills(p_project_id text)
returns table (image_url text, aspect_ratio text, scene_id text, chunk_id text)
language sql
stable
security invoker
set search_path = ''
as $$
  select distinct on (coalesce(scenes.image_url, projects.image_url), scenes.reframe_to)
    coalesce(scenes.image_url, projects.image_url),
    scenes.reframe_to,
    scenes.scene_id,
    video_chunks.chunk_id
  from public.projects
  join public.scenes using (project_id)
  join public.video_chunks
    on video_chunks.scene_id = scenes.scene_id
    and video_chunks.selected
    and video_chunks.position = 1
  where projects.project_id = p_project_id
    and scenes.reframe_to is not null
    and scenes.reframed_image_url is null
    and (scenes.position = 1 or scenes.continuity = 'cut')
    and coalesce(scenes.image_url, projects.image_url) is not null
    and video_chunks.status <> 'COMPLETED'
    and video_chunks.image_url is null
  order by coalesce(scenes.image_url, projects.image_url), scenes.reframe_to, scenes.position;
$$;

comment on function private.missing_stills(text) is
'Images that have to be brought to an aspect ratio before clips start from them: each once, with the first scene that does.';

revoke execute on function private.missing_stills(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0291_function_needed_frames.sql
create or replace function private.needed_frames(p_project_id text)
returns setof text
language sql
stable
security invoker
set search_path = ''
as $$
  select clips.chunk_id
  from (
    select
      video_chunks.chunk_id,
      scenes.last_frame_url,
      lead(video_chunks.position > 1) over in_order as is_within,
      lead(video_chunks.position = 1 and scenes.continuity = 'last_frame') over in_order as is_across,
      lead(video_chunks.status <> 'COMPLETED' and video_chunks.image_url is null) over in_order as is_missing
    from public.scenes
    join public.video_chunks using (scene_id)
    where scenes.project_id = p_project_id
      and video_chunks.selected
    window in_order as (order by scenes.position, video_chunks.position)
  ) as clips
  where clips.is_missing
    and (clips.is_within or (clips.is_across and clips.last_frame_url is null));
$$;

comment on function private.needed_frames(text) is
'The chunks whose last frame is still to be taken, because what continues from it has no image yet.';

revoke execute on function private.needed_frames(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0292_function_remaining_work.sql
-- A new kind of step that costs money has to be added here: estimates go by it. In plpgsql because
-- that keeps its plans from one call to the next.

create or replace function private.remaining_work(p_project_id text)
returns table (kind text, input jsonb, chunk_id text, seconds numeric)
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return query
  select 'storyboard', '{}'::jsonb, null::text, null::numeric
  from public.projects
  where projects.project_id = p_project_id
    and 'storyboarding' in (projects.status, projects.paused_from)
    and not exists (select 1 from public.scenes where scenes.project_id = p_project_id)
  union all
  select 'reframe_image', '{}', stills.chunk_id, null
  from private.missing_stills(p_project_id) as stills
  union all
  select
    'generate_clip',
    jsonb_build_object('model', video_chunks.model, 'duration', video_chunks.duration),
    video_chunks.chunk_id,
    video_chunks.duration
  from public.video_chunks
  where video_chunks.project_id = p_project_id
    and video_chunks.selected
    and video_chunks.status in ('PENDING', 'FAILED', 'CANCELLED')
  union all
  select 'extract_last_frame', jsonb_build_object('chunk_id', frames.chunk_id), frames.chunk_id, video_chunks.duration
  from private.needed_frames(p_project_id) as frames (chunk_id)
  join public.video_chunks on video_chunks.chunk_id = frames.chunk_id
  union all
  select
    'extract_thumbnail',
    jsonb_build_object('chunk_id', video_chunks.chunk_id),
    video_chunks.chunk_id,
    video_chunks.duration
  from public.scenes
  join public.video_chunks on video_chunks.scene_id = scenes.scene_id
  where scenes.project_id = p_project_id
    and scenes.position = 1
    and scenes.thumbnail_url is null
    and video_chunks.selected
    and video_chunks.position = 1
    and coalesce((private.film_step(p_project_id, 'extract_thumbnail')).status, 'queued') = 'queued'
  union all
  select 'stitch', jsonb_build_object('project_id', p_project_id), null, null
  where cardinality(private.film_clips(p_project_id)) > 1
    and coalesce((private.film_step(p_project_id, 'stitch')).status, 'queued') = 'queued';
end;
$$;

comment on function private.remaining_work(text) is
'What a film still needs from outside, whether it is queued or not, with as much of the input as its price depends on, and the seconds of its clip.';

revoke execute on function private.remaining_work(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0293_function_await_approval.sql
-- project queued | storyboarding | generating → paused, until somebody approves

create or replace function private.await_approval(p_project_id text, p_stage text, p_data jsonb default '{}')
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.projects
  set
    status = 'paused',
    paused_from = coalesce(projects.paused_from, projects.status),
    awaiting_approval = p_stage
  where projects.project_id = p_project_id
    and projects.status not in ('completed', 'failed', 'cancelled');

  if not found then
    return;
  end if;

  update private.steps
  set due_at = 'infinity', updated_at = private.clock()
  where steps.project_id = p_project_id
    and steps.status = 'queued'
    and steps.kind <> 'cancel_request';

  perform private.record_event(
    p_project_id, 'project.awaiting_approval', null, null, jsonb_build_object('stage', p_stage) || p_data
  );
end;
$$;

comment on function private.await_approval(text, text, jsonb) is
'→ paused, awaiting approval of p_stage. The caller holds the project''s lock.';

revoke execute on function private.await_approval(text, text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0293_function_estimate_film.sql
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
    select coalesce(
      (select job_requests.providers from private.job_requests where job_requests.project_id = p_project_id),
      '{"storyboard": "openai", "reframe_image": "fal", "generate_clip": "fal", "extract_last_frame": "fal",
        "extract_thumbnail": "fal", "stitch": "fal"}'
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
        and steps.chunk_id is not distinct from remaining.chunk_id
        and steps.status in ('running', 'waiting')
        and attempts.status in ('created', 'submitted', 'in_progress', 'lost')
    )
    group by remaining.kind, remaining.input ->> 'model', remaining.seconds
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
      coalesce(sum(private.attempt_cost(attempts)), 0) as usd,
      array_agg(steps.kind) filter (where private.attempt_cost(attempts) is null) as unpriced
    from private.steps
    join private.attempts using (step_id)
    where steps.project_id = p_project_id
      and steps.kind not in ('store_film', 'cancel_request')
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
--! end included

--! included supabase/schemas/0294_function_hold_over_budget.sql
-- What is not known to fit into the budget does not fit.

create or replace function private.hold_over_budget(p_project_id text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_max numeric;
  v_usd numeric;
  v_unpriced text[];
begin
  select film.usd, film.unpriced into v_usd, v_unpriced from private.estimate_film(p_project_id) as film;

  update public.projects
  set estimated_cost_usd = v_usd
  where projects.project_id = p_project_id
  returning projects.max_cost_usd into v_max;

  if v_max is null or v_usd <= v_max then
    return false;
  end if;

  perform private.await_approval(p_project_id, 'budget', jsonb_build_object(
    'estimated_cost_usd', v_usd, 'max_cost_usd', v_max, 'unpriced', to_jsonb(nullif(v_unpriced, '{}'))
  ));
  return true;
end;
$$;

comment on function private.hold_over_budget(text) is
'Writes the film''s estimate down, and pauses it where that is above its max_cost_usd: true then. The caller holds the project''s lock.';

revoke execute on function private.hold_over_budget(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0295_function_prepare_film.sql
-- The one way from a storyboard to the first clip, walked again after each approval and each still:
-- the storyboard is approved where the job asked for that, the film fits into its budget, images have
-- the film's aspect ratio, and those are approved.

create or replace function private.prepare_film(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_project public.projects;
  v_still record;
  v_stills integer := 0;
begin
  select projects.* into v_project from public.projects where projects.project_id = p_project_id;
  if v_project.status = 'paused' and v_project.awaiting_approval is not null then
    return;
  end if;

  if v_project.stop_at = 'storyboard' then
    update public.projects
    set estimated_cost_usd = (select film.usd from private.estimate_film(p_project_id) as film)
    where projects.project_id = p_project_id;
    perform private.await_approval(p_project_id, 'storyboard');
    return;
  end if;

  if private.hold_over_budget(p_project_id) then
    return;
  end if;

  if v_project.stop_at = 'stills' then
    for v_still in select stills.* from private.missing_stills(p_project_id) as stills
    loop
      v_stills := v_stills + 1;
      perform private.ask_for_still(p_project_id, v_still.scene_id, v_still.chunk_id, v_still.image_url, v_still.aspect_ratio);
    end loop;
    if v_stills = 0 then
      perform private.await_approval(p_project_id, 'stills');
    end if;
    return;
  end if;

  perform private.continue_project(p_project_id);
end;
$$;

comment on function private.prepare_film(text) is
'Queues what the film needs next, or pauses it where an approval is missing. The caller holds the project''s lock.';

revoke execute on function private.prepare_film(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0296_function_complete_storyboard.sql
-- A storyboard is there: its scenes become the project's.

create or replace function private.complete_storyboard(p_project_id text, p_output jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_project public.projects;
begin
  if exists (select 1 from public.scenes where scenes.project_id = p_project_id) then
    return;
  end if;

  update public.projects
  set
    total_scenes = jsonb_array_length(p_output -> 'scenes'),
    storyboard = coalesce(projects.storyboard, '{}') || jsonb_strip_nulls(jsonb_build_object(
      'by', coalesce(p_output ->> 'by', 'model'),
      'title', p_output ->> 'title',
      'scenes', jsonb_array_length(p_output -> 'scenes'),
      'repairs', p_output -> 'repairs',
      'fell_back', p_output ->> 'fell_back'
    ))
  where projects.project_id = p_project_id
    and 'storyboarding' in (projects.status, projects.paused_from)
  returning projects.* into v_project;

  if not found then
    return;
  end if;

  perform private.insert_scenes(v_project, p_output -> 'scenes');
  perform private.reuse_scenes(v_project);
  perform private.record_event(p_project_id, 'storyboard.written', null, null, v_project.storyboard - 'input_hash');
  perform private.prepare_film(p_project_id);
end;
$$;

comment on function private.complete_storyboard(text, jsonb) is
'Inserts the scenes that were written, once, and lets the film begin. The caller holds the project''s lock.';

revoke execute on function private.complete_storyboard(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0296_function_job_answer.sql
create or replace function private.job_answer(p_project_id text, p_outcome text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object(
    'outcome', p_outcome,
    'project_id', projects.project_id,
    -- A job that is being written for is still waiting for its first clip.
    'status', case when p_outcome = 'created' and projects.status = 'storyboarding' then 'queued' else projects.status end,
    'storyboard', coalesce(projects.storyboard ->> 'by', 'none'),
    'estimated_cost_usd', projects.estimated_cost_usd,
    'task_token', private.sign('task', projects.project_id)
  )
  from public.projects
  where projects.project_id = p_project_id;
$$;

comment on function private.job_answer(text, text) is 'What create_project answers about a project that is there.';

revoke execute on function private.job_answer(text, text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0296_function_refuse_over_budget.sql
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
    case when count(clips.model) = count(clips.usd) then film.usd + coalesce(sum(clips.usd), 0) end,
    film.unpriced || coalesce(array_agg(distinct clips.model) filter (where clips.model is not null and clips.usd is null), '{}')
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
  ) as clips on true
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
'Raises RL402 where a new film, and the clips of p_scenes besides, cost more than its max_cost_usd, or an unknown sum.';

revoke execute on function private.refuse_over_budget(text, jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0297_function_begin_storyboard.sql
-- project queued → storyboarding, or its scenes at once where a version before had them written from
-- the same words
--
-- The scenes that need no model come along: they are the film where the model fails, and its least cost.

create or replace function private.begin_storyboard(p_project public.projects, p_fallback jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_brief jsonb := jsonb_build_object(
    'prompt', p_project.prompt,
    'image_url', p_project.image_url,
    'model', p_project.model,
    'aspect_ratio', p_project.aspect_ratio
  );
  v_hash text := encode(sha256(convert_to(v_brief::text, 'UTF8')), 'hex');
  v_written jsonb;
begin
  update public.projects
  set
    status = 'storyboarding',
    total_scenes = null,
    storyboard = jsonb_build_object('by', 'model', 'input_hash', v_hash)
  where projects.project_id = p_project.project_id;

  perform private.refuse_over_budget(p_project.project_id, p_fallback);

  select steps.output
  into v_written
  from private.steps
  join public.projects using (project_id)
  where steps.project_id = p_project.revision_of
    and steps.kind = 'storyboard'
    and steps.status = 'completed'
    and projects.storyboard ->> 'input_hash' = v_hash
  order by steps.created_at desc
  limit 1;

  if v_written is not null then
    perform private.complete_storyboard(p_project.project_id, v_written);
    return;
  end if;

  update public.projects
  set estimated_cost_usd = (select film.usd from private.estimate_film(p_project.project_id) as film)
  where projects.project_id = p_project.project_id;
  perform private.add_step(
    p_project.project_id, 'storyboard', null, null, v_brief || jsonb_build_object('fallback', p_fallback)
  );
end;
$$;

comment on function private.begin_storyboard(public.projects, jsonb) is
'queued → storyboarding: asks for the scenes, unless the version before has them. Raises RL402 where even the least film costs too much.';

revoke execute on function private.begin_storyboard(public.projects, jsonb)
from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0299_function_create_project.sql
-- → queued
--
-- Takes a parsed job. The same job again (same key, same body) gets the first project back. p_needs
-- names what the job relies on: a database that does not know the argument does not take the job.

create or replace function public.create_project(p_job jsonb, p_needs text[] default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_answer text;
begin
  if p_job ->> 'max_cost_usd' is null then
    return private.open_project(p_job);
  end if;

  begin
    return private.open_project(p_job);
  exception
    when sqlstate 'RL402' then
      get stacked diagnostics v_answer = pg_exception_detail;
      return v_answer::jsonb;
  end;
end;
$$;

comment on function public.create_project(jsonb, text[]) is
'→ queued; idempotent by key. Outcome created, duplicate, conflict (same key, other body) or over_budget (nothing was created). Called by webhook.';

revoke execute on function public.create_project(jsonb, text[]) from public, anon, authenticated;
grant execute on function public.create_project(jsonb, text[]) to service_role;
--! end included

--! included supabase/schemas/0299_function_open_project.sql
-- → queued, or what follows from it at once

create or replace function private.open_project(p_job jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_digest text := private.job_digest(p_job);
  -- A job that was tried out first is not the same one when it is meant.
  v_key text := coalesce(
    p_job ->> 'idempotency_key',
    case when p_job ->> 'execution_mode' = 'test' then 'test:' else '' end || 'body:' || v_digest
  );
  v_user_id text := p_job ->> 'user_id';
  v_project public.projects;
begin
  -- Versions of one video are counted under a lock of its own: no row exists yet that could be locked.
  perform pg_advisory_xact_lock(hashtextextended('version:' || v_user_id || ':' || (p_job ->> 'video_id'), 0));

  v_project := private.insert_project(p_job, v_key);

  if v_project.project_id is null then
    select projects.*
    into strict v_project
    from public.projects
    where projects.user_id = v_user_id
      and projects.idempotency_key = v_key;

    return private.job_answer(v_project.project_id, (
      select case when job_requests.body_digest = v_digest then 'duplicate' else 'conflict' end
      from private.job_requests
      where job_requests.project_id = v_project.project_id
    ));
  end if;

  insert into private.job_requests (project_id, via, body_digest, events, webhook_headers, is_notified, providers)
  values (
    v_project.project_id,
    p_job ->> 'via',
    v_digest,
    case when jsonb_typeof(p_job -> 'events') = 'array'
      then array(select jsonb_array_elements_text(p_job -> 'events')) end,
    coalesce(nullif(p_job -> 'webhook_headers', 'null'), '{}'),
    coalesce((p_job ->> 'notify')::boolean, false),
    nullif(p_job -> 'providers', 'null')
  );

  if p_job ->> 'storyboard' = 'model' then
    perform private.begin_storyboard(v_project, p_job -> 'scenes');
  else
    perform private.insert_scenes(v_project, p_job -> 'scenes');
    perform private.reuse_scenes(v_project);
    perform private.refuse_over_budget(v_project.project_id);
    perform private.prepare_film(v_project.project_id);
  end if;

  return private.job_answer(v_project.project_id, 'created');
end;
$$;

comment on function private.open_project(jsonb) is
'→ queued; idempotent by key. Raises RL402, with the answer as its detail, where the film does not fit into max_cost_usd.';

revoke execute on function private.open_project(jsonb) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0330_function_read_task.sql
-- A project as its sender sees it. An unknown id and a wrong token get the same nothing.

create or replace function public.read_task(p_project_id text, p_token text, p_trusted boolean)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'task_id', projects.project_id,
    'status', projects.status,
    'progress', projects.progress,
    'scenes', coalesce(
      (
        select jsonb_agg(
          jsonb_build_object(
            'scene_id', scenes.scene_id,
            'position', scenes.position,
            'status', scenes.status,
            'video_url', scenes.video_url,
            'prompt', scenes.prompt,
            'continuity', scenes.continuity,
            'image_url', case
              when scenes.position = 1 or scenes.continuity = 'cut'
                then coalesce(scenes.reframed_image_url, scenes.image_url, projects.image_url)
            end,
            'input_hash', scenes.input_hash
          )
          order by scenes.position
        )
        from public.scenes
        where scenes.project_id = projects.project_id
      ),
      '[]'
    ),
    'final_video_url', projects.final_video_url,
    'error', projects.error_message,
    'version', projects.version,
    'execution_mode', projects.execution_mode,
    'storyboard', projects.storyboard - 'input_hash',
    'awaiting_approval', case when projects.status = 'paused' then projects.awaiting_approval end,
    'estimated_cost_usd', projects.estimated_cost_usd,
    'max_cost_usd', projects.max_cost_usd,
    'cost_usd', private.spent_on(projects.project_id)
  )
  from public.projects
  where projects.project_id = p_project_id
    and (p_trusted or private.is_signed('task', p_project_id, p_token));
$$;

comment on function public.read_task(text, text, boolean) is
'{task_id, status, progress, scenes, final_video_url, error, version, execution_mode, storyboard, awaiting_approval, estimated_cost_usd, max_cost_usd, cost_usd}; null for an unknown id or a wrong token. p_trusted: the sender showed credentials. Called by webhook.';

revoke execute on function public.read_task(text, text, boolean) from public, anon, authenticated;
grant execute on function public.read_task(text, text, boolean) to service_role;
--! end included

--! included supabase/schemas/0345_function_broken_ledger.sql
create or replace function private.broken_ledger()
returns table (invariant text, id text)
language sql
stable
security invoker
set search_path = ''
as $$
  select 'what is reserved and spent in the ledger is what the attempts say', attempts.attempt_id
  from private.attempts
  left join lateral (
    select
      coalesce(sum(case ledger.kind when 'reserve' then ledger.usd when 'release' then -ledger.usd end), 0) as reserved,
      coalesce(sum(ledger.usd) filter (where ledger.kind = 'settle'), 0) as spent
    from private.ledger
    where ledger.attempt_id = attempts.attempt_id
  ) as entries on true
  where entries.reserved <> case when attempts.ended_at is null then coalesce(attempts.estimated_cost_usd, 0) else 0 end
    or entries.spent <> case when attempts.ended_at is null then 0 else coalesce(private.attempt_cost(attempts), 0) end
  union all
  select 'a test costs nothing', projects.project_id
  from public.projects
  where projects.execution_mode = 'test'
    and exists (select 1 from private.ledger where ledger.project_id = projects.project_id);
$$;

comment on function private.broken_ledger() is 'Broken invariants of money.';

revoke execute on function private.broken_ledger() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0350_function_check_invariants.sql
-- What must be true at any moment between two transactions. Each row is a broken promise.

create or replace function private.check_invariants()
returns table (invariant text, id text)
language sql
stable
security invoker
set search_path = ''
as $$
  select 'a finished project has no open scene', scenes.scene_id
  from public.scenes
  join public.projects using (project_id)
  where projects.status in ('completed', 'failed', 'cancelled')
    and scenes.status in ('pending', 'generating', 'extracting_frame')
  union all
  select 'a finished project has no open chunk', video_chunks.chunk_id
  from public.video_chunks
  join public.projects using (project_id)
  where projects.status in ('completed', 'failed', 'cancelled')
    and video_chunks.selected
    and video_chunks.status in ('PENDING', 'SUBMITTED', 'IN_PROGRESS')
  union all
  select 'a finished project has no open step but to give requests up', steps.step_id
  from private.steps
  join public.projects using (project_id)
  where projects.status in ('completed', 'failed', 'cancelled')
    and steps.kind <> 'cancel_request'
    and steps.status in ('queued', 'running', 'waiting')
  union all
  select 'a finished step has no open attempt', attempts.attempt_id
  from private.attempts
  join private.steps using (step_id)
  where steps.status in ('completed', 'failed', 'cancelled')
    and attempts.status in ('created', 'submitted', 'in_progress', 'lost')
  union all
  select 'a step has one open attempt at most', attempts.step_id
  from private.attempts
  where attempts.status in ('created', 'submitted', 'in_progress', 'lost')
  group by attempts.step_id
  having count(*) > 1
  union all
  select 'a waiting step has an open attempt', steps.step_id
  from private.steps
  where steps.status = 'waiting'
    and not exists (
      select 1
      from private.attempts
      where attempts.step_id = steps.step_id
        and attempts.status in ('submitted', 'in_progress', 'lost')
    )
  union all
  select 'a completed scene has only completed chunks', video_chunks.chunk_id
  from public.video_chunks
  join public.scenes using (scene_id)
  where scenes.status = 'completed'
    and video_chunks.selected
    and video_chunks.status <> 'COMPLETED'
  union all
  select 'an unfinished project has an open step', projects.project_id
  from public.projects
  where projects.status in ('queued', 'storyboarding', 'generating', 'stitching')
    and not exists (
      select 1
      from private.steps
      where steps.project_id = projects.project_id
        and steps.status in ('queued', 'running', 'waiting')
    )
  union all
  select broken.invariant, broken.id from private.broken_films() as broken
  union all
  select broken.invariant, broken.id from private.broken_attempts() as broken
  union all
  select broken.invariant, broken.id from private.broken_messages() as broken
  union all
  select broken.invariant, broken.id from private.broken_ledger() as broken;
$$;

comment on function private.check_invariants() is
'One row for each broken invariant, none when all is well. Run by tests and by whoever is on call.';

revoke execute on function private.check_invariants() from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0425_trigger_attempts_keep_ledger.sql
-- Estimate and cost of an attempt, before and after: the ledger gets the difference.

create or replace function private.tg_attempts__keep_ledger()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_was_over boolean := tg_op = 'UPDATE' and old.ended_at is not null;
  v_reserved numeric := case when new.ended_at is null then new.estimated_cost_usd else 0 end;
  v_reserved_before numeric := case when tg_op = 'UPDATE' and not v_was_over then old.estimated_cost_usd else 0 end;
  v_spent numeric := case when new.ended_at is null then 0 else private.attempt_cost(new) end;
  v_spent_before numeric := case when v_was_over then private.attempt_cost(old) else 0 end;
begin
  insert into private.ledger (project_id, user_id, attempt_id, kind, usd)
  select steps.project_id, steps.user_id, new.attempt_id, entry.kind, entry.usd
  from private.steps
  cross join (values
    ('reserve', coalesce(v_reserved, 0) - coalesce(v_reserved_before, 0)),
    ('release', coalesce(v_reserved_before, 0) - coalesce(v_reserved, 0)),
    ('settle', coalesce(v_spent, 0) - coalesce(v_spent_before, 0))
  ) as entry (kind, usd)
  where steps.step_id = new.step_id
    and (entry.usd > 0 or (entry.kind = 'settle' and entry.usd < 0));
  return null;
end;
$$;

comment on function private.tg_attempts__keep_ledger() is
'An attempt begins → reserve. It ends → release and settle. Its cost is learnt, or learnt anew → settle the difference.';

revoke execute on function private.tg_attempts__keep_ledger() from public, anon, authenticated, service_role;

create or replace trigger _500_keep_ledger_inserted after insert on private.attempts
for each row when (new.estimated_cost_usd > 0) execute function private.tg_attempts__keep_ledger();

create or replace trigger _500_keep_ledger_updated
after update of status, ended_at, request_id, estimated_cost_usd, actual_cost_usd on private.attempts
for each row when (
  new.ended_at is not null and coalesce(new.estimated_cost_usd, new.actual_cost_usd) > 0
  or new.estimated_cost_usd is distinct from old.estimated_cost_usd
  or new.actual_cost_usd is distinct from old.actual_cost_usd
)
execute function private.tg_attempts__keep_ledger();
--! end included

--! included supabase/schemas/0500_function_approve_project.sql
-- project paused, awaiting approval → where it was
--
-- Approving a budget raises max_cost_usd to the estimate that was seen; one that nobody could estimate
-- has no limit from then on.

create or replace function public.approve_project(
  p_project_id text,
  p_reason text default null,
  p_stage text default null
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_project public.projects := private.lock_project(p_project_id, 'approve');
begin
  if v_project.status <> 'paused' or v_project.awaiting_approval is null
    or v_project.awaiting_approval <> coalesce(p_stage, v_project.awaiting_approval) then
    raise exception 'Cannot approve % of project "%": it awaits %', coalesce(p_stage, 'anything'), p_project_id,
      case when v_project.status = 'paused' then coalesce(v_project.awaiting_approval, 'no approval') else 'no approval' end
      using errcode = 'RL409';
  end if;

  update public.projects
  set
    status = projects.paused_from,
    paused_from = null,
    awaiting_approval = null,
    stop_at = case when projects.stop_at <> projects.awaiting_approval then projects.stop_at end,
    max_cost_usd = case
      when projects.awaiting_approval <> 'budget' then projects.max_cost_usd
      when projects.estimated_cost_usd is not null then greatest(projects.max_cost_usd, projects.estimated_cost_usd)
    end
  where projects.project_id = p_project_id;

  update private.steps
  set due_at = private.clock(), updated_at = private.clock()
  where steps.project_id = p_project_id
    and steps.status = 'queued'
    and steps.due_at = 'infinity';

  perform private.record_event(p_project_id, 'project.approved', null, null, jsonb_build_object(
    'stage', v_project.awaiting_approval, 'reason', p_reason, 'estimated_cost_usd', v_project.estimated_cost_usd
  ));
  perform private.prepare_film(p_project_id);
  return private.verb_answer(v_project) || jsonb_build_object('approved', v_project.awaiting_approval);
end;
$$;

comment on function public.approve_project(text, text, text) is
'paused, awaiting approval → paused_from. {project_id, was, status, requests_given_up, approved}. Raises RL404, and RL409 where nothing, or something else than p_stage, awaits it.';

revoke execute on function public.approve_project(text, text, text) from public, anon, authenticated;
grant execute on function public.approve_project(text, text, text) to service_role;
--! end included

--! included supabase/schemas/0500_function_resume_project.sql
-- project paused → where it was, or as far as it has come meanwhile

create or replace function public.resume_project(p_project_id text, p_reason text default null)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_project public.projects := private.lock_project(p_project_id, 'resume');
begin
  if v_project.status in ('completed', 'failed', 'cancelled') then
    raise exception 'Cannot resume project "%": it is %, and only a paused one can be resumed',
      p_project_id, v_project.status using errcode = 'RL409';
  end if;

  if v_project.status = 'paused' and v_project.awaiting_approval is not null then
    raise exception 'Cannot resume project "%": it awaits an approval of its %', p_project_id, v_project.awaiting_approval
      using errcode = 'RL409';
  end if;

  update public.projects
  set status = projects.paused_from, paused_from = null
  where projects.project_id = p_project_id
    and projects.status = 'paused';

  update private.steps
  set due_at = private.clock(), updated_at = private.clock()
  where steps.project_id = p_project_id
    and steps.status = 'queued'
    and steps.due_at = 'infinity';

  if p_reason is not null and v_project.status = 'paused' then
    perform private.record_event(p_project_id, 'project.resume_reason', null, null, jsonb_build_object('reason', p_reason));
  end if;
  return private.verb_answer(v_project);
end;
$$;

comment on function public.resume_project(text, text) is
'paused → paused_from; idempotent. {project_id, was, status, requests_given_up}. Raises RL404, and RL409 when the film has ended or awaits an approval.';

revoke execute on function public.resume_project(text, text) from public, anon, authenticated;
grant execute on function public.resume_project(text, text) to service_role;
--! end included

--! included supabase/schemas/0530_function_keep_take.sql
-- A scene has one place for its figures, and each of its takes has its own: they are kept with the last
-- chunk of the take, in metadata.scene, before another one is selected.

create or replace function private.keep_take(p_scene_ids text[])
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.video_chunks
  set metadata = video_chunks.metadata || jsonb_build_object('scene', jsonb_build_object(
    'thumbnail_url', scenes.thumbnail_url,
    'last_frame_url', scenes.last_frame_url,
    'duration', scenes.duration,
    'fps', scenes.fps,
    'width', scenes.width,
    'height', scenes.height,
    'quality_score', scenes.quality_score,
    'input_hash', scenes.input_hash
  ))
  from public.scenes
  where scenes.scene_id = any (p_scene_ids)
    and video_chunks.scene_id = scenes.scene_id
    and video_chunks.selected
    and video_chunks.status = 'COMPLETED'
    and video_chunks.kling_video_url = scenes.video_url;
$$;

comment on function private.keep_take(text[]) is
'Writes the figures of these scenes down with their selected takes. The caller holds the project''s lock.';

revoke execute on function private.keep_take(text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0530_function_regenerate_scene.sql
-- project any but paused → generating · the scene, and those chained to it, get a new take
--
-- Old takes stay, unselected. p_changes may give this scene another prompt, image_url or model, or
-- chunks as a job has them; the caller has checked that the model offers them. What failed beside it is asked for again.

create or replace function public.regenerate_scene(p_scene_id text, p_changes jsonb default '{}')
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_scene public.scenes;
  v_project public.projects;
  v_followers text[];
  v_take integer;
begin
  select scenes.* into v_scene from public.scenes where scenes.scene_id = p_scene_id;
  if not found then
    raise exception 'Cannot regenerate scene "%": no such scene', p_scene_id using errcode = 'RL404';
  end if;

  v_project := private.lock_project(v_scene.project_id);
  if v_project.status = 'paused' then
    raise exception 'Cannot regenerate scene "%": its project is paused, and has to be resumed first', p_scene_id
      using errcode = 'RL409';
  end if;

  if p_changes ->> 'image_url' is not null and v_scene.position > 1 and v_scene.continuity = 'last_frame' then
    raise exception 'Cannot regenerate scene "%" from an image: it starts from the last frame of the scene before it', p_scene_id
      using errcode = 'RL400';
  end if;

  v_followers := private.chained_scenes(p_scene_id);
  select max(video_chunks.take) + 1
  into v_take
  from public.video_chunks
  where video_chunks.scene_id = any (v_followers);

  perform private.close_steps(v_project.project_id, v_followers);
  perform private.keep_take(v_followers);
  perform private.insert_take(v_followers, v_take, p_scene_id, p_changes);

  update public.scenes
  set
    status = 'pending',
    error_message = null,
    thumbnail_url = null,
    last_frame_url = null,
    duration = null,
    fps = null,
    width = null,
    height = null,
    quality_score = null,
    completed_at = null,
    input_hash = null,
    reframed_image_url = case
      when scenes.scene_id = p_scene_id and p_changes ->> 'image_url' <> scenes.image_url then null
      when scenes.scene_id = p_scene_id and p_changes ->> 'image_url' is not null and scenes.image_url is null then null
      else scenes.reframed_image_url
    end,
    prompt = case when scenes.scene_id = p_scene_id then coalesce(p_changes ->> 'prompt', scenes.prompt) else scenes.prompt end,
    image_url = case when scenes.scene_id = p_scene_id then coalesce(p_changes ->> 'image_url', scenes.image_url) else scenes.image_url end
  where scenes.scene_id = any (v_followers);

  perform private.revive_scenes(v_project.project_id);
  perform private.reopen_project(v_project.project_id);
  return private.verb_answer(v_project) || jsonb_build_object('take', v_take, 'scenes', to_jsonb(v_followers));
end;
$$;

comment on function public.regenerate_scene(text, jsonb) is
'A new take of a scene and of those chained to it. {project_id, was, status, requests_given_up, take, scenes}. Raises RL400, RL404, RL409.';

revoke execute on function public.regenerate_scene(text, jsonb) from public, anon, authenticated;
grant execute on function public.regenerate_scene(text, jsonb) to service_role;
--! end included

--! included supabase/schemas/0530_function_reopen_project.sql
-- project completed | failed | cancelled | stitching → generating | stitching, by what is missing
--
-- One that is not that far yet stays where it is, and one without scenes is written for again.

create or replace function private.reopen_project(p_project_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_is_generated boolean;
  v_brief jsonb;
begin
  if not exists (select 1 from public.scenes where scenes.project_id = p_project_id) then
    select steps.input
    into v_brief
    from private.steps
    where steps.project_id = p_project_id
      and steps.kind = 'storyboard'
    order by steps.created_at desc
    limit 1;
    update public.projects
    set status = 'storyboarding', error_message = null, completed_at = null, progress = 0
    where projects.project_id = p_project_id;
    perform private.add_step(p_project_id, 'storyboard', null, null, v_brief);
    return;
  end if;

  select not exists (
    select 1 from public.scenes where scenes.project_id = p_project_id and scenes.status <> 'completed'
  )
  into v_is_generated;

  -- The film of before stays where it is until the new one is stored.
  update public.projects
  set
    status = case
      when v_is_generated then 'stitching'
      when projects.status in ('queued', 'storyboarding') then projects.status
      else 'generating'
    end,
    error_message = null,
    completed_at = null,
    progress = 0
  where projects.project_id = p_project_id;

  perform private.update_progress(p_project_id);
  perform private.prepare_film(p_project_id);
end;
$$;

comment on function private.reopen_project(text) is
'→ generating | stitching, and queues what is missing. The caller holds the project''s lock.';

revoke execute on function private.reopen_project(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0530_function_restore_take.sql
create or replace function private.restore_take(p_scene_ids text[])
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.scenes
  set
    video_url = clip.kling_video_url,
    thumbnail_url = clip.metadata -> 'scene' ->> 'thumbnail_url',
    last_frame_url = clip.metadata -> 'scene' ->> 'last_frame_url',
    duration = (clip.metadata -> 'scene' ->> 'duration')::numeric,
    fps = (clip.metadata -> 'scene' ->> 'fps')::numeric,
    width = (clip.metadata -> 'scene' ->> 'width')::integer,
    height = (clip.metadata -> 'scene' ->> 'height')::integer,
    quality_score = (clip.metadata -> 'scene' ->> 'quality_score')::numeric,
    input_hash = clip.metadata -> 'scene' ->> 'input_hash'
  from (
    select distinct on (video_chunks.scene_id) video_chunks.*
    from public.video_chunks
    where video_chunks.scene_id = any (p_scene_ids)
      and video_chunks.selected
    order by video_chunks.scene_id, video_chunks.position desc
  ) as clip
  where scenes.scene_id = clip.scene_id;
$$;

comment on function private.restore_take(text[]) is
'Gives these scenes the figures that keep_take wrote down for the takes that are selected now. The caller holds the project''s lock.';

revoke execute on function private.restore_take(text[]) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0650_function_scene_takes.sql
create or replace function private.scene_takes(p_scene_id text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      jsonb_build_object('take', takes.take, 'selected', takes.selected, 'status', takes.status, 'clips', takes.clips)
      order by takes.take
    ),
    '[]'
  )
  from (
    select
      video_chunks.take,
      bool_and(video_chunks.selected) as selected,
      case
        when bool_and(video_chunks.status = 'COMPLETED') then 'completed'
        when bool_or(video_chunks.status = 'FAILED') then 'failed'
        when bool_or(video_chunks.status = 'CANCELLED') then 'cancelled'
        else 'open'
      end as status,
      jsonb_agg(
        jsonb_build_object(
          'model', video_chunks.model,
          'prompt', video_chunks.prompt,
          'video_url', video_chunks.kling_video_url,
          'input_hash', video_chunks.input_hash,
          'reused_from', video_chunks.metadata ->> 'reused_from'
        )
        order by video_chunks.position
      ) as clips
    from public.video_chunks
    where video_chunks.scene_id = p_scene_id
    group by video_chunks.take
  ) as takes;
$$;

comment on function private.scene_takes(text) is 'The takes of a scene, each with its clips; a completed one can be selected.';

revoke execute on function private.scene_takes(text) from public, anon, authenticated, service_role;
--! end included

--! included supabase/schemas/0655_function_read_versions.sql
-- All films of a video, the newest first, each with its scenes and their takes.

create or replace function public.read_versions(p_project_id text, p_token text, p_trusted boolean)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'video_id', projects.video_id,
    'versions', (
      select jsonb_agg(jsonb_build_object(
        'task_id', versions.project_id,
        'version', versions.version,
        'revision_of', versions.revision_of,
        'status', versions.status,
        'final_video_url', versions.final_video_url,
        'cut_hash', versions.cut_hash,
        'cost_usd', private.spent_on(versions.project_id),
        'created_at', versions.created_at,
        'scenes', (
          select coalesce(jsonb_agg(
            jsonb_build_object(
              'scene_id', scenes.scene_id,
              'position', scenes.position,
              'prompt', scenes.prompt,
              'input_hash', scenes.input_hash,
              'takes', private.scene_takes(scenes.scene_id)
            )
            order by scenes.position
          ), '[]')
          from public.scenes
          where scenes.project_id = versions.project_id
        )
      ) order by versions.version desc)
      from public.projects as versions
      where versions.user_id = projects.user_id
        and versions.video_id = projects.video_id
    )
  )
  from public.projects
  where projects.project_id = p_project_id
    and (p_trusted or private.is_signed('task', p_project_id, p_token));
$$;

comment on function public.read_versions(text, text, boolean) is
'{video_id, versions: [{task_id, version, …, scenes: [{…, takes}]}]} of the video that this project is of; null for an unknown id or a wrong token. Called by webhook.';

revoke execute on function public.read_versions(text, text, boolean) from public, anon, authenticated;
grant execute on function public.read_versions(text, text, boolean) to service_role;
--! end included

--! included supabase/schemas/0670_function_list_model_fallbacks.sql
create or replace function public.list_model_fallbacks()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(model_fallbacks) order by model_fallbacks.model), '[]')
  from private.model_fallbacks;
$$;

comment on function public.list_model_fallbacks() is '[{model, fallback, updated_at}]. Called by webhook-manage.';

revoke execute on function public.list_model_fallbacks() from public, anon, authenticated;
grant execute on function public.list_model_fallbacks() to service_role;
--! end included

--! included supabase/schemas/0670_function_put_model_fallback.sql
create or replace function public.put_model_fallback(p_model text, p_fallback text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if p_fallback is null then
    delete from private.model_fallbacks where model_fallbacks.model = p_model;
  elsif p_fallback = p_model then
    raise exception 'Cannot let "%" stand in for itself', p_model using errcode = 'RL400';
  else
    insert into private.model_fallbacks (model, fallback, updated_at)
    values (p_model, p_fallback, private.clock())
    on conflict (model) do update set fallback = excluded.fallback, updated_at = excluded.updated_at;
  end if;

  return jsonb_build_object('model', p_model, 'fallback', p_fallback);
end;
$$;

comment on function public.put_model_fallback(text, text) is
'Which model makes a clip where p_model refuses it or is down; null: none. The caller has checked that it can. Raises RL400.';

revoke execute on function public.put_model_fallback(text, text) from public, anon, authenticated;
grant execute on function public.put_model_fallback(text, text) to service_role;
--! end included

-- Rows are not schema.

insert into private.settings (name, value, description) values
  ('lease_seconds.storyboard', '180', 'How long a runner has for one claim of it'),
  ('lease_seconds.reframe_image', '90', 'How long a runner has for one claim of it'),
  ('deadline_seconds.storyboard', '180', 'A callback is awaited this long, then the provider is asked'),
  ('deadline_seconds.reframe_image', '120', 'A callback is awaited this long, then the provider is asked'),
  ('give_up_seconds.storyboard', '600', 'A provider that is still at it after this long is given up'),
  ('give_up_seconds.reframe_image', '900', 'A provider that is still at it after this long is given up'),
  ('on_storyboard_failure', '"splitter"', 'When no model writes the scenes: "splitter" makes them of the job''s own words, "fail" fails the film');

insert into private.providers (name) values ('openai'), ('test');

insert into private.prices (model, kind, usd_per_second, usd_per_call, as_of, source) values
  ('fal-ai/kling-video/v2.5-turbo/pro/image-to-video', 'generate_clip', 0.07, null, '2026-11-22', 'https://fal.ai/models/fal-ai/kling-video/v2.5-turbo/pro/image-to-video/llms.txt'),
  ('fal-ai/kling-video/v2.5-turbo/pro/text-to-video', 'generate_clip', 0.07, null, '2026-11-22', 'https://www.eachlabs.ai/kling/kling-v2-5/kling-v2-5-turbo-pro-text-to-video/llms.txt'),
  ('fal-ai/kling-video/v2.5-turbo/standard/image-to-video', 'generate_clip', 0.042, null, '2026-11-22', 'https://fal.ai/models/fal-ai/kling-video/v2.5-turbo/standard/image-to-video/llms.txt'),
  ('fal-ai/image-editing/reframe', 'reframe_image', null, 0.04, '2026-11-22', 'https://fal.ai/models/fal-ai/image-editing/reframe/llms.txt'),
  ('fal-ai/ffmpeg-api/merge-videos', 'stitch', 0, null, '2026-11-22', 'https://fal.ai/models/fal-ai/ffmpeg-api/merge-videos/llms.txt'),
  ('openai', 'storyboard', null, 0.05, '2026-11-22', 'an upper bound of ours: a prompt of 20,000 characters, three answers of 8,000 tokens, a small model')
-- What an operator wrote there holds.
on conflict (model, kind) do nothing;

-- What was spent before there was a ledger.
insert into private.ledger (project_id, user_id, attempt_id, kind, usd, at)
select steps.project_id, steps.user_id, attempts.attempt_id, entry.kind, entry.usd, entry.at
from private.attempts
join private.steps using (step_id)
cross join lateral (values
  ('reserve', attempts.estimated_cost_usd, attempts.created_at),
  ('release', case when attempts.ended_at is not null then attempts.estimated_cost_usd end, attempts.ended_at),
  ('settle', case when attempts.ended_at is not null then private.attempt_cost(attempts) end, attempts.ended_at)
) as entry (kind, usd, at)
where entry.usd > 0
order by entry.at;
