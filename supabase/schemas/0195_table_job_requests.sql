create table private.job_requests (
  project_id text not null,
  via text not null,
  body_digest text not null,
  events text[],
  webhook_headers jsonb not null default '{}',
  is_notified boolean not null default false,
  providers jsonb,
  constraint job_requests_pkey primary key (project_id),
  constraint via_is_known check (via in ('webhook', 'videos'))
);

comment on table private.job_requests is
'What a job asked for that must not stand in a readable table: the client''s header values. Also the digest by which the same job is known again.';

comment on column private.job_requests.providers is
'Who would do each kind of step when the job came, {"stitch": "fal", ...}: estimates go by it. Null: fal does all it can.';
comment on column private.job_requests.is_notified is 'The installation''s notification service hears of the end too.';

alter table private.job_requests enable row level security;
revoke all on table private.job_requests from public, anon, authenticated, service_role;
