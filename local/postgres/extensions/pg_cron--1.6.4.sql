-- pg_cron 1.6 without its C code: same tables, functions and messages. The jobs are run by
-- cron_worker.ts. Functions run with the caller's rights, who needs rights on cron.job.

create schema cron;

create sequence cron.jobid_seq;
create sequence cron.runid_seq;

create table cron.job (
  jobid bigint primary key default pg_catalog.nextval('cron.jobid_seq'),
  schedule text not null,
  command text not null,
  nodename text not null default 'localhost',
  nodeport integer not null default pg_catalog.current_setting('port')::integer,
  database text not null default pg_catalog.current_database(),
  username text not null default current_user,
  active boolean not null default true,
  jobname text,
  constraint jobname_username_uniq unique (jobname, username)
);

create table cron.job_run_details (
  jobid bigint,
  runid bigint primary key default pg_catalog.nextval('cron.runid_seq'),
  job_pid integer,
  database text,
  username text,
  command text,
  status text,
  return_message text,
  start_time timestamptz,
  end_time timestamptz
);

alter table cron.job enable row level security;
create policy cron_job_policy on cron.job using (username = current_user);
grant select on cron.job to public;

alter table cron.job_run_details enable row level security;
create policy cron_job_run_details_policy on cron.job_run_details using (username = current_user);
grant select, delete on cron.job_run_details to public;

select pg_catalog.pg_extension_config_dump('cron.job', '');
select pg_catalog.pg_extension_config_dump('cron.jobid_seq', '');
select pg_catalog.pg_extension_config_dump('cron.job_run_details', '');
select pg_catalog.pg_extension_config_dump('cron.runid_seq', '');

-- One field: lists of *, N, N-M, each with an optional /step; names where the field has any.
create function cron._is_field(field text, lowest integer, highest integer, names text[])
returns boolean
language plpgsql
immutable
as $$
declare
  v_item text;
  v_parts text[];
  v_bounds integer[];
begin
  foreach v_item in array string_to_array(lower(field), ',') loop
    for i in 1 .. cardinality(names) loop
      v_item := regexp_replace(v_item, '\m' || names[i] || '\M', (lowest + i - 1)::text, 'g');
    end loop;
    v_parts := regexp_match(v_item, '^(\*|\d{1,2}(?:-\d{1,2})?)(?:/(\d{1,2}))?$');
    if v_parts is null or v_parts[2]::integer = 0 then
      return false;
    end if;
    if v_parts[1] <> '*' then
      v_bounds := string_to_array(v_parts[1], '-')::integer[];
      if v_bounds[1] < lowest or coalesce(v_bounds[2], v_bounds[1]) > highest
        or v_bounds[1] > coalesce(v_bounds[2], v_bounds[1]) then
        return false;
      end if;
    end if;
  end loop;
  return true;
end;
$$;

create function cron._check_schedule(schedule text) returns text
language plpgsql
immutable
strict
as $$
declare
  v_fields text[] := regexp_split_to_array(trim(schedule), '\s+');
begin
  if schedule ~* '^\s*([1-9]|[1-5][0-9])\s+seconds?\s*$'
    or lower(trim(schedule)) in (
      '@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly', '@reboot'
    )
    or cardinality(v_fields) = 5
      and cron._is_field(v_fields[1], 0, 59, '{}')
      and cron._is_field(v_fields[2], 0, 23, '{}')
      and (v_fields[3] = '$' or cron._is_field(v_fields[3], 1, 31, '{}'))
      and cron._is_field(
        v_fields[4], 1, 12, '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}')
      and cron._is_field(v_fields[5], 0, 7, '{sun,mon,tue,wed,thu,fri,sat}')
  then
    return schedule;
  end if;
  raise exception 'invalid schedule: %', schedule using
    errcode = '22023',
    hint = 'Use cron format (e.g. 5 4 * * *), or interval format ''[1-59] seconds''';
end;
$$;

create function cron.schedule(schedule text, command text) returns bigint
language sql
strict
as $$
  insert into cron.job (schedule, command)
  values (cron._check_schedule($1), $2)
  returning jobid
$$;

create function cron.schedule(job_name text, schedule text, command text) returns bigint
language sql
as $$
  insert into cron.job (jobname, schedule, command)
  values ($1, cron._check_schedule($2), $3)
  on conflict on constraint jobname_username_uniq
  do update set schedule = excluded.schedule, command = excluded.command
  returning jobid
$$;

create function cron.schedule_in_database(
  job_name text,
  schedule text,
  command text,
  database text,
  username text default null,
  active boolean default true
) returns bigint
language sql
as $$
  insert into cron.job (jobname, schedule, command, database, username, active)
  values ($1, cron._check_schedule($2), $3, $4, coalesce($5, current_user), $6)
  on conflict on constraint jobname_username_uniq
  do update set schedule = excluded.schedule, command = excluded.command,
    database = excluded.database, active = excluded.active
  returning jobid
$$;

create function cron.unschedule(job_id bigint) returns boolean
language plpgsql
strict
as $$
begin
  delete from cron.job where jobid = job_id;
  if not found then
    raise exception 'could not find valid entry for job ''%''', job_id using errcode = 'XX000';
  end if;
  return true;
end;
$$;

create function cron.unschedule(job_name text) returns boolean
language plpgsql
strict
as $$
begin
  delete from cron.job where jobname = job_name and username = current_user;
  if not found then
    raise exception 'could not find valid entry for job ''%''', job_name using errcode = 'XX000';
  end if;
  return true;
end;
$$;

create function cron.alter_job(
  job_id bigint,
  schedule text default null,
  command text default null,
  database text default null,
  username text default null,
  active boolean default null
) returns void
language plpgsql
as $$
begin
  update cron.job set
    schedule = coalesce(cron._check_schedule(alter_job.schedule), job.schedule),
    command = coalesce(alter_job.command, job.command),
    database = coalesce(alter_job.database, job.database),
    username = coalesce(alter_job.username, job.username),
    active = coalesce(alter_job.active, job.active)
  where job.jobid = job_id;
  if not found then
    raise exception 'Job % does not exist or you don''t own it', job_id using errcode = 'XX000';
  end if;
end;
$$;

revoke execute on function
  cron.schedule_in_database(text, text, text, text, text, boolean),
  cron.alter_job(bigint, text, text, text, text, boolean)
from public;
