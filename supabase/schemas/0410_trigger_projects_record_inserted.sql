-- Jobs come many at a time.

create or replace function private.tg_projects__record_inserted()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
begin
  insert into public.pipeline_events (project_id, type, at)
  select inserted.project_id, 'project.' || inserted.status, v_now
  from inserted;
  return null;
end;
$$;

comment on function private.tg_projects__record_inserted() is 'A project''s first status → its event.';

revoke execute on function private.tg_projects__record_inserted() from public, anon, authenticated, service_role;

create or replace trigger _500_record_inserted after insert on public.projects
referencing new table as inserted
for each statement execute function private.tg_projects__record_inserted();
