-- pg_net 0.20.4 without its C code: same names, signatures, defaults, checks and UNLOGGED tables.
-- The requests are sent by net_worker.ts, which listens on the channel pg_net.

create schema net;

create domain net.http_method as text
  check (lower(value) in ('get', 'post', 'delete'));

create unlogged table net.http_request_queue (
  id bigserial,
  method net.http_method not null,
  url text not null,
  headers jsonb,
  body bytea,
  timeout_milliseconds integer not null
);

create unlogged table net._http_response (
  id bigint,
  status_code integer,
  content_type text,
  headers jsonb,
  content text,
  timed_out boolean,
  error_msg text,
  created timestamptz not null default now()
);

create index on net._http_response (created);

create type net.request_status as enum ('PENDING', 'SUCCESS', 'ERROR');

create type net.http_response as (status_code integer, headers jsonb, body text);

create type net.http_response_result as (
  status net.request_status,
  message text,
  response net.http_response
);

create function net.check_worker_is_up() returns void
language plpgsql
as $$
begin
  perform pg_catalog.pg_stat_clear_snapshot();
  if not exists (
    select from pg_catalog.pg_stat_activity where application_name like 'pg_net %'
  ) then
    raise exception 'the pg_net background worker is not up' using
      detail = 'the pg_net background worker is down due to an internal error and cannot process requests',
      hint = 'start the stand-in''s worker (net_worker.ts)';
  end if;
end;
$$;

create function net.wait_until_running() returns void
language plpgsql
as $$
begin
  loop
    perform pg_catalog.pg_stat_clear_snapshot();
    exit when exists (
      select from pg_catalog.pg_stat_activity where application_name like 'pg_net %'
    );
    perform pg_catalog.pg_sleep(0.02);
  end loop;
end;
$$;

-- A notification is delivered at commit only and once a transaction, as the real wake is.
create function net.wake() returns void
language sql
as $$ select pg_catalog.pg_notify('pg_net', 'wake') $$;

create function net.worker_restart() returns boolean
language sql
as $$
  select pg_catalog.pg_notify('pg_net', 'restart');
  select pg_catalog.pg_reload_conf();
$$;

-- Percent-encodes every byte but A-Z a-z 0-9 - . _ ~
create function net._urlencode_string(string varchar) returns text
language sql
immutable
as $$
  select case
    when string is null then null
    else coalesce(string_agg(
      case
        when byte between 48 and 57 or byte between 65 and 90 or byte between 97 and 122
          or byte in (45, 46, 95, 126) then chr(byte)
        else '%' || upper(lpad(to_hex(byte), 2, '0'))
      end, '' order by position), '')
  end
  from (
    select position, get_byte(bytes, position) as byte
    from (select convert_to(string, 'UTF8') as bytes) encoded
    cross join generate_series(0, octet_length(bytes) - 1) as position
  ) each_byte
$$;

create function net._encode_url_with_params_array(url text, params_array text[]) returns text
language plpgsql
immutable
as $$
declare
  v_base text := split_part(url, '#', 1);
  v_fragment text := case when strpos(url, '#') > 0 then substr(url, strpos(url, '#')) else '' end;
begin
  if url is null then
    return null;
  end if;
  if url !~ '^[A-Za-z][A-Za-z0-9+.-]*://[^/]' or url ~ '[[:space:][:cntrl:]]' then
    raise exception 'URL using bad/illegal format or missing URL';
  end if;
  if lower(split_part(url, ':', 1)) not in ('http', 'https') then
    raise exception 'Unsupported protocol';
  end if;
  if v_base ~ '^[^/]+://[^/?]+$' then
    v_base := v_base || '/';
  end if;
  if cardinality(params_array) = 0 then
    return v_base || v_fragment;
  end if;
  return v_base
    || case when strpos(v_base, '?') = 0 then '?' when v_base like '%?' then '' else '&' end
    || array_to_string(params_array, '&')
    || v_fragment;
end;
$$;

create function net._encode_params(params jsonb) returns text[]
language plpgsql
immutable
as $$
begin
  return (
    select coalesce(
      array_agg(net._urlencode_string(key) || '=' || net._urlencode_string(value)), '{}'
    )
    from jsonb_each_text(params)
  );
end;
$$;

create function net.http_get(
  url text,
  params jsonb default '{}'::jsonb,
  headers jsonb default '{}'::jsonb,
  timeout_milliseconds integer default 5000
) returns bigint
language plpgsql
as $$
declare
  v_request_id bigint;
begin
  insert into net.http_request_queue (method, url, headers, timeout_milliseconds)
  values (
    'GET',
    net._encode_url_with_params_array(http_get.url, net._encode_params(params)),
    http_get.headers,
    http_get.timeout_milliseconds
  )
  returning id into v_request_id;
  perform net.wake();
  return v_request_id;
end;
$$;

create function net.http_post(
  url text,
  body jsonb default '{}'::jsonb,
  params jsonb default '{}'::jsonb,
  headers jsonb default '{"Content-Type": "application/json"}'::jsonb,
  timeout_milliseconds integer default 5000
) returns bigint
language plpgsql
as $$
declare
  v_content_type text;
  v_request_id bigint;
begin
  select value into v_content_type
  from jsonb_each_text(coalesce(http_post.headers, '{}'::jsonb))
  where lower(key) = 'content-type'
  limit 1;
  if v_content_type is null then
    -- Null headers stay null here, as in the original: the request then goes out without the type.
    http_post.headers := http_post.headers || '{"Content-Type": "application/json"}'::jsonb;
  end if;
  if v_content_type <> 'application/json' then
    raise exception 'Content-Type header must be "application/json"';
  end if;
  insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
  values (
    'POST',
    net._encode_url_with_params_array(http_post.url, net._encode_params(params)),
    http_post.headers,
    convert_to(http_post.body::text, 'UTF8'),
    http_post.timeout_milliseconds
  )
  returning id into v_request_id;
  perform net.wake();
  return v_request_id;
end;
$$;

create function net.http_delete(
  url text,
  params jsonb default '{}'::jsonb,
  headers jsonb default '{}'::jsonb,
  timeout_milliseconds integer default 5000,
  body jsonb default null
) returns bigint
language plpgsql
as $$
declare
  v_request_id bigint;
begin
  insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
  values (
    'DELETE',
    net._encode_url_with_params_array(http_delete.url, net._encode_params(params)),
    http_delete.headers,
    convert_to(http_delete.body::text, 'UTF8'),
    http_delete.timeout_milliseconds
  )
  returning id into v_request_id;
  perform net.wake();
  return v_request_id;
end;
$$;

create function net._await_response(request_id bigint) returns boolean
language plpgsql
as $$
begin
  while not exists (select from net._http_response where id = request_id) loop
    perform pg_catalog.pg_sleep(0.05);
  end loop;
  return true;
end;
$$;

create function net._http_collect_response(request_id bigint, async boolean default true)
returns net.http_response_result
language plpgsql
as $$
declare
  v_response net._http_response;
begin
  if not async then
    perform net._await_response(request_id);
  end if;
  select * into v_response from net._http_response where id = request_id;
  if not found or v_response.error_msg is not null then
    return (
      'ERROR', coalesce(v_response.error_msg, 'request matching request_id not found'), null
    )::net.http_response_result;
  end if;
  return (
    'SUCCESS', 'ok',
    (v_response.status_code, v_response.headers, v_response.content)::net.http_response
  )::net.http_response_result;
end;
$$;

grant usage on schema net to public;
grant all on all sequences in schema net to public;
grant all on all tables in schema net to public;

-- What Supabase's event trigger does once the extension is created.
do $$
declare
  v_function regprocedure;
begin
  foreach v_function in array array[
    'net.http_get(text, jsonb, jsonb, integer)'::regprocedure,
    'net.http_post(text, jsonb, jsonb, jsonb, integer)'::regprocedure
  ] loop
    execute format('alter function %s security definer set search_path = net', v_function);
    execute format('revoke all on function %s from public', v_function);
    execute format(
      'grant execute on function %s to postgres, anon, authenticated, service_role', v_function
    );
  end loop;
end;
$$;
