create table private.model_aliases (
  alias text not null,
  model text not null,
  constraint model_aliases_pkey primary key (alias),
  constraint alias_is_a_name check (length(alias) between 1 and 255),
  constraint alias_is_of_another_name check (model <> alias)
);

comment on table private.model_aliases is
'What clients of the door videos may call a model: their name for it, and ours (a family, an endpoint, or what the video service calls it).';

alter table private.model_aliases enable row level security;
revoke all on table private.model_aliases from public, anon, authenticated, service_role;
