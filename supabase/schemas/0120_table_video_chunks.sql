create table public.video_chunks (
  chunk_id text not null default private.new_id('chunk'),
  scene_id text,
  project_id text,
  position integer not null default 1,
  take integer not null default 1,
  selected boolean not null default true,
  status text not null default 'PENDING',
  request_id text,
  model text,
  prompt text,
  image_url text,
  driver_video_url text,
  audio_url text,
  duration numeric,
  kling_video_url text,
  kling_completed_at timestamptz,
  final_video_url text,
  progress private.percentage not null default 0,
  error_message text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  input_hash text,
  constraint video_chunks_pkey primary key (chunk_id),
  constraint one_chunk_at_a_position_of_a_take unique (scene_id, take, position),
  constraint chunk_of_a_scene foreign key (scene_id) references public.scenes (scene_id) on delete cascade,
  constraint chunk_is_whole check (private.is_chunk_whole(status, scene_id, project_id, kling_video_url, error_message))
)
-- Room for the next version of a row on its own page: an update that touches no index then writes none.
with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

comment on table public.video_chunks is
'One generated clip. Rows without scene and project belong to a worker outside: fal-webhook completes them by request_id.';
comment on column public.video_chunks.kling_video_url is 'The generated clip, whichever model made it.';
comment on column public.video_chunks.take is 'Counts the generations of a scene; the selected take is the one in the film.';
comment on column public.video_chunks.input_hash is 'SHA-256 in hex of what the clip was asked for with.';
comment on column public.video_chunks.duration is 'Seconds that were ordered; null where the model offers no choice.';

create index video_chunks_project_id on public.video_chunks (project_id);
create index video_chunks_by_request_id on public.video_chunks (request_id) where request_id is not null;
-- A clip has no entry before it is asked for: nobody looks for those, and each job would write some.
create index video_chunks_by_status on public.video_chunks (status, created_at) where status <> 'PENDING';

alter table public.video_chunks enable row level security;
revoke all on table public.video_chunks from public, anon, authenticated, service_role;
grant select on table public.video_chunks to authenticated, service_role;

-- The worker outside this project keeps rows of its own: it cannot name a scene or a project.
grant insert (
  chunk_id, status, request_id, model, prompt, image_url, driver_video_url, audio_url, metadata
) on table public.video_chunks to service_role;
grant update (request_id, audio_url, final_video_url, metadata) on table public.video_chunks to service_role;

create policy users_read_chunks_of_their_projects on public.video_chunks
for select to authenticated
using (exists (
  select 1
  from public.projects
  where projects.project_id = video_chunks.project_id
    and projects.user_id = (select auth.uid())::text
));
