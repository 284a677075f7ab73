-- The body is fixed when it is queued, to the byte: it is what is signed in every try. The event's
-- own time is the timestamp; that of a try travels in its headers.

create or replace function private.event_body(p_type text, p_at timestamptz, p_data json)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select row_to_json(message)::text
    from (select p_type as type, private.iso_time(p_at) as timestamp, p_data as data) as message
  );
end;
$$;

comment on function private.event_body(text, timestamptz, json) is '{type, timestamp, data} as Standard Webhooks recommends it.';

revoke execute on function private.event_body(text, timestamptz, json) from public, anon, authenticated, service_role;
