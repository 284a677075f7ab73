-- What the API does not expose: steps, attempts, settings, clients' headers, and the verbs.

create schema if not exists private;

comment on schema private is
'Steps, attempts, settings and verbs of the pipeline. Not exposed by the API, open to nobody else.';

revoke all on schema private from public, anon, authenticated, service_role;
