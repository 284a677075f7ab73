create table public.media (
  media_id text not null default private.new_id('media'),
  project_id text not null,
  scene_id text,
  type private.media_type not null,
  url text not null,
  width integer,
  height integer,
  duration numeric,
  metadata jsonb not null default '{}',
  generated_at timestamptz not null default private.clock(),
  constraint media_pkey primary key (media_id),
  constraint media_of_a_project foreign key (project_id) references public.projects (project_id) on delete cascade,
  constraint media_of_a_scene foreign key (scene_id) references public.scenes (scene_id) on delete cascade
);

comment on table public.media is 'Every file that was made for a project, as it appeared.';
comment on column public.media.duration is 'Seconds.';

create index media_project_id on public.media (project_id);
create index media_scene_id on public.media (scene_id);

alter table public.media enable row level security;
revoke all on table public.media from public, anon, authenticated, service_role;
grant select on table public.media to authenticated, service_role;

create policy users_read_media_of_their_projects on public.media
for select to authenticated
using (exists (
  select 1
  from public.projects
  where projects.project_id = media.project_id
    and projects.user_id = (select auth.uid())::text
));
