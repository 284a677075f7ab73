create table public.error_logs (
  error_log_id bigint generated always as identity,
  type text not null,
  severity text not null default 'error',
  message text not null,
  context jsonb not null default '{}',
  created_at timestamptz not null default private.clock(),
  constraint error_logs_pkey primary key (error_log_id),
  constraint error_severity_is_known check (severity in ('info', 'warning', 'error', 'critical'))
);

comment on table public.error_logs is 'Every failed callback (webhook), step and delivery writes one row; so do a last frame that is no good (frame) and a day''s reached cap (spending).';

create index error_logs_newest on public.error_logs (created_at);
create index error_logs_newest_of_a_type on public.error_logs (type, error_log_id);
-- By what it is deleted with a user's data. No error has both: a callback's that was not processed knows no project.
create index error_logs_about on public.error_logs (coalesce(context ->> 'project_id', context ->> 'webhook_log_id'));

alter table public.error_logs enable row level security;
revoke all on table public.error_logs from public, anon, authenticated, service_role;
grant select on table public.error_logs to service_role;
