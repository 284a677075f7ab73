create table public.pipeline_events (
  event_id bigint generated always as identity,
  project_id text,
  scene_id text,
  chunk_id text,
  type text not null,
  data jsonb not null default '{}',
  at timestamptz not null default private.clock(),
  constraint pipeline_events_pkey primary key (event_id)
);

comment on table public.pipeline_events is
'The timeline, append-only: project.generating, scene.completed, chunk.submitted, step.queued, attempt.lost, delivery.queued, ...';

create index pipeline_events_of_a_project on public.pipeline_events (project_id, event_id);

alter table public.pipeline_events enable row level security;
revoke all on table public.pipeline_events from public, anon, authenticated, service_role;
grant select on table public.pipeline_events to service_role;
