create table private.prices (
  model text not null,
  kind text not null,
  usd_per_second numeric,
  usd_per_call numeric,
  as_of date not null,
  source text not null,
  usd_per_character numeric,
  constraint prices_pkey primary key (model, kind),
  constraint price_is_of_a_kind_of_step check (kind::private.step_kind is not null),
  constraint price_says_how_much check (coalesce(usd_per_second, usd_per_call, usd_per_character) is not null),
  constraint price_is_not_negative check (usd_per_second >= 0 and usd_per_call >= 0 and usd_per_character >= 0)
);

comment on table private.prices is
'What an attempt is expected to cost. Yours: insert into private.prices (model, kind, usd_per_second, usd_per_call, as_of, source) values (''fal-ai/…'', ''generate_clip'', 0.07, null, current_date, ''the page you read it on''). What has no row here costs an unknown sum, not nothing.';
comment on column private.prices.model is
'fal''s endpoint id; for another provider its name: video, lastframe, stitch, openai. The provider test and Storage cost nothing.';
comment on column private.prices.usd_per_second is 'For each second of video or music; what is given besides is added.';
comment on column private.prices.usd_per_character is 'For each character that is spoken.';
comment on column private.prices.source is 'Where the figure was read; one that nobody states begins with "assumed".';

alter table private.prices enable row level security;
revoke all on table private.prices from public, anon, authenticated, service_role;
