create table private.model_fallbacks (
  model text not null,
  fallback text not null,
  takes_end_frame boolean not null default false,
  updated_at timestamptz not null default private.clock(),
  constraint model_fallbacks_pkey primary key (model),
  constraint fallback_is_another_model check (model <> fallback)
);

comment on table private.model_fallbacks is
'Which model makes a clip where the first refuses it or is down. Names as video_chunks.model has them: fal''s endpoint ids. Written through webhook-manage, which checks that the second can do what the first was asked for; a clip that ends with a shared keyframe needs takes_end_frame besides.';

alter table private.model_fallbacks enable row level security;
revoke all on table private.model_fallbacks from public, anon, authenticated, service_role;
