-- Supabase Realtime carries it to whoever listens on the private channel project:<id>. A broadcast is
-- a convenience: where Realtime fails, the film goes on and nobody is told here. Callers ask has_realtime
-- first, before they make a payload.

create or replace function private.broadcast(p_project_id text, p_event text, p_payload jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  execute 'select realtime.send($1, $2, $3, true)' using p_payload, p_event, 'project:' || p_project_id;
exception
  when others then
    raise warning 'Cannot broadcast % of project "%": %', p_event, p_project_id, sqlerrm;
end;
$$;

comment on function private.broadcast(text, text, jsonb) is
'Sends an event to the private Realtime channel project:<id>, of a database that has Realtime; never fails.';

revoke execute on function private.broadcast(text, text, jsonb) from public, anon, authenticated, service_role;
