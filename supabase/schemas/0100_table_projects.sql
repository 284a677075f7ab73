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
  status text not null default 'queued',
  progress integer not null default 0,
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
  constraint projects_pkey primary key (project_id),
  constraint one_version_of_a_video_once unique (user_id, video_id, version),
  constraint one_job_for_an_idempotency_key unique (user_id, idempotency_key),
  constraint revision_of_a_project foreign key (revision_of) references public.projects (project_id) on delete set null,
  constraint project_status_is_known check (
    status in ('queued', 'storyboarding', 'generating', 'stitching', 'completed', 'failed', 'cancelled', 'paused')
  ),
  constraint project_progress_is_a_percentage check (progress between 0 and 100),
  constraint completed_project_has_a_film check (
    status <> 'completed' or (final_video_url is not null and completed_at is not null and progress = 100)
  ),
  constraint failed_project_says_why check (status <> 'failed' or error_message is not null),
  constraint paused_project_knows_where_to_resume check ((status = 'paused') = (paused_from is not null))
);

comment on table public.projects is 'One film that somebody asked for.';
comment on column public.projects.idempotency_key is 'The sender''s key, else the digest of the job''s body. Unique per user_id, never expires.';
comment on column public.projects.version is '1 for the first film of a video_id, counted up from there.';
comment on column public.projects.duration is 'Seconds of the film.';

create index projects_revision_of on public.projects (revision_of) where revision_of is not null;
create index projects_by_status on public.projects (status, created_at);
create index projects_newest_by_status on public.projects (status, project_id);

alter table public.projects enable row level security;
revoke all on table public.projects from public, anon, authenticated, service_role;
grant select on table public.projects to authenticated, service_role;

create policy users_read_their_own_projects on public.projects
for select to authenticated
using (projects.user_id = (select auth.uid())::text);
