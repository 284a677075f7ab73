/** What can be wrong in a database, and the line that the doctor has to print about it. */
export const DATABASE_BREAKS: [statement: string, line: RegExp][] = [
  ["set transaction read only", /^wrong +Database here, [\d.]+ [kMG]B, is read-only\n.*disk/],
  ["drop extension pg_net cascade", /^missing +Extension pg_net\n.*create extension pg_net/],
  [
    "delete from supabase_migrations.schema_migrations where name = 'release_2'",
    /^missing +Migration \d{14}_release_2\n.*supabase db push/,
  ],
  [
    "delete from supabase_migrations.schema_migrations",
    /^missing +The history of migrations.*\n.*supabase migration repair --status applied.* \d{14}/,
  ],
  [
    "insert into supabase_migrations.schema_migrations (version) values ('20990101000000')",
    /^wrong +Migration 20990101000000 is applied here, and this checkout does not have it/,
  ],

  [
    "delete from cron.job where jobname = 'reelay-sweep'",
    /^missing +Cron job reelay-sweep\n.*cron\.schedule\('reelay-sweep', '5 seconds', .*\);$/,
  ],
  [
    "update cron.job set active = false where jobname = 'reelay-housekeeping'",
    /^wrong +Cron job reelay-housekeeping is switched off\n.*alter_job/,
  ],
  [
    "update cron.job set command = 'select 1' where jobname = 'reelay-sweep'",
    /^wrong +Cron job reelay-sweep does something else: select 1/,
  ],
  [
    "update cron.job_run_details set status = 'failed', return_message = 'ERROR: no such thing'",
    /^wrong +Cron job reelay-sweep failed: ERROR: no such thing/,
  ],
  [
    "update cron.job_run_details set end_time = now() - interval '1 hour'",
    /^wrong +Cron job reelay-sweep ran 3600 s ago, and should within 60 s/,
  ],
  ["delete from cron.job_run_details", /^wrong +Cron job reelay-sweep ran never/],

  [
    "delete from vault.secrets where name = 'reelay_functions_url'",
    /^missing +Vault secret reelay_functions_url\n.*db:secrets/,
  ],
  [
    "select vault.update_secret(id, 'whsec_b3RoZXI=') from vault.secrets where name = 'reelay_bell_secret'",
    /^wrong +Vault secret reelay_bell_secret differs from PIPELINE_BELL_SECRET/,
  ],

  [
    "delete from private.settings where name = 'lease_seconds.stitch'",
    /^missing +Setting lease_seconds\.stitch/,
  ],
  [
    `update private.settings set value = '"retry"' where name = 'on_outcome_unknown'`,
    /^wrong +Setting on_outcome_unknown is "retry"\n.*"fail" or "resubmit"/,
  ],
  [
    `update private.settings set value = '"soon"' where name = 'ask_seconds'`,
    /^wrong +Setting ask_seconds is "soon"\n.*a number/,
  ],
  [
    `update private.settings set value = '[5, "soon"]' where name = 'delivery_schedule_seconds'`,
    /^wrong +Setting delivery_schedule_seconds is .*\n.*a list of numbers/,
  ],
  [
    "update private.settings set value = '3600' where name = 'clock_offset_seconds'",
    /^wrong +The clock is moved by 3600 s/,
  ],
  [
    "delete from private.providers where name = 'fal'",
    /^missing +Provider fal.*\n.*insert into private\.providers .*;$/,
  ],
  ["update private.providers set is_paused = true where name = '*'", /^note +Everything is paused/],
  ["delete from private.bell", /^missing +The row of private\.bell/],
  ["delete from storage.buckets", /^missing +Bucket films\n.*insert into storage\.buckets/],
  ["update storage.buckets set public = false", /^wrong +Bucket films is private/],

  [
    "alter table public.media disable row level security",
    /^wrong +Table (public\.)?media has no row level security/,
  ],
  [
    "grant select on public.webhook_logs to authenticated",
    /^wrong +authenticated may select (public\.)?webhook_logs/,
  ],
  ["grant select on public.projects to anon", /^wrong +anon may select (public\.)?projects/],
  [
    "grant update on public.projects to service_role",
    /^wrong +service_role may update (public\.)?projects/,
  ],
  [
    "grant usage on schema private to anon",
    /^wrong +anon may use the schema private/,
  ],
  [
    "grant execute on function public.claim_work to anon",
    /^wrong +anon may call (public\.)?claim_work/,
  ],
  [
    "grant execute on all functions in schema public to authenticated",
    /^wrong +authenticated may call (public\.)?announce_call.* and \d\d more\n.*revoke execute on all/,
  ],
  [
    "grant execute on function public.read_webhook_sources to anon",
    /^wrong +anon may call (public\.)?read_webhook_sources/,
  ],
  [
    "revoke execute on function public.create_project from service_role",
    /^wrong +service_role may not call (public\.)?create_project/,
  ],

  [
    `insert into public.webhook_logs (webhook_id, source, type, raw_body, request_id, outcome, received_at)
     values ('w', 'fal', 't', '', 'nobody', 'buffered', now() - interval '2 hours')`,
    /^wrong +Stuck for 02:00:\d\d: callback buffered whlog_\w+\n.*Nothing is known of request nobody/,
  ],
  [
    "update private.providers set held_until = now() + interval '1 hour' where name = 'fal'",
    /^note +provider held: fal\n.*It gets nothing new until/,
  ],
  [
    `set session_replication_role = replica;
     insert into public.projects (project_id, video_id, user_id, idempotency_key, version)
     values ('proj_1', 'v', 'u', 'k', 2)`,
    /^wrong +Broken: versions of a video count up from 1 \(proj_1\)/,
  ],
];
