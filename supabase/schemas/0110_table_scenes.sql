create table public.scenes (
  scene_id text not null default private.new_id('scene'),
  project_id text not null,
  position private.ordinal not null,
  prompt text,
  image_url text,
  continuity private.scene_continuity not null default 'last_frame',
  status private.scene_status not null default 'pending',
  video_url text,
  thumbnail_url text,
  last_frame_url text,
  duration numeric,
  fps numeric,
  width integer,
  height integer,
  quality_score numeric,
  error_message text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  completed_at timestamptz,
  reframe_to text,
  reframed_image_url text,
  input_hash text,
  audio_url text,
  voice_over text,
  caption text,
  transition private.scene_transition not null default 'cut',
  reanchored boolean not null default false,
  constraint scenes_pkey primary key (scene_id),
  constraint one_scene_at_a_position unique (project_id, position),
  constraint scene_of_a_project foreign key (project_id) references public.projects (project_id) on delete cascade,
  constraint scene_is_whole check (private.is_scene_whole(status, video_url, error_message))
)
-- Room for the next version of a row on its own page: an update that touches no index then writes none.
with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

comment on table public.scenes is 'One shot of the story, in order of position.';
comment on column public.scenes.continuity is
'last_frame: starts from the last frame of the scene before. cut: starts from its own image, else the job''s, else from its prompt alone. shared_keyframe: starts from its image, which the clip before it ends with.';
comment on column public.scenes.audio_url is 'A sound track to be put under the scene''s clip; null where there is none, or the model itself takes it.';
comment on column public.scenes.voice_over is 'Text that is spoken and put under the clip, where the job gave no audio_url.';
comment on column public.scenes.caption is 'Text of its caption; null: voice_over, else the prompt. Empty: none.';
comment on column public.scenes.transition is 'How the film comes to this scene: cut, or fade (through black).';
comment on column public.scenes.reanchored is 'True where reanchor_every made it begin from the job''s image again.';
comment on column public.scenes.duration is 'Seconds.';
comment on column public.scenes.reframe_to is
'The aspect ratio that the image it starts from is brought to before it is used; null: used as it is.';
comment on column public.scenes.reframed_image_url is 'That image in that aspect ratio; its own URL where it had it already.';
comment on column public.scenes.input_hash is
'SHA-256 in hex of all that its selected take was made from, the scenes that it continues included.';

alter table public.scenes enable row level security;
revoke all on table public.scenes from public, anon, authenticated, service_role;
grant select on table public.scenes to authenticated, service_role;

create policy users_read_scenes_of_their_projects on public.scenes
for select to authenticated
using (exists (
  select 1
  from public.projects
  where projects.project_id = scenes.project_id
    and projects.user_id = (select auth.uid())::text
));
