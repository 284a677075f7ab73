-- A project's new status → its event, and what follows from it outside.

create or replace function private.tg_projects__advance()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  -- A paused film gets to its stitching too, and tells it then: when it is resumed nothing new begins.
  if coalesce(new.paused_from, new.status) = 'stitching' and coalesce(old.paused_from, old.status) <> 'stitching' then
    perform private.queue_stage(new.project_id, 'stitching.started', null);
  end if;

  if old.status = new.status then
    return null;
  end if;

  insert into public.pipeline_events (project_id, type, data)
  values (
    new.project_id, 'project.' || new.status, jsonb_strip_nulls(jsonb_build_object('reason', new.error_message))
  );

  if new.status = 'stitching' then
    perform private.begin_stitch(new.project_id);
  elsif new.status in ('completed', 'failed', 'cancelled') then
    perform private.close_project(new.project_id);
    perform private.queue_deliveries(new);
  end if;
  return null;
end;
$$;

comment on function private.tg_projects__advance() is
'stitching → steps; an end → everything below is closed and the deliveries are queued; always the event.';

revoke execute on function private.tg_projects__advance() from public, anon, authenticated, service_role;

create or replace trigger _500_advance_updated after update of status on public.projects
for each row execute function private.tg_projects__advance();
