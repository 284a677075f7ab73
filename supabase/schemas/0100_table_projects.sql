create table public.projects (
  project_id text not null default private.new_id('proj'),
  video_id text not null,
  chat_id text,
  user_id text not null,
  user_email text,
  user_name text,
  source text,
  prompt text,
  image_url text,
  model text,
  aspect_ratio text,
  status private.project_status not null default 'queued',
  progress private.percentage not null default 0,
  version integer not null default 1,
  revision_of text,
  final_video_url text,
  thumbnail_url text,
  duration numeric,
  total_scenes integer,
  callback_url text,
  idempotency_key text not null,
  execution_mode text,
  error_message text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  completed_at timestamptz,
  paused_from text,
  storyboard jsonb,
  stop_at private.stop,
  awaiting_approval private.approval,
  max_cost_usd private.budget,
  estimated_cost_usd numeric,
  cut_hash text,
  film_options jsonb not null default '{}',
  preferred_at timestamptz,
  constraint projects_pkey primary key (project_id),
  constraint one_version_of_a_video_once unique (user_id, video_id, version),
  constraint one_job_for_an_idempotency_key unique (user_id, idempotency_key),
  constraint revision_of_a_project foreign key (revision_of) references public.projects (project_id) on delete set null,
  constraint project_is_whole check (
    private.is_project_whole(status, paused_from, error_message, final_video_url, completed_at, progress)
  )
)
-- Room for the next version of a row on its own page: an update that touches no index then writes none.
with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

comment on table public.projects is 'One film that somebody asked for.';
comment on column public.projects.idempotency_key is 'The sender''s key, else the digest of the job''s body. Unique per user_id, never expires.';
comment on column public.projects.version is '1 for the first film of a video_id, counted up from there.';
comment on column public.projects.film_options is
'How the film is finished, as the door settled it: speech_model, voice, music {url | prompt + model, volume, ducking, loudness}, captions, fps, width, height. Empty: clips joined as they are.';
comment on column public.projects.duration is 'Seconds of the film.';
comment on column public.projects.storyboard is
'Who wrote the scenes: {by: model | splitter, title, scenes, input_hash}, and why not the model (fell_back). Null where the job had scenes.';
comment on column public.projects.stop_at is 'Where the job wants to be asked before it goes on; null once that was approved.';
comment on column public.projects.awaiting_approval is
'What a paused project waits for: the storyboard, the stills, or a budget above max_cost_usd. Only an approval resumes it.';
comment on column public.projects.max_cost_usd is 'Beyond this nothing is begun without an approval, which raises it; null: no limit.';
comment on column public.projects.estimated_cost_usd is
'What the whole film costs by private.prices: what was spent so far and what is left to do. Null: unknown.';
comment on column public.projects.preferred_at is
'When somebody chose this version of the video; the one that was chosen last is preferred, else the newest that has a film.';
comment on column public.projects.cut_hash is 'Of all that the film is joined from: the same cut is not stitched twice.';

create index projects_revision_of on public.projects (revision_of) where revision_of is not null;
create index projects_newest_by_status on public.projects (status, project_id);

alter table public.projects enable row level security;
revoke all on table public.projects from public, anon, authenticated, service_role;
grant select on table public.projects to authenticated, service_role;

create policy users_read_their_own_projects on public.projects
for select to authenticated
using (projects.user_id = (select auth.uid())::text);
