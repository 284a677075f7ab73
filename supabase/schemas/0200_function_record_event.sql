-- The timeline is written where statuses change, in the same transaction, and never changed.

create or replace function private.record_event(
  p_project_id text,
  p_type text,
  p_scene_id text default null,
  p_chunk_id text default null,
  p_data jsonb default '{}'
)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.pipeline_events (project_id, scene_id, chunk_id, type, data)
  values (p_project_id, p_scene_id, p_chunk_id, p_type, jsonb_strip_nulls(p_data));
end;
$$;

comment on function private.record_event(text, text, text, text, jsonb) is 'Appends one row to the timeline.';

revoke execute on function private.record_event(text, text, text, text, jsonb)
from public, anon, authenticated, service_role;
