create table private.film_parts (
  project_id text not null,
  kind text not null,
  input_hash text not null,
  output jsonb not null,
  made_at timestamptz not null default private.clock(),
  constraint film_parts_pkey primary key (project_id, kind, input_hash),
  constraint film_part_of_a_project foreign key (project_id) references public.projects (project_id) on delete cascade
);

comment on table private.film_parts is
'What was made for a film (voices, music, clips with their sound, captions, the film with its music), each under the hash of what it was made from: the same is not made twice, in a later version neither. A clip is here only where it came too late, and until it is used.';
comment on column private.film_parts.kind is 'The kind of step that made it.';
comment on column private.film_parts.input_hash is 'private.part_hash of that step''s input; of a clip private.clip_hash.';

alter table private.film_parts enable row level security;
revoke all on table private.film_parts from public, anon, authenticated, service_role;
